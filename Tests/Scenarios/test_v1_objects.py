"""Assistants, threads, messages, models: their members, defaults, pages, changes and ends."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from v1_api import WEATHER, refused


@pytest.fixture
def v1(one_v1):
    return one_v1


def test_a_new_assistant_has_all_members_and_their_defaults(v1):
    made = v1.assistant()
    assert made["id"].startswith("asst_") and isinstance(made["created_at"], int)
    assert {name: made[name] for name in made if name not in ("id", "created_at")} == {
        "object": "assistant",
        "name": None,
        "description": None,
        "model": "scripted-model",
        "instructions": None,
        "tools": [],
        "top_p": 1.0,
        "temperature": 1.0,
        "reasoning_effort": None,
        "tool_resources": {},
        "metadata": {},
        "response_format": "auto",
    }
    assert v1.get(f"/assistants/{made['id']}") == made


def test_an_assistant_keeps_what_it_is_given(v1):
    given = {
        "name": "이름",
        "description": "설명 👋",
        "instructions": 'Quotes "and" \\ and\nlines',
        "tools": [WEATHER],
        "metadata": {"키": "값"},
        "temperature": 0.1,
        "top_p": 0.9,
        "reasoning_effort": "high",
        "response_format": {"type": "json_schema", "json_schema": {"name": "n", "schema": {"z": 1, "a": [1.50, {}]}}},
    }
    made = v1.assistant(**given)
    expected = given | {"tools": [{"type": "function", "function": WEATHER["function"] | {"strict": False}}]}
    assert {name: made[name] for name in given} == expected
    assert list(made["response_format"]["json_schema"]["schema"]) == ["z", "a"], "the order of members is kept"


def test_explicit_nulls_mean_no_value(v1):
    names = ["name", "description", "instructions", "tool_resources", "metadata", "temperature", "top_p"]
    made = v1.assistant(**dict.fromkeys([*names, "response_format", "reasoning_effort"]))
    plain = v1.assistant()
    assert {name: made[name] for name in made if name not in ("id", "created_at")} == {
        name: plain[name] for name in plain if name not in ("id", "created_at")
    }


def test_built_in_tools_get_their_defaults(v1):
    made = v1.assistant(tools=[{"type": "code_interpreter"}, {"type": "file_search"}])
    ranking = {"ranker": "default_2024_08_21", "score_threshold": 0.0}
    assert made["tools"] == [
        {"type": "code_interpreter"},
        {"type": "file_search", "file_search": {"ranking_options": ranking}},
    ]
    assert made["tool_resources"]["code_interpreter"] == {"file_ids": []}


def test_only_given_members_of_an_assistant_are_changed(v1):
    made = v1.assistant(name="a", description="b", instructions="c", tools=[WEATHER], metadata={"k": "v"}, top_p=0.5)
    path = f"/assistants/{made['id']}"
    assert v1.post(path) == made
    assert v1.post(path, name="n") == made | {"name": "n"}
    assert v1.post(path, name=None, description=None) == made | {"name": None, "description": None}
    cleared = made | {"name": None, "description": None, "tools": [], "metadata": {"x": "y"}}
    assert v1.post(path, tools=[], metadata={"x": "y"}) == cleared
    assert v1.post(path, top_p=None, metadata=None) == cleared | {"top_p": 1.0, "metadata": {}}
    assert v1.post(path, model="other")["model"] == "other"


def test_what_is_deleted_is_gone(v1):
    assistant, thread = v1.assistant()["id"], v1.thread("Hello")["id"]
    message = v1.messages(thread)[0]["id"]
    for path, id, kind, name in (
        (f"/threads/{thread}/messages/{message}", message, "thread.message.deleted", "message"),
        (f"/threads/{thread}", thread, "thread.deleted", "thread"),
        (f"/assistants/{assistant}", assistant, "assistant.deleted", "assistant"),
    ):
        assert v1.delete(path) == {"id": id, "object": kind, "deleted": True}
        for method in ("GET", "DELETE"):
            refused(v1.request(method, path), 404, message=f"No {name} found with id '{id}'.")
    refused(v1.request("GET", f"/threads/{thread}/messages"), 404, message=f"No thread found with id '{thread}'.")
    refused(v1.try_post(f"/threads/{thread}/messages", role="user", content="x"), 404)


def test_a_thread_and_its_messages(v1):
    thread = v1.thread("one", metadata={"a": "b"})
    assert {name: thread[name] for name in thread if name not in ("id", "created_at")} == {
        "object": "thread",
        "metadata": {"a": "b"},
        "tool_resources": {},
    }
    path = f"/threads/{thread['id']}"
    assert v1.get(path) == thread
    assert v1.post(path) == thread
    assert v1.post(path, metadata={"c": "d"}) == thread | {"metadata": {"c": "d"}}
    [message] = v1.messages(thread["id"])
    assert {name: message[name] for name in message if name not in ("id", "created_at", "completed_at")} == {
        "object": "thread.message",
        "assistant_id": None,
        "thread_id": thread["id"],
        "run_id": None,
        "status": "completed",
        "incomplete_details": None,
        "incomplete_at": None,
        "role": "user",
        "content": [{"type": "text", "text": {"value": "one", "annotations": []}}],
        "attachments": [],
        "metadata": {},
    }
    assert v1.get(f"{path}/messages/{message['id']}") == message
    changed = v1.post(f"{path}/messages/{message['id']}", metadata={"x": "y"})
    assert changed == message | {"metadata": {"x": "y"}} == v1.messages(thread["id"])[0]


def test_messages_created_in_one_second_keep_their_order(v1):
    thread = v1.thread(*[str(number) for number in range(32)])["id"]
    for number in range(32, 40):
        v1.message(thread, str(number))
    assert [text for _, text in v1.texts(thread)] == [str(number) for number in range(40)]
    newest = v1.get(f"/threads/{thread}/messages")
    assert len(newest["data"]) == 20 and newest["has_more"] is True
    assert newest["data"][0]["content"][0]["text"]["value"] == "39"


def test_messages_of_many_clients_get_one_order(v1):
    thread = v1.thread()["id"]

    def write(number):
        api = v1.separate()
        return [api.message(thread, f"{number}-{count}")["id"] for count in range(5)]

    with ThreadPoolExecutor(8) as pool:
        written = list(pool.map(write, range(8)))
    listed = [message["id"] for message in v1.messages(thread)]
    assert sorted(listed) == sorted(id for ids in written for id in ids)
    for ids in written:
        assert [id for id in listed if id in ids] == ids, "each client's messages are in its order"
    newest_first = v1.get(f"/threads/{thread}/messages", limit=100)["data"]
    assert [message["id"] for message in newest_first] == listed[::-1]


@pytest.fixture
def numbered(v1):
    """(path of the list, ids oldest first)"""
    thread = v1.thread(*[str(number) for number in range(10)])["id"]
    return f"/threads/{thread}/messages", [message["id"] for message in v1.messages(thread)]


def test_pages_go_in_both_directions(v1, numbered):
    path, ids = numbered

    def page(**query):
        answer = v1.get(path, **query)
        return [item["id"] for item in answer["data"]], answer["has_more"]

    assert page(order="asc", limit=4) == (ids[:4], True)
    assert page(order="asc", limit=4, after=ids[3]) == (ids[4:8], True)
    assert page(order="asc", limit=4, after=ids[7]) == (ids[8:], False)
    assert page(order="asc", limit=2, after=ids[7]) == (ids[8:], False), "exactly full is the end"
    assert page(limit=4, after=ids[6]) == (ids[5:1:-1], True)
    assert page(order="asc", limit=100, before=ids[3]) == (ids[:3], False)
    assert page(order="asc", limit=2, before=ids[5]) == (ids[3:5], True), "those next to the cursor"
    assert page(order="desc", limit=100, before=ids[6]) == (ids[:6:-1], False)
    assert page(order="asc", after=ids[2], before=ids[5], limit=10)[0] == ids[3:5]


def test_an_empty_page_has_no_ends(v1, numbered):
    path, ids = numbered
    empty = {"object": "list", "data": [], "first_id": None, "last_id": None, "has_more": False}
    assert v1.get(path, order="asc", after=ids[-1]) == empty
    assert v1.get(f"/threads/{v1.thread()['id']}/runs") == empty


def test_a_page_goes_on_after_a_deleted_item_or_says_that_it_cannot(v1, numbered):
    path, ids = numbered
    v1.delete(f"{path}/{ids[4]}")
    answer = v1.request("GET", path, params={"order": "asc", "after": ids[4]})
    if answer.status_code == 200:
        assert [item["id"] for item in answer.json()["data"]] == ids[5:]
    else:
        refused(answer, param="after", code="invalid_value")


def test_a_cursor_that_is_nothing_is_refused(v1, numbered):
    path, _ = numbered
    refused(v1.request("GET", path, params={"after": "msg_nothing"}), param="after", code="invalid_value")
    refused(v1.request("GET", path, params={"before": "msg_nothing"}), param="before", code="invalid_value")


def test_messages_are_filtered_by_run(v1):
    thread, assistant = v1.thread("one")["id"], v1.assistant()["id"]
    first = v1.completed(thread, assistant)
    v1.message(thread, "two")
    second = v1.completed(thread, assistant)
    for run in (first, second):
        [message] = v1.messages(thread, run_id=run["id"])
        assert (message["run_id"], message["assistant_id"]) == (run["id"], assistant)


@pytest.mark.parametrize("name", ["include[]", "include", "include[0]"])
def test_what_to_include_is_spelled_in_several_ways(v1, name):
    thread, assistant = v1.thread("one")["id"], v1.assistant()["id"]
    run = v1.completed(thread, assistant)
    steps = f"/threads/{thread}/runs/{run['id']}/steps"
    query = {name: "step_details.tool_calls[*].file_search.results[*].content"}
    [step] = v1.get(steps, **query)["data"]
    assert v1.get(f"{steps}/{step['id']}", **query) == step
    refused(v1.request("GET", steps, params={name: "everything"}), code="invalid_value")


def test_a_step_has_all_members(v1):
    thread, assistant = v1.thread("one")["id"], v1.assistant()["id"]
    run = v1.completed(thread, assistant)
    [step] = v1.steps(run)
    message = v1.messages(thread)[-1]
    assert {name: step[name] for name in step if name not in ("id", "created_at", "completed_at")} == {
        "object": "thread.run.step",
        "run_id": run["id"],
        "assistant_id": assistant,
        "thread_id": thread,
        "type": "message_creation",
        "status": "completed",
        "cancelled_at": None,
        "expires_at": None,
        "expired_at": None,
        "failed_at": None,
        "last_error": None,
        "step_details": {"type": "message_creation", "message_creation": {"message_id": message["id"]}},
        "usage": run["usage"],
        "metadata": {},
    }
    assert run["created_at"] <= step["created_at"] <= step["completed_at"] <= run["completed_at"]


def test_models_are_those_of_the_backend(v1):
    listed = v1.get("/models")
    assert listed["object"] == "list" and "has_more" not in listed
    model = next(model for model in listed["data"] if model["id"] == "scripted-model")
    assert list(model) == ["id", "object", "created", "owned_by"] and model["object"] == "model"
    assert v1.get("/models/scripted-model") == model
    answer = v1.request("GET", "/models/ft%3Agpt%2Fa%20b")
    refused(answer, 404, message="The model 'ft:gpt/a b' does not exist", param="model", code="model_not_found")


def test_ids_have_the_form_of_the_api(v1):
    thread, assistant = v1.thread("one"), v1.assistant()
    run = v1.completed(thread["id"], assistant["id"])
    ids = [assistant["id"], thread["id"], run["id"], v1.messages(thread["id"])[-1]["id"], v1.steps(run)[0]["id"]]
    for prefix, id in zip(("asst", "thread", "run", "msg", "step"), ids):
        assert re.fullmatch(prefix + "_[A-Za-z0-9]{24}", id), id
    answer = v1.request("GET", "/assistants")
    assert re.fullmatch("req_[0-9a-f]{32}", answer.headers["x-request-id"])
    assert answer.headers["content-type"] == "application/json"
