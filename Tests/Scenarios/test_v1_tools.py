"""Functions: what the model is offered and told, and what becomes of its calls and of their outputs."""

import json

import pytest

from scripted_model import FunctionCall, Generates, Refuses, Says, Sends, Text, calls_then_says
from v1_api import WEATHER, calls_of, outputs_of, path_of, refused

TIME = {"type": "function", "function": {"name": "get_time", "strict": True, "parameters": {"type": "object"}}}


@pytest.fixture
def assistant(v1):
    return v1.assistant(tools=[WEATHER, TIME])["id"]


@pytest.fixture
def thread(v1):
    return v1.thread("Hello")["id"]


def test_functions_are_offered_as_they_were_given(v1, assistant, thread):
    v1.completed(thread, assistant)
    weather, clock = v1.model.calls[0].functions
    assert weather["name"] == "get_weather" and weather["description"] == "Tells the weather of a city."
    assert weather["parameters"] == WEATHER["function"]["parameters"]
    assert (weather.get("strict") or False, clock["strict"]) == (False, True)


def test_a_function_without_parameters_gets_the_default_ones(v1, thread):
    tool = {"type": "function", "function": {"name": "f"}}
    given = {"name": "f", "parameters": {"type": "object", "properties": {}}, "strict": False}
    [stored] = v1.assistant(tools=[tool])["tools"]
    assert {name: stored["function"].get(name) for name in given} == given


def test_no_tools_means_no_word_about_tools(v1, thread):
    v1.completed(thread, v1.assistant()["id"])
    assert not {"tools", "tool_choice", "parallel_tool_calls"} & set(v1.model.calls[0].body)


def test_a_run_may_have_tools_of_its_own(v1, assistant, thread):
    v1.completed(thread, assistant, tools=[TIME])
    v1.completed(thread, assistant, tools=[])
    first, second = v1.model.calls
    assert [function["name"] for function in first.functions] == ["get_time"]
    assert second.functions == []


def test_calls_and_outputs_are_told_to_the_model_in_pairs(v1, assistant, thread):
    calls = [FunctionCall(arguments='{"city":"Seoul"}'), FunctionCall("get_time", "{}")]
    v1.model.script = calls_then_says(*calls, text="Both.")
    run = v1.ended(v1.run(thread, assistant), "requires_action")
    outputs = outputs_of(run, ("sunny", "noon"))
    v1.post(f"{path_of(run)}/submit_tool_outputs", tool_outputs=outputs[::-1])
    v1.ended(run, "completed")
    asked = v1.model.calls[1]
    assert [(name, arguments) for _, name, arguments in asked.tool_calls] == [
        ("get_weather", '{"city":"Seoul"}'),
        ("get_time", "{}"),
    ]
    given = dict(asked.tool_outputs)
    assert [given[call] for call, _, _ in asked.tool_calls] == ["sunny", "noon"]


def test_ids_of_calls_have_the_form_of_the_api(v1, assistant, thread):
    v1.model.script = calls_then_says(FunctionCall(id="0"), FunctionCall(id="chatcmpl-tool-b"))
    run = v1.ended(v1.run(thread, assistant), "requires_action")
    ids = [call["id"] for call in calls_of(run)]
    assert len(set(ids)) == 2 and all(id.startswith("call_") for id in ids)
    v1.ended(v1.submit(run, "a", "b"), "completed")


def test_arguments_are_passed_on_as_they_are(v1, assistant, thread):
    broken = '{"city": "Seoul'
    v1.model.script = calls_then_says(FunctionCall(arguments=broken))
    run = v1.ended(v1.run(thread, assistant), "requires_action")
    assert calls_of(run)[0]["function"]["arguments"] == broken
    v1.ended(v1.submit(run, "That was no JSON"), "completed")


def test_calls_come_before_outputs_in_the_next_run_too(v1, assistant, thread):
    v1.model.script = calls_then_says(FunctionCall())
    v1.ended(v1.submit(v1.ended(v1.run(thread, assistant), "requires_action"), "sunny"), "completed")
    v1.model.script = Says("Again")
    v1.message(thread, "And now?")
    v1.completed(thread, assistant)
    asked = v1.model.calls[-1]
    assert [call for call, _, _ in asked.tool_calls] == [call for call, _ in asked.tool_outputs]
    assert [turn.text for turn in asked.turns if turn.text][-1] == "And now?"


@pytest.mark.parametrize("count", [1, 2, 3])
def test_calls_and_outputs_are_never_torn_apart(v1, assistant, thread, count):
    v1.model.script = calls_then_says(FunctionCall(), FunctionCall(arguments="{}"))
    v1.ended(v1.submit(v1.ended(v1.run(thread, assistant), "requires_action"), "a", "b"), "completed")
    v1.message(thread, "And now?")
    v1.model.script = Says("Fine")
    v1.completed(thread, assistant, truncation_strategy={"type": "last_messages", "last_messages": count})
    asked = v1.model.calls[-1]
    assert [call for call, _, _ in asked.tool_calls] == [call for call, _ in asked.tool_outputs]
    assert asked.question == "And now?"


@pytest.mark.parametrize("choice", ["none", "auto", "required"])
def test_the_choice_of_tools_is_told_to_the_model(v1, assistant, thread, choice):
    run = v1.completed(thread, assistant, tool_choice=choice)
    assert run["tool_choice"] == choice
    assert v1.model.calls[0].tool_choice == (choice if choice != "auto" else v1.model.calls[0].tool_choice)
    assert v1.model.calls[0].tool_choice in (choice, None)


@pytest.mark.parametrize("choice", ["required", {"type": "function", "function": {"name": "get_time"}}], ids=str)
def test_a_forced_choice_holds_for_the_first_call_alone(v1, assistant, thread, choice):
    v1.model.script = calls_then_says(FunctionCall("get_time", "{}"))
    run = v1.ended(v1.run(thread, assistant, tool_choice=choice), "requires_action")
    assert run["tool_choice"] == choice
    v1.ended(v1.submit(run, "noon"), "completed")
    first, second = v1.model.calls
    assert first.tool_choice == ("required" if choice == "required" else "get_time")
    assert second.tool_choice in ("auto", None)


def test_parallel_calls_may_be_forbidden(v1, assistant, thread):
    run = v1.completed(thread, assistant, parallel_tool_calls=False)
    assert run["parallel_tool_calls"] is False
    assert v1.model.calls[0].body["parallel_tool_calls"] is False


def test_a_run_waits_in_requires_action_and_its_thread_is_locked(v1, assistant, thread):
    v1.model.script = calls_then_says(FunctionCall())
    run = v1.ended(v1.run(thread, assistant), "requires_action")
    assert run["required_action"]["type"] == "submit_tool_outputs"
    assert (run["usage"], run["completed_at"]) == (None, None) and run["started_at"] and run["expires_at"]
    text = f"Can't add messages to {thread} while a run {run['id']} is active."
    refused(v1.try_post(f"/threads/{thread}/messages", role="user", content="x"), message=text)
    [step] = v1.steps(run)
    assert (step["type"], step["status"], step["usage"]) == ("tool_calls", "in_progress", None)
    assert step["step_details"]["tool_calls"][0]["function"]["output"] is None
    assert v1.cancel(run)["status"] == "cancelling"
    run = v1.ended(run, "cancelled")
    assert (run["required_action"], run["expires_at"]) == (None, None) and run["cancelled_at"]
    [step] = v1.steps(run)
    assert (step["status"], step["step_details"]["tool_calls"][0]["function"]["output"]) == ("cancelled", None)
    v1.message(thread, "Free again")
    v1.model.script = Says("Fine")
    v1.completed(thread, assistant)
    asked = v1.model.calls[-1]
    assert len(asked.tool_calls) == len(asked.tool_outputs), "a call without output is not told to the model"


def test_outputs_that_are_submitted_twice_at_once_count_once(v1, assistant, thread):
    v1.model.script = calls_then_says(FunctionCall())
    run = v1.ended(v1.run(thread, assistant), "requires_action")
    body = {"tool_outputs": outputs_of(run, ("sunny",))}
    answers = [v1.try_post(f"{path_of(run)}/submit_tool_outputs", **body) for _ in range(2)]
    assert answers[0].status_code == 200
    assert answers[1].status_code in (200, 400), answers[1].text
    v1.ended(run, "completed")
    assert len(v1.model.calls) == 2


def test_an_error_after_the_output_fails_the_run_and_frees_the_thread(v1, assistant, thread):
    v1.model.next(Generates(FunctionCall()), Refuses(500, "boom"))
    run = v1.ended(v1.run(thread, assistant), "requires_action")
    run = v1.ended(v1.submit(run, "sunny"), "failed")
    assert run["last_error"]["code"] == "server_error" and run["required_action"] is None
    assert [step["status"] for step in v1.steps(run)] == ["completed"]
    v1.message(thread, "Free again")


def test_calls_cut_by_their_length_are_not_made(v1, assistant, thread):
    v1.model.script = Generates(FunctionCall(arguments='{"city":'), finish="length")
    run = v1.settled(v1.run(thread, assistant))
    assert (run["status"], run["incomplete_details"]) == ("incomplete", {"reason": "max_completion_tokens"})


def test_usage_is_counted_per_step_and_summed_up(v1, assistant, thread):
    v1.model.next(
        Generates(Text("Let me see."), FunctionCall(), usage=(10, 5), details=(4, 1)),
        Generates(Text("Sunny."), usage=(30, 7), details=(8, 2)),
    )
    run = v1.ended(v1.run(thread, assistant), "requires_action")
    run = v1.ended(v1.submit(run, "sunny"), "completed")
    assert run["usage"] == {
        "prompt_tokens": 40,
        "completion_tokens": 12,
        "total_tokens": 52,
        "prompt_token_details": {"cached_tokens": 12},
        "completion_tokens_details": {"reasoning_tokens": 3},
    }
    said, called, answered = v1.steps(run)
    assert [step["usage"]["total_tokens"] for step in (said, called, answered)] == [0, 15, 37]


# What the servers of this world send instead


def chunks(*deltas, finish="tool_calls", usage=None):
    """A stream of Chat Completions with these deltas."""
    events = [{"choices": [{"index": 0, "delta": delta, "finish_reason": None}]} for delta in deltas]
    events.append({"choices": [{"index": 0, "delta": {}, "finish_reason": finish}]})
    if usage:
        events[-1]["usage"] = usage
    lines = [f"data: {json.dumps(event)}\n\n" for event in events]
    return "".join([*lines, "data: [DONE]\n\n"]).encode()


def call(name="get_weather", arguments="{}", **members):
    return {"type": "function", "function": {"name": name, "arguments": arguments}} | members


ODD = {
    "the whole call in one chunk": [{"tool_calls": [call(index=0, id="call_a", arguments='{"a":1}')]}],
    "no index": [{"tool_calls": [call(id="call_a", arguments='{"a":1}')]}],
    "no id": [{"tool_calls": [call(index=0, arguments='{"a":1}')]}],
    "arguments as an object": [{"tool_calls": [call(index=0, id="call_a", arguments={"a": 1})]}],
    "the name in each fragment": [
        {"tool_calls": [call(index=0, id="call_a", arguments='{"a"')]},
        {"tool_calls": [call(index=0, arguments=":1}")]},
    ],
    "the id in each fragment": [
        {"tool_calls": [call(index=0, id="call_a", arguments='{"a"')]},
        {"tool_calls": [{"index": 0, "id": "call_a", "function": {"arguments": ":1}"}}]},
    ],
    "no type": [
        {"tool_calls": [{"index": 0, "id": "call_a", "function": {"name": "get_weather", "arguments": '{"a":1}'}}]}
    ],
    "reasoning before it": [
        {"reasoning_content": "The user wants…"},
        {"reasoning": "weather"},
        {"tool_calls": [call(index=0, id="call_a", arguments='{"a":1}')]},
    ],
}


@pytest.mark.parametrize("finish", ["tool_calls", "stop"])
@pytest.mark.parametrize("how", ODD)
def test_calls_in_the_forms_of_many_servers(one_v1, how, finish):
    one_v1.model.next(Sends(chunks(*ODD[how], finish=finish)), Says("Done"))
    assistant = one_v1.assistant(tools=[WEATHER])["id"]
    run = one_v1.ended(one_v1.run(one_v1.thread("Hello")["id"], assistant), "requires_action")
    [made] = calls_of(run)
    assert made["function"]["name"] == "get_weather" and made["id"].startswith("call_")
    assert json.loads(made["function"]["arguments"]) == {"a": 1}
    one_v1.ended(one_v1.submit(run, "sunny"), "completed")
    assert one_v1.texts(run["thread_id"])[-1] == ("assistant", "Done")


def test_two_calls_with_the_same_index_are_two(one_v1):
    deltas = [{"tool_calls": [call(index=0, id=id)]} for id in ("call_a", "call_b")]
    one_v1.model.next(Sends(chunks(*deltas)), Says("Done"))
    assistant = one_v1.assistant(tools=[WEATHER])["id"]
    run = one_v1.ended(one_v1.run(one_v1.thread("Hello")["id"], assistant), "requires_action")
    assert len(calls_of(run)) == 2
    one_v1.ended(one_v1.submit(run, "a", "b"), "completed")
