"""The official Python SDK, unmodified: every helper of its assistants, threads, messages, runs and steps.

The file runs under two versions of the SDK: in this environment, and in that of the other clients (test_v1_clients.py).
"""

import asyncio

import openai
import pytest

from scripted_model import Fails, FunctionCall, Gate, Generates, Refuses, Says, Text, calls_then_says
from sdk import Hooks, async_client_of, client_of, names, plain
from v1_api import WEATHER

ANSWER = [
    *("run.step.created", "run.step.in_progress", "message.created", "message.in_progress", "message.delta"),
    *("message.completed", "run.step.completed", "run.completed"),
]
CREATED = ["run.created", "run.queued", "run.in_progress"]
CALL = ["run.step.created", "run.step.in_progress", "run.step.delta", "run.requires_action"]
RESUMED = ["run.step.completed", "run.queued", "run.in_progress"]

PLAIN_HOOKS = [
    *("run_step_created", "message_created", "text_created", "text_delta", "text_done", "message_done"),
    *("run_step_done", "end"),
]
STEP_CONTENT = "step_details.tool_calls[*].file_search.results[*].content"


@pytest.fixture
def client(v1):
    with client_of(v1.server) as client:
        yield client


@pytest.fixture
def threads(client):
    return client.beta.threads


@pytest.fixture
def model(v1):
    return v1.model


@pytest.fixture
def assistant(client):
    return client.beta.assistants.create(model="scripted-model", name="Helper", instructions="Help.").id


@pytest.fixture
def caller(client):
    """An assistant with a function."""
    return client.beta.assistants.create(model="scripted-model", tools=[WEATHER]).id


def new_thread(threads, text="Hello"):
    return threads.create(messages=[{"role": "user", "content": text}]).id


def outputs_of(run, *outputs):
    calls = run.required_action.submit_tool_outputs.tool_calls
    assert len(calls) == len(outputs)
    return [{"tool_call_id": call.id, "output": output} for call, output in zip(calls, outputs)]


def newest_text(threads, thread):
    return threads.messages.list(thread).data[0].content[0].text.value


# Assistants, threads, messages, models


def test_assistants_are_created_read_changed_listed_and_deleted(client):
    assistants = client.beta.assistants
    made = [assistants.create(model="scripted-model", name=f"Number {number}") for number in range(5)]
    assert plain(assistants.retrieve(made[0].id)) == plain(made[0])
    changed = assistants.update(made[0].id, name="Renamed", tools=[WEATHER], metadata={"a": "b"}, temperature=0.5)
    assert (changed.name, changed.temperature, changed.metadata) == ("Renamed", 0.5, {"a": "b"})
    assert changed.tools[0].function.strict is False
    cleared = assistants.update(made[0].id, name=None, tools=[], temperature=None)
    assert (cleared.name, cleared.tools, cleared.temperature) == (None, [], 1.0)
    paged = [assistant.id for assistant in assistants.list(limit=2, order="desc")][:5]
    assert paged == [assistant.id for assistant in reversed(made)]
    deleted = assistants.delete(made[0].id)
    assert plain(deleted) == {"id": made[0].id, "object": "assistant.deleted", "deleted": True}
    with pytest.raises(openai.NotFoundError) as caught:
        assistants.retrieve(made[0].id)
    assert caught.value.body["message"] == f"No assistant found with id '{made[0].id}'."
    assert caught.value.request_id.startswith("req_")


def test_threads_are_created_read_changed_and_deleted(threads):
    thread = threads.create()
    assert (thread.metadata, thread.to_dict()["tool_resources"]) == ({}, {})
    assert threads.update(thread.id, metadata={"user": "u1"}).metadata == {"user": "u1"}
    assert threads.retrieve(thread.id).metadata == {"user": "u1"}
    assert threads.delete(thread.id).deleted is True
    with pytest.raises(openai.NotFoundError, match=f"No thread found with id '{thread.id}'."):
        threads.messages.list(thread.id)


def test_messages_are_created_read_changed_listed_and_deleted(threads):
    thread = threads.create(messages=[{"role": "user", "content": "0"}, {"role": "assistant", "content": "1"}]).id
    made = [threads.messages.create(thread, role="user", content=str(number)) for number in range(2, 7)]
    assert [message.content[0].text.value for message in threads.messages.list(thread, limit=3)] == list("6543210")
    assert plain(threads.messages.retrieve(made[0].id, thread_id=thread)) == plain(made[0])
    changed = threads.messages.update(made[0].id, thread_id=thread, metadata={"k": "v"})
    assert plain(changed) == plain(made[0]) | {"metadata": {"k": "v"}}
    deleted = threads.messages.delete(made[0].id, thread_id=thread)
    assert plain(deleted) == {"id": made[0].id, "object": "thread.message.deleted", "deleted": True}
    with pytest.raises(openai.NotFoundError, match=f"No message found with id '{made[0].id}'."):
        threads.messages.retrieve(made[0].id, thread_id=thread)


def test_models_are_listed_and_read(client):
    assert "scripted-model" in [model.id for model in client.models.list()]
    model = client.models.retrieve("scripted-model")
    assert (model.id, model.object) == ("scripted-model", "model")
    with pytest.raises(openai.NotFoundError) as caught:
        client.models.retrieve("no/such:model")
    assert (caught.value.code, caught.value.param) == ("model_not_found", "model")


# Runs that are polled


def test_a_run_is_created_and_polled(threads, assistant):
    thread = new_thread(threads)
    run = threads.runs.create_and_poll(thread_id=thread, assistant_id=assistant)
    assert (run.status, run.usage.total_tokens, run.instructions) == ("completed", 30, "Help.")
    assert plain(run) == plain(threads.runs.retrieve(run.id, thread_id=thread))
    [message] = threads.messages.list(thread, run_id=run.id).data
    assert (message.content[0].text.value, message.assistant_id) == ("[1] Hello", assistant)
    [step] = threads.runs.steps.list(run.id, thread_id=thread, include=[STEP_CONTENT]).data
    assert step.step_details.message_creation.message_id == message.id
    read = threads.runs.steps.retrieve(step.id, thread_id=thread, run_id=run.id, include=[STEP_CONTENT])
    assert plain(read) == plain(step)


def test_runs_are_created_read_listed_changed_and_cancelled(threads, assistant, model):
    thread = new_thread(threads)
    gate = Gate()
    model.script = Says(before=gate)
    run = threads.runs.create(thread, assistant_id=assistant, metadata={"n": "1"})
    assert run.status == "queued"
    gate.wait_until_reached()
    assert threads.runs.update(run.id, thread_id=thread, metadata={"n": "2"}).metadata == {"n": "2"}
    assert [listed.id for listed in threads.runs.list(thread)] == [run.id]
    assert threads.runs.cancel(run.id, thread_id=thread).status == "cancelling"
    ended = threads.runs.poll(run.id, thread_id=thread, poll_interval_ms=20)
    assert (ended.status, ended.metadata) == ("cancelled", {"n": "2"})
    with pytest.raises(openai.BadRequestError, match="Cannot cancel run with status 'cancelled'."):
        threads.runs.cancel(run.id, thread_id=thread)
    model.script = Says()
    gate.open()
    assert threads.runs.create_and_poll(thread_id=thread, assistant_id=assistant).status == "completed"


def test_a_thread_is_created_and_run(threads, assistant):
    body = {"messages": [{"role": "user", "content": "Hello"}], "metadata": {"t": "1"}}
    run = threads.create_and_run(assistant_id=assistant, thread=body, metadata={"r": "1"})
    assert run.status == "queued"
    assert threads.runs.poll(run.id, thread_id=run.thread_id, poll_interval_ms=20).status == "completed"
    assert threads.retrieve(run.thread_id).metadata == {"t": "1"}
    run = threads.create_and_run_poll(assistant_id=assistant, thread=body)
    assert (run.status, newest_text(threads, run.thread_id)) == ("completed", "[1] Hello")


def test_tool_outputs_are_submitted_and_the_run_is_polled(threads, caller, model):
    model.script = calls_then_says(FunctionCall(), FunctionCall(arguments='{"city":"Busan"}'), text="Sunny, rainy.")
    thread = new_thread(threads, "Weather?")
    run = threads.runs.create_and_poll(thread_id=thread, assistant_id=caller)
    assert run.status == "requires_action" and run.usage is None
    calls = run.required_action.submit_tool_outputs.tool_calls
    assert [(call.function.name, call.function.arguments) for call in calls] == [
        ("get_weather", '{"city":"Seoul"}'),
        ("get_weather", '{"city":"Busan"}'),
    ]
    ended = threads.runs.submit_tool_outputs_and_poll(
        run_id=run.id, thread_id=thread, tool_outputs=outputs_of(run, "sunny", "rainy")
    )
    assert (ended.status, newest_text(threads, thread)) == ("completed", "Sunny, rainy.")
    assert ended.usage.total_tokens == 60
    assert [output for _, output in model.calls[-1].tool_outputs] == ["sunny", "rainy"]
    [called, said] = threads.runs.steps.list(run.id, thread_id=thread, order="asc")
    assert [call.function.output for call in called.step_details.tool_calls] == ["sunny", "rainy"]
    assert (called.type, said.type) == ("tool_calls", "message_creation")


def test_tool_outputs_are_submitted_without_waiting(threads, caller, model):
    model.script = calls_then_says(FunctionCall())
    thread = new_thread(threads)
    run = threads.runs.create_and_poll(thread_id=thread, assistant_id=caller)
    queued = threads.runs.submit_tool_outputs(run.id, thread_id=thread, tool_outputs=outputs_of(run, "sunny"))
    assert (queued.status, queued.required_action, queued.started_at) == ("queued", None, run.started_at)
    assert threads.runs.poll(run.id, thread_id=thread, poll_interval_ms=20).status == "completed"


# Runs that are streamed


def assert_final(stream, threads, status):
    """The final snapshots are what is stored."""
    run = stream.get_final_run()
    assert run.status == status
    assert plain(run) == plain(threads.runs.retrieve(run.id, thread_id=run.thread_id))
    stored = threads.messages.list(run.thread_id, run_id=run.id, order="asc").data
    if any(name.endswith(("message.completed", "message.incomplete")) for name in stream.events):
        assert plain(stream.get_final_messages()) == plain(stored)
    return run


def test_a_run_is_streamed_to_an_event_handler(threads, assistant):
    thread = new_thread(threads)
    with threads.runs.stream(thread_id=thread, assistant_id=assistant, event_handler=Hooks()) as stream:
        stream.until_done()
    assert names(stream.events) == CREATED + ANSWER
    assert stream.called == PLAIN_HOOKS
    run = assert_final(stream, threads, "completed")
    [snapshot], [stored] = stream.get_final_run_steps(), threads.runs.steps.list(run.id, thread_id=thread).data
    assert (snapshot.id, snapshot.step_details) == (stored.id, stored.step_details)


def test_a_run_is_streamed_without_a_handler_of_ones_own(threads, assistant, model):
    model.script = Says("One, two, three.", pieces=4, every=0.02)
    with threads.runs.stream(thread_id=new_thread(threads), assistant_id=assistant) as stream:
        pieces = list(stream.text_deltas)
    assert len(pieces) == 4 and "".join(pieces) == "One, two, three."
    if hasattr(threads.runs, "create_and_stream"):
        with threads.runs.create_and_stream(thread_id=new_thread(threads), assistant_id=assistant) as stream:
            assert names([event.event for event in stream]) == CREATED + ANSWER


def test_a_run_is_created_with_a_raw_stream(threads, assistant):
    stream = threads.runs.create(new_thread(threads), assistant_id=assistant, stream=True)
    assert names([event.event for event in stream]) == CREATED + ANSWER


def test_a_thread_is_created_and_its_run_streamed(threads, assistant):
    body = {"messages": [{"role": "user", "content": "Hello"}]}
    with threads.create_and_run_stream(assistant_id=assistant, thread=body, event_handler=Hooks()) as stream:
        stream.until_done()
    assert names(stream.events) == ["created", *CREATED, *ANSWER]
    assert_final(stream, threads, "completed")


def test_tool_outputs_are_submitted_with_a_stream(threads, caller, model):
    model.script = calls_then_says(FunctionCall(), FunctionCall(arguments='{"city":"Busan"}'))
    thread = new_thread(threads)
    with threads.runs.stream(thread_id=thread, assistant_id=caller, event_handler=Hooks()) as stream:
        stream.until_done()
    assert names(stream.events) == CREATED + CALL
    call = ["tool_call_created", "tool_call_delta", "tool_call_done"]
    assert stream.called == ["run_step_created", *call, *call, "end"]
    waiting = assert_final(stream, threads, "requires_action")
    [step] = stream.get_final_run_steps()
    streamed = [(call.id, call.function.arguments) for call in step.step_details.tool_calls]
    wanted = waiting.required_action.submit_tool_outputs.tool_calls
    assert streamed == [(call.id, call.function.arguments) for call in wanted]
    with threads.runs.submit_tool_outputs_stream(
        run_id=waiting.id,
        thread_id=thread,
        tool_outputs=outputs_of(waiting, "sunny", "rainy"),
        event_handler=Hooks(),
    ) as stream:
        stream.until_done()
    assert names(stream.events) == RESUMED + ANSWER
    assert stream.called == ["run_step_done", *PLAIN_HOOKS]
    assert_final(stream, threads, "completed")


def test_a_text_before_a_call_is_a_message_of_its_own(threads, caller, model):
    model.script = Generates(Text("Let me look."), FunctionCall())
    thread = new_thread(threads)
    with threads.runs.stream(thread_id=thread, assistant_id=caller, event_handler=Hooks()) as stream:
        stream.until_done()
    assert names(stream.events) == [*CREATED, *ANSWER[:-1], *CALL]
    assert_final(stream, threads, "requires_action")


def test_a_run_that_fails_ends_its_stream_in_order(threads, assistant, model):
    model.script = Fails(after="Half an ")
    thread = new_thread(threads)
    with threads.runs.stream(thread_id=thread, assistant_id=assistant, event_handler=Hooks()) as stream:
        stream.until_done()
    assert names(stream.events) == [
        *CREATED,
        *ANSWER[:5],
        *("message.incomplete", "run.step.failed", "run.failed"),
    ]
    run = assert_final(stream, threads, "failed")
    assert run.last_error.code == "server_error"


def test_a_run_that_fails_before_its_first_word_ends_its_stream_in_order(threads, assistant, model):
    model.script = Refuses(400, "No.")
    with threads.runs.stream(thread_id=new_thread(threads), assistant_id=assistant, event_handler=Hooks()) as stream:
        stream.until_done()
    assert names(stream.events) == [*CREATED, "run.failed"]
    assert_final(stream, threads, "failed")


def test_an_answer_cut_by_its_length_ends_its_stream_in_order(threads, assistant, model):
    model.script = Says("Half an answer", finish="length")
    thread = new_thread(threads)
    with threads.runs.stream(
        thread_id=thread, assistant_id=assistant, max_completion_tokens=300, event_handler=Hooks()
    ) as stream:
        stream.until_done()
    cut = ["message.incomplete", "run.step.completed", "run.incomplete"]
    assert names(stream.events) == [*CREATED, *ANSWER[:5], *cut]
    run = assert_final(stream, threads, "incomplete")
    assert run.incomplete_details.reason == "max_completion_tokens"


def test_a_cancelled_run_ends_its_stream_in_order(threads, assistant, model):
    gate = Gate()
    model.script = Says("One, two, three.", middle=gate)
    thread = new_thread(threads)
    with threads.runs.stream(thread_id=thread, assistant_id=assistant, event_handler=Hooks()) as stream:
        for event in stream:
            if event.event == "thread.message.delta":
                threads.runs.cancel(stream.current_run.id, thread_id=thread)
    gate.open()
    cancelled = ["run.cancelling", "message.incomplete", "run.step.cancelled", "run.cancelled"]
    assert names(stream.events) == [*CREATED, *ANSWER[:5], *cancelled]
    assert_final(stream, threads, "cancelled")


# Errors and answers as they come


def test_the_lock_of_a_thread_is_an_error_that_programs_understand(threads, assistant, model):
    gate = Gate()
    model.script = Says(before=gate)
    thread = new_thread(threads)
    run = threads.runs.create(thread, assistant_id=assistant)
    with pytest.raises(openai.BadRequestError) as caught:
        threads.messages.create(thread, role="user", content="More")
    assert caught.value.body["message"] == f"Can't add messages to {thread} while a run {run.id} is active."
    with pytest.raises(openai.BadRequestError) as caught:
        threads.runs.create(thread, assistant_id=assistant)
    assert caught.value.body["message"] == f"Thread {thread} already has an active run {run.id}."
    assert (caught.value.code, caught.value.param, caught.value.type) == (None, None, "invalid_request_error")
    gate.open()
    assert threads.runs.poll(run.id, thread_id=thread, poll_interval_ms=20).status == "completed"
    threads.messages.create(thread, role="user", content="More")


def test_answers_carry_the_headers_of_the_api(threads):
    answer = threads.with_raw_response.create()
    assert answer.headers["openai-version"] == "2020-10-01"
    assert int(answer.headers["openai-processing-ms"]) >= 0
    assert answer.parse()._request_id == answer.headers["x-request-id"]
    assert len(answer.headers["x-request-id"].removeprefix("req_")) == 32


# The asynchronous client


class AsyncHooks(openai.AsyncAssistantEventHandler):
    def __init__(self):
        super().__init__()
        self.events = []

    async def on_event(self, event):
        self.events.append(event.event)


def test_the_asynchronous_client_does_all_this_too(v1, model):
    async def scenario():
        async with async_client_of(v1.server) as client:
            threads = client.beta.threads
            assistant = await client.beta.assistants.create(model="scripted-model", tools=[WEATHER])
            body = {"messages": [{"role": "user", "content": "Hello"}]}
            run = await threads.create_and_run_poll(assistant_id=assistant.id, thread=body)
            assert run.status == "completed"
            thread = run.thread_id
            await threads.messages.create(thread, role="user", content="And the weather?")
            model.script = calls_then_says(FunctionCall())
            async with threads.runs.stream(
                thread_id=thread, assistant_id=assistant.id, event_handler=AsyncHooks()
            ) as stream:
                await stream.until_done()
            assert names(stream.events) == CREATED + CALL
            waiting = await stream.get_final_run()
            async with threads.runs.submit_tool_outputs_stream(
                run_id=waiting.id,
                thread_id=thread,
                tool_outputs=outputs_of(waiting, "sunny"),
                event_handler=AsyncHooks(),
            ) as stream:
                await stream.until_done()
            assert names(stream.events) == RESUMED + ANSWER
            ended = await stream.get_final_run()
            assert plain(ended) == plain(await threads.runs.retrieve(ended.id, thread_id=thread))
            texts = [message.content[0].text.value async for message in threads.messages.list(thread, limit=2)]
            assert texts == ["It is sunny.", "And the weather?", "[1] Hello", "Hello"]

    asyncio.run(scenario())


def test_many_asynchronous_streams_run_at_once(v1, model):
    model.script = Says(every=0.01, pieces=10)

    async def one(client, assistant, number):
        body = {"messages": [{"role": "user", "content": f"Question {number}"}]}
        async with client.beta.threads.create_and_run_stream(assistant_id=assistant, thread=body) as stream:
            await stream.until_done()
        [message] = await stream.get_final_messages()
        return message.content[0].text.value

    async def scenario():
        async with async_client_of(v1.server) as client:
            assistant = (await client.beta.assistants.create(model="scripted-model")).id
            return await asyncio.gather(*(one(client, assistant, number) for number in range(30)))

    assert asyncio.run(scenario()) == [f"[1] Question {number}" for number in range(30)]
