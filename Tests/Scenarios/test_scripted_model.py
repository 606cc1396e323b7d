"""The scripted model itself: what it sends is what a client of the two protocols expects."""

import json
import threading

import pytest
import requests

from openapi_schema import ABSENT, Description
from scripted_model import (
    BreaksOff,
    Calls,
    Decides,
    Distorts,
    FunctionCall,
    Gate,
    Generates,
    Refusal,
    Refuses,
    Says,
    ScriptedModel,
    Sends,
    Text,
)

QUESTION = {
    "chat_completions": {
        "path": "/chat/completions",
        "body": {
            "model": "m",
            "stream": True,
            "stream_options": {"include_usage": True},
            "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "안녕 👋"}],
        },
    },
    "responses": {
        "path": "/responses",
        "body": {
            "model": "m",
            "stream": True,
            "instructions": "Be brief.",
            "input": [{"type": "message", "role": "user", "content": [{"type": "input_text", "text": "안녕 👋"}]}],
        },
    },
}


def ask(model: ScriptedModel, protocol: str, **changes) -> requests.Response:
    question = QUESTION[protocol]
    return requests.post(model.url + question["path"], json=question["body"] | changes, stream=True, timeout=60)


def data_of(response: requests.Response) -> list[str]:
    lines = response.content.decode().split("\n")
    return [line.removeprefix("data: ") for line in lines if line.startswith("data: ")]


def text_from(protocol: str, events: list[dict]) -> str:
    if protocol == "responses":
        return "".join(event["delta"] for event in events if event["type"] == "response.output_text.delta")
    deltas = [choice["delta"] for event in events for choice in event["choices"]]
    return "".join(delta.get("content") or "" for delta in deltas)


def test_it_echoes_the_question_with_the_number_of_messages(model, protocol):
    data = data_of(ask(model, protocol))
    if protocol == "chat_completions":
        assert data.pop() == "[DONE]"
    events = [json.loads(line) for line in data]
    assert text_from(protocol, events) == "[1] 안녕 👋"
    assert events[-1].get("usage") or events[-1]["response"]["usage"]
    [call] = model.calls
    assert call.instructions == "Be brief."
    assert [(turn.role, turn.text) for turn in call.turns] == [("user", "안녕 👋")]


def test_it_answers_without_a_stream(model, protocol):
    body = ask(model, protocol, stream=False).json()
    text = body["choices"][0]["message"]["content"] if "choices" in body else body["output"][0]["content"][0]["text"]
    assert text == "[1] 안녕 👋"


def test_a_gate_holds_the_answer_back(model, protocol):
    gate = Gate()
    model.script = Says("late", before=gate)
    answers = []
    thread = threading.Thread(target=lambda: answers.append(ask(model, protocol).content))
    thread.start()
    gate.wait_until_reached()
    assert not answers
    gate.open()
    thread.join(timeout=60)
    assert b"la" in answers[0]


def test_it_breaks_off_in_mid_stream(model, protocol):
    model.script = Says("one two three", break_after=1)
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        ask(model, protocol).content
    assert model.calls[0].ended == "broken"


def test_it_breaks_off_before_the_answer(model, protocol):
    model.script = BreaksOff(after_head=False)
    with pytest.raises(requests.ConnectionError):
        ask(model, protocol)


def test_it_refuses(model, protocol):
    model.next(Refuses(429, "Slow down.", retry_after=7))
    response = ask(model, protocol)
    assert (response.status_code, response.headers["retry-after"]) == (429, "7")
    assert response.json()["error"]["message"] == "Slow down."
    assert ask(model, protocol).status_code == 200


def test_it_sends_garbage(model, protocol):
    model.script = Sends(b"<html>", "text/html")
    assert ask(model, protocol).content == b"<html>"


def test_it_calls_a_function(model, protocol):
    model.script = Calls("f", '{"city":"서울"}')
    data = [json.loads(line) for line in data_of(ask(model, protocol)) if line != "[DONE]"]
    if protocol == "responses":
        arguments = "".join(e["delta"] for e in data if e["type"] == "response.function_call_arguments.delta")
    else:
        calls = [call for e in data for choice in e["choices"] for call in choice["delta"].get("tool_calls", [])]
        arguments = "".join(call["function"]["arguments"] for call in calls)
    assert json.loads(arguments) == {"city": "서울"}


PARTS = (
    Text("Let me see. 잠깐만요."),
    FunctionCall("f", '{"city":"서울"}', pieces=3),
    FunctionCall("g", "{}", id="call_b"),
)


def events_of(model, protocol) -> list[dict]:
    return [json.loads(line) for line in data_of(ask(model, protocol)) if line != "[DONE]"]


def test_it_generates_a_text_and_parallel_calls(model, protocol):
    model.script = Generates(*PARTS, usage=(7, 5), details=(3, 2))
    events = events_of(model, protocol)
    assert text_from(protocol, events) == "Let me see. 잠깐만요."
    if protocol == "responses":
        output = events[-1]["response"]["output"]
        calls = [(item["call_id"], item["name"], item["arguments"]) for item in output if "call_id" in item]
        usage = events[-1]["response"]["usage"]
        assert usage["input_tokens_details"]["cached_tokens"] == 3
    else:
        deltas = [choice["delta"] for event in events for choice in event["choices"]]
        pieces = [piece for delta in deltas for piece in delta.get("tool_calls", ())]
        heads = [piece for piece in pieces if "id" in piece]
        calls = []
        for head in heads:
            own = [piece["function"]["arguments"] for piece in pieces if piece["index"] == head["index"]]
            calls.append((head["id"], head["function"]["name"], "".join(own)))
        assert events[-1]["usage"]["completion_tokens_details"]["reasoning_tokens"] == 2
    assert [call[1:] for call in calls] == [("f", '{"city":"서울"}'), ("g", "{}")]
    assert calls[1][0] == "call_b" and calls[0][0].startswith("call_")


def test_it_declines(model, protocol):
    model.script = Generates(Refusal("Not this."))
    events = events_of(model, protocol)
    if protocol == "responses":
        text = "".join(event["delta"] for event in events if event["type"] == "response.refusal.delta")
    else:
        text = "".join(choice["delta"].get("refusal") or "" for event in events for choice in event["choices"])
    assert text == "Not this."


@pytest.mark.parametrize("finish", ["length", "content_filter"])
def test_it_ends_early(model, protocol, finish):
    model.script = Generates(Text(), finish=finish)
    events = events_of(model, protocol)
    if protocol == "responses":
        reason = {"length": "max_output_tokens"}.get(finish, finish)
        assert events[-1]["response"]["incomplete_details"] == {"reason": reason}
    else:
        assert events[-2]["choices"][0]["finish_reason"] == finish


def test_it_decides_by_what_the_call_holds(model, protocol):
    model.script = Decides(lambda call: Says("short") if call.instructions == "Be brief." else Refuses(500))
    assert text_from(protocol, events_of(model, protocol)) == "short"


def test_it_distorts_the_bytes_of_a_stream(model, protocol):
    model.script = Distorts(Says("whole"), lambda raw: [raw[:10], b"..."])
    assert ask(model, protocol).content.endswith(b"...")


@pytest.mark.parametrize(
    "script",
    [Says("Hello"), Calls(), Generates(*PARTS), Generates(Refusal()), Generates(Text(), finish="length")],
    ids=["text", "call", "text and calls", "refusal", "length"],
)
def test_it_speaks_the_protocol_as_openai_describes_it(model, protocol, script):
    description = Description.if_present()
    if description is None:
        pytest.skip(ABSENT)
    name = "ResponseStreamEvent" if protocol == "responses" else "CreateChatCompletionStreamResponse"
    model.script = script
    for event in events_of(model, protocol):
        # As on the wire, and against the description: usage is null until the end, a call's end lacks the name.
        holder = event.get("response", event)
        if holder.get("usage", "absent") is None:
            del holder["usage"]
        if event.get("type") == "response.function_call_arguments.done":
            event["name"] = "f"
        fault = description.schema_fault(name, event)
        assert fault is None, (event, fault)


def test_an_endpoint_that_it_does_not_have_is_unknown():
    model = ScriptedModel(protocols=("chat_completions",))
    try:
        assert ask(model, "responses").status_code == 404
        assert ask(model, "chat_completions").status_code == 200
        assert model.requests[0] == ("POST", "/v1/responses")
    finally:
        model.close()


def test_a_client_that_goes_away_is_noticed(model, protocol):
    gate = Gate()
    model.script = Says("one two three", middle=gate)
    response = ask(model, protocol)
    gate.wait_until_reached()
    response.close()
    deadline_reached = threading.Event()
    for _ in range(200):
        if model.calls[0].ended:
            break
        deadline_reached.wait(0.02)
    assert model.calls[0].ended == "disconnected"
