"""kill -9 at every point of a run's life: what was acknowledged is kept, nothing is doubled, the run goes on."""

import random
import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from assistants_server import TERMINAL, text_of, wait_until
from scripted_model import Decides, FunctionCall, Gate, Generates, Refuses, Says, Text
from v1_api import V1, WEATHER, calls_of, outputs_of, path_of

# A run that a dead process left behind is taken up this soon after the start.
TAKEN_UP_WITHIN = 5

# Which cannot be told while others keep the processors busy.
pytestmark = pytest.mark.alone


class Scene:
    """A server, its model, a thread with a question; dies on command and comes back."""

    def __init__(self, make_server, model, protocol="chat_completions", **settings):
        self.model = model
        self.server = make_server(**model.settings(protocol, **settings)).start()
        self.server.model = model
        self.v1 = V1(self.server)
        self.gate = Gate()
        self.assistant = self.v1.assistant(tools=[WEATHER])["id"]
        self.thread = self.v1.thread("Hello")["id"]

    def run(self, script, **body):
        """A new run; the model plays the script."""
        self.model.script = script
        return self.v1.run(self.thread, self.assistant, **body)

    def waiting_run(self):
        """A run that waits for an output."""
        return self.v1.ended(self.run(Generates(FunctionCall())), "requires_action")

    def die_and_return(self, script):
        """From now on the model plays the script."""
        self.server.kill()
        self.gate.open()
        self.model.reset(script)
        self.server.restart()
        self.returned = time.monotonic()

    def taken_up(self, calls=1):
        self.model.wait_for_calls(calls, timeout=TAKEN_UP_WITHIN)

    def assert_sound(self, *texts):
        """Nothing is doubled or left open, and the thread can be used."""
        messages = self.v1.messages(self.thread)
        assert len({message["id"] for message in messages}) == len(messages)
        assert self.v1.texts(self.thread) == [("user", "Hello"), *[("assistant", text) for text in texts]]
        assert all(message["status"] != "in_progress" for message in messages)
        for run in self.v1.get(f"/threads/{self.thread}/runs")["data"]:
            assert run["status"] in TERMINAL
            for step in self.v1.steps(run):
                assert step["status"] != "in_progress", step
                if step["type"] == "message_creation" and step["status"] == "completed":
                    created = step["step_details"]["message_creation"]["message_id"]
                    assert created in [message["id"] for message in messages]
        self.model.script = Says("Still here.")
        self.v1.message(self.thread, "And now?")
        self.v1.completed(self.thread, self.assistant)
        assert self.v1.texts(self.thread)[-1] == ("assistant", "Still here.")


@pytest.fixture
def scene(make_server, model, server):
    return Scene(make_server, model)


def test_a_queued_run(make_server, model, server):
    scene = Scene(make_server, model, RUN_CONCURRENCY=1)
    busy = scene.v1.thread("Busy")["id"]
    model.script = Says(before=scene.gate)
    other = scene.v1.run(busy, scene.assistant)
    scene.gate.wait_until_reached()
    run = scene.v1.run(scene.thread, scene.assistant)
    assert scene.v1.get_run(run)["status"] == "queued"
    scene.die_and_return(Says("Answer"))
    scene.taken_up(calls=2)
    for each in (other, run):
        scene.v1.ended(each, "completed")
    scene.assert_sound("Answer")


@pytest.mark.parametrize("number", range(3))
def test_a_run_that_was_just_acknowledged(scene, number):
    run = scene.run(Says("Answer", first_after=0.2))
    scene.die_and_return(Says("Answer"))
    scene.taken_up()
    assert scene.v1.ended(run, "completed")["id"] == run["id"]
    scene.assert_sound("Answer")


WORKING = {
    "before the first word": lambda gate: Says("Half an answer", before=gate),
    "in the middle of the text": lambda gate: Says("Half an answer", middle=gate),
    "after the last word": lambda gate: Generates(Text("Half an answer"), at_end=gate),
    "in the middle of a call": lambda gate: Generates(FunctionCall(), middle=gate),
    "between a text and a call": lambda gate: Generates(Text("Let me look.", pieces=1), FunctionCall(), middle=gate),
}


@pytest.mark.parametrize("point", WORKING)
def test_a_run_in_progress(make_server, model, server, protocol, point):
    scene = Scene(make_server, model, protocol)
    run = scene.run(WORKING[point](scene.gate))
    scene.gate.wait_until_reached()
    wait_until(lambda: scene.v1.get_run(run)["status"] == "in_progress", "the run is in progress")
    scene.die_and_return(Says("Whole answer"))
    scene.taken_up()
    ended = scene.v1.ended(run, "completed")
    assert ended["created_at"] == run["created_at"]
    assert model.calls[0].question == "Hello"
    scene.assert_sound("Whole answer")


def test_a_run_whose_stream_is_read(scene):
    scene.model.script = Says("Half an answer", middle=scene.gate)
    stream = scene.v1.stream_run(scene.thread, scene.assistant)
    run = stream.until("thread.message.delta")[0].json
    scene.server.kill()
    with pytest.raises((requests.RequestException, AssertionError)):
        stream.until("done")
    scene.die_and_return(Says("Whole answer"))
    scene.taken_up()
    scene.v1.ended(run, "completed")
    scene.assert_sound("Whole answer")


def test_a_run_that_waits_for_outputs_waits_on(scene):
    run = scene.waiting_run()
    scene.die_and_return(Says("Sunny."))
    assert scene.v1.get_run(run) == run
    scene.v1.ended(scene.v1.submit(run, "sunny"), "completed")
    [call] = scene.model.calls
    assert [output for _, output in call.tool_outputs] == ["sunny"]
    scene.assert_sound("Sunny.")


def test_a_run_that_spoke_before_it_waited(scene):
    run = scene.v1.ended(scene.run(Generates(Text("Let me look."), FunctionCall())), "requires_action")
    scene.die_and_return(Says("Sunny."))
    assert scene.v1.get_run(run) == run
    scene.v1.ended(scene.v1.submit(run, "sunny"), "completed")
    scene.assert_sound("Let me look.", "Sunny.")


@pytest.mark.parametrize("point", ["at once", "before the first word", "in the middle of the text"])
def test_a_run_whose_outputs_were_acknowledged(scene, point):
    run = scene.waiting_run()
    scene.model.script = {
        "at once": Says("Half", first_after=0.2),
        "before the first word": Says("Half", before=scene.gate),
        "in the middle of the text": Says("Half an answer", middle=scene.gate),
    }[point]
    scene.v1.submit(run, "sunny")
    if point != "at once":
        scene.gate.wait_until_reached()
    scene.die_and_return(Says("Sunny."))
    scene.taken_up()
    ended = scene.v1.ended(run, "completed")
    # What a process sends in its last moment may arrive behind its death.
    *late, call = scene.model.calls
    assert len(late) <= (point == "at once")
    assert [output for _, output in call.tool_outputs] == ["sunny"]
    called, answered = scene.v1.steps(run)
    assert called["step_details"]["tool_calls"][0]["function"]["output"] == "sunny"
    assert called["status"] == answered["status"] == "completed"
    assert ended["usage"]["total_tokens"] == 60
    scene.assert_sound("Sunny.")


def test_a_second_round_of_calls(scene):
    first = scene.waiting_run()
    second = scene.v1.ended(scene.v1.submit(first, "one"), "requires_action")
    assert calls_of(second) != calls_of(first)
    scene.die_and_return(Says("Both."))
    scene.v1.ended(scene.v1.submit(second, "two"), "completed")
    assert [output for _, output in scene.model.calls[0].tool_outputs] == ["one", "two"]
    scene.assert_sound("Both.")


@pytest.mark.parametrize("point", ["before the first word", "in the middle of the text"])
def test_a_run_whose_cancellation_was_acknowledged(scene, point):
    run = scene.run(WORKING[point](scene.gate))
    scene.gate.wait_until_reached()
    scene.v1.cancel(run)
    scene.die_and_return(Says("Never"))
    assert scene.v1.settled(run, *TERMINAL, timeout=TAKEN_UP_WITHIN)["status"] == "cancelled"
    assert scene.model.calls == []
    kept = [text for role, text in scene.v1.texts(scene.thread) if role == "assistant"]
    assert all("Half an answer".startswith(text) for text in kept)
    scene.assert_sound(*kept)


def test_a_waiting_run_whose_cancellation_was_acknowledged(scene):
    run = scene.waiting_run()
    scene.v1.cancel(run)
    scene.die_and_return(Says("Never"))
    assert scene.v1.settled(run, *TERMINAL, timeout=TAKEN_UP_WITHIN)["status"] == "cancelled"
    assert [step["status"] for step in scene.v1.steps(run)] == ["cancelled"]
    scene.assert_sound()


def test_a_run_at_its_end(scene):
    run = scene.run(Says("Answer"))
    ended = scene.v1.settled(run, "completed")
    scene.die_and_return(Says("Never"))
    assert scene.v1.get_run(run) == ended
    time.sleep(0.3)
    assert scene.model.calls == [], "it is not done again"
    scene.assert_sound("Answer")


def test_a_run_whose_end_was_streamed(scene):
    scene.model.script = Says("Answer")
    events = scene.v1.stream_run(scene.thread, scene.assistant).until("thread.run.completed")
    scene.die_and_return(Says("Never"))
    assert scene.v1.get_run(events[-1].json) == events[-1].json
    scene.assert_sound("Answer")


def test_a_run_that_failed(scene):
    ended = scene.v1.ended(scene.run(Refuses(500)), "failed")
    scene.die_and_return(Says("Never"))
    assert scene.v1.get_run(ended) == ended
    scene.assert_sound()


def test_a_run_that_is_killed_again_and_again(scene):
    """Each life gets a little further, and in the end there is one answer."""
    run = scene.run(Says("Half an answer", middle=scene.gate))
    for _ in range(3):
        scene.gate.wait_until_reached()
        gate = Gate()
        scene.die_and_return(Says("Half an answer", middle=gate))
        scene.gate = gate
    scene.gate.wait_until_reached()
    scene.die_and_return(Says("Whole answer"))
    scene.v1.ended(run, "completed")
    scene.assert_sound("Whole answer")


def test_many_runs_are_taken_up_at_once(scene):
    """What fifty threads were promised is kept: those that worked go on, those that wait, wait."""
    scene.model.script = Decides(
        lambda call: Generates(FunctionCall()) if "weather" in call.question else Says(before=scene.gate)
    )
    threads = [scene.v1.thread(f"weather {n}" if n % 2 else f"question {n}")["id"] for n in range(50)]
    runs = [scene.v1.run(thread, scene.assistant) for thread in threads]
    wait_until(lambda: len(scene.model.calls) == 50, "the model was asked for all")
    for run in runs[1::2]:
        scene.v1.ended(run, "requires_action")
    scene.die_and_return(Says("Answer"))
    for run in runs[::2]:
        scene.v1.settled(run, "completed", timeout=TAKEN_UP_WITHIN)
    assert time.monotonic() - scene.returned < TAKEN_UP_WITHIN
    for run in map(scene.v1.get_run, runs[1::2]):
        assert run["status"] == "requires_action"
        scene.v1.ended(scene.v1.submit(run, "sunny"), "completed")
    assert all(scene.v1.texts(thread)[1:] == [("assistant", "Answer")] for thread in threads)


def test_what_was_acknowledged_survives(scene):
    """Objects of every kind, written and changed, are there after the kill as they were answered."""
    v1 = scene.v1
    assistant = v1.post(f"/assistants/{v1.assistant()['id']}", name="Changed", metadata={"a": "b"})
    thread = v1.post(f"/threads/{v1.thread('one')['id']}", metadata={"c": "d"})
    message = v1.message(thread["id"], "two", metadata={"e": "f"})
    run = v1.completed(thread["id"], assistant["id"], metadata={"g": "h"})
    gone = v1.thread("gone")["id"]
    v1.delete(f"/threads/{gone}")
    paths = [
        f"/assistants/{assistant['id']}",
        f"/threads/{thread['id']}",
        f"/threads/{thread['id']}/messages/{message['id']}",
        f"/threads/{thread['id']}/messages",
        f"/threads/{thread['id']}/runs/{run['id']}",
        f"/threads/{thread['id']}/runs/{run['id']}/steps",
    ]
    before = [v1.get(path) for path in paths]
    scene.die_and_return(Says())
    assert [v1.get(path) for path in paths] == before
    assert v1.request("GET", f"/threads/{gone}").status_code == 404


def test_it_is_killed_at_moments_of_no_ones_choosing(scene):
    """Clients ask, call functions and cancel while the server dies and returns; each acknowledged question is kept."""
    v1, model = scene.v1, scene.model
    calls = Generates(Text("Let me look.", pieces=2), FunctionCall(), FunctionCall(arguments="{}"), every=0.003)
    model.script = Decides(
        lambda call: calls if "weather" in call.question and not call.is_answered_call else Says("Answer", every=0.004)
    )
    threads = [v1.thread()["id"] for _ in range(4)]
    acknowledged = {thread: [] for thread in threads}
    stop = threading.Event()

    def talk(thread):
        chance = random.Random(threads.index(thread))
        while not stop.is_set():
            api = v1.separate()
            try:
                question = f"{chance.choice(['weather', 'hello'])} {len(acknowledged[thread])}"
                ask(api, scene, thread, question, acknowledged[thread], chance)
            except requests.RequestException:
                stop.wait(0.01)
            finally:
                api.server.session.close()

    with ThreadPoolExecutor(4) as pool:
        talks = [pool.submit(talk, thread) for thread in threads]
        for number in range(5):
            time.sleep(random.Random(number).uniform(0.2, 0.6))
            scene.server.kill()
            scene.server.restart()
        stop.set()
        for each in talks:
            each.result(timeout=60)
    for thread in threads:
        assert_thread_is_sound(v1, thread, acknowledged[thread])


def ask(api, scene, thread, question, acknowledged, chance):
    """One question and its run, as far as the server lives; at times the run is cancelled."""
    answer = api.try_post(f"/threads/{thread}/messages", role="user", content=question)
    if answer.status_code == 400:
        # A run whose creation was stored, and not acknowledged, is at work.
        run = {"thread_id": thread, "id": re.search(r"run_\w+", answer.json()["error"]["message"]).group()}
        follow(api, api.get_run(run))
        return
    assert answer.status_code == 200, answer.text
    acknowledged.append(question)
    run = api.run(thread, scene.assistant)
    if chance.random() < 0.2:
        time.sleep(chance.uniform(0, 0.02))
        api.request("POST", f"{path_of(run)}/cancel")
    follow(api, run)


def follow(api, run):
    """Polls the run to its end and gives it the outputs that it asks for."""
    while run["status"] not in TERMINAL:
        if run["status"] == "requires_action":
            # Refused when it was stored before the kill, and only the answer was lost.
            outputs = outputs_of(run, ("sunny", "rainy"))
            api.try_post(f"{path_of(run)}/submit_tool_outputs", tool_outputs=outputs)
        time.sleep(0.003)
        run = api.get_run(run)


def assert_thread_is_sound(v1, thread, acknowledged):
    for run in v1.get(f"/threads/{thread}/runs", limit=100)["data"]:
        follow(v1, run)
        status = v1.get_run(run)["status"]
        assert status in ("completed", "cancelled"), status
        steps = v1.steps(run)
        assert {step["status"] for step in steps} <= {status, "completed"}
        written = v1.messages(thread, run_id=run["id"])
        told = [step["step_details"]["message_creation"]["message_id"] for step in steps if "message" in step["type"]]
        assert told == [message["id"] for message in written], "each message has its step, in order"
        if status == "completed":
            texts = [text_of(message) for message in written]
            assert texts in (["Answer"], ["Let me look.", "Answer"]), "nothing is doubled"
    questions = iter([text_of(message) for message in all_messages(v1, thread) if message["role"] == "user"])
    assert all(question in questions for question in acknowledged), "an acknowledged question is missing"


def all_messages(v1, thread):
    """Of all pages, oldest first."""
    query = {"order": "asc", "limit": 100}
    while True:
        page = v1.get(f"/threads/{thread}/messages", **query)
        yield from page["data"]
        if not page["has_more"]:
            return
        query["after"] = page["last_id"]
