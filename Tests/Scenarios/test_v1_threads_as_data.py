"""Threads as data: found by their metadata and by what was said in them, forked, and brought to life by their ids."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest

from assistants_server import Server, successful, wait_until
from scripted_model import Says
from v1_api import V1, refused


@pytest.fixture
def alone(start_server: Callable[..., Server]) -> V1:
    """A server of one scenario: its list of threads is empty."""
    return V1(start_server())


def ids_of(page: dict[str, Any]) -> list[str]:
    return [thread["id"] for thread in page["data"]]


def found(v1: V1, query: str, **more: Any) -> list[str]:
    return ids_of(v1.get("/threads", q=query, **more))


# Lists


def test_threads_are_listed_newest_first_and_page_by_page(alone: V1) -> None:
    threads = [alone.thread()["id"] for _ in range(5)]
    first = alone.get("/threads", limit=2)
    assert list(first) == ["object", "data", "first_id", "last_id", "has_more"]
    assert ids_of(first) == [threads[4], threads[3]]
    assert (first["first_id"], first["last_id"], first["has_more"]) == (threads[4], threads[3], True)
    second = alone.get("/threads", limit=2, after=first["last_id"])
    third = alone.get("/threads", limit=2, after=second["last_id"])
    assert ids_of(second) + ids_of(third) == threads[2::-1]
    assert not third["has_more"]
    assert ids_of(alone.get("/threads", limit=2, order="asc")) == threads[:2]
    assert ids_of(alone.get("/threads", limit=2, before=second["last_id"])) == threads[3:1:-1]
    refused(alone.request("GET", "/threads", params={"after": "thread_x"}), param="after")
    refused(alone.request("GET", "/threads", params={"limit": 101}), param="limit")


def test_threads_are_found_by_all_of_the_metadata_asked_for(alone: V1) -> None:
    one = alone.thread(metadata={"user": "7", "plan": "pro", "a b": "c + d&e=f", "이름": "가나"})["id"]
    two = alone.thread(metadata={"user": "7", "plan": "free"})["id"]
    alone.thread(metadata={"user": "70"})
    alone.thread()
    assert ids_of(alone.get("/threads", **{"metadata[user]": "7"})) == [two, one]
    assert ids_of(alone.get("/threads", **{"metadata[user]": "7", "metadata[plan]": "pro"})) == [one]
    assert ids_of(alone.get("/threads", **{"metadata[user]": "8"})) == []
    assert ids_of(alone.get("/threads", **{"metadata[a b]": "c + d&e=f", "metadata[이름]": "가나"})) == [one]
    page = alone.get("/threads", **{"metadata[user]": "7", "limit": 1})
    assert (ids_of(page), page["has_more"]) == ([two], True)
    bare = alone.server.request(
        "GET", "/v1/threads?metadata[user]=7&metadata[plan]=free", headers={"openai-beta": "assistants=v2"}
    )
    assert ids_of(successful(bare)) == [two]

    alone.post(f"/threads/{one}", metadata={"user": "9"})
    assert ids_of(alone.get("/threads", **{"metadata[user]": "7"})) == [two]
    assert ids_of(alone.get("/threads", **{"metadata[user]": "9"})) == [one]
    refused(alone.request("GET", "/threads", params={"metadata": "7"}), param="metadata")


# Search


def test_a_message_is_found_right_after_it_was_sent(alone: V1) -> None:
    for number in range(20):
        thread = alone.thread(f"The player number{number} in Busan shows nothing")["id"]
        assert found(alone, f"busan number{number}") == [thread]
    assert len(found(alone, "busan", limit=100)) == 20
    alone.message(thread, "One more word: kaleidoscope")
    assert found(alone, "kaleidosc") == [thread]
    assert found(alone, "kaleidoscope number3") == [], "in two threads"


@pytest.mark.parametrize(
    "query", ["환불", "환불을", "정책이", "환불정책", "환불 정책", "알려", "API", "api는", '"환불의 정책"', "환불*"]
)
def test_korean_is_found_as_people_type_it(one_v1: V1, query: str) -> None:
    thread = one_v1.thread("환불의 정책은 API로 알려주세요")["id"]
    assert thread in found(one_v1, query, limit=100)


def test_what_was_answered_is_found_too(one_v1: V1) -> None:
    thread = one_v1.thread("Tell me about zebrafinches")["id"]
    one_v1.model.script = Says("They are small birds of the genus Taeniopygia.")
    one_v1.completed(thread, one_v1.assistant()["id"])
    assert found(one_v1, "taeniopygia birds") == [thread]


def test_a_search_goes_page_by_page_in_the_order_of_the_list(alone: V1) -> None:
    threads = [
        alone.thread("refund please", "and the refund again", metadata={"n": str(n % 2)})["id"] for n in range(5)
    ]
    alone.thread("something else")
    seen, after = [], {}
    while True:
        page = alone.get("/threads", q="refund", limit=2, **after)
        seen += ids_of(page)
        if not page["has_more"]:
            break
        after = {"after": page["last_id"]}
    assert seen == threads[::-1]
    assert found(alone, "refund", order="asc", limit=3) == threads[:3]
    assert found(alone, "refund", **{"metadata[n]": "1"}) == [threads[3], threads[1]]


def test_what_is_deleted_is_found_no_more(alone: V1) -> None:
    thread = alone.thread("alpha")["id"]
    message = alone.message(thread, "beta")["id"]
    assert found(alone, "beta") == [thread]
    alone.delete(f"/threads/{thread}/messages/{message}")
    assert found(alone, "beta") == []
    assert found(alone, "alpha") == [thread]
    alone.delete(f"/threads/{thread}")
    assert found(alone, "alpha") == []
    other = alone.thread("gamma")["id"]
    assert found(alone, "gamma") == [other]
    assert found(alone, "alpha") == []


@pytest.mark.parametrize(
    "query", ['"', "a AND", "NEAR(", "x: y", "*", "(", "\x00", "💥", "!!!", "'; DROP TABLE", "\ue000"]
)
def test_no_query_is_an_error(one_v1: V1, query: str) -> None:
    assert one_v1.get("/threads", q=query)["object"] == "list"


def test_a_query_has_a_longest_form(one_v1: V1) -> None:
    assert found(one_v1, "word " * 200) == []
    refused(one_v1.request("GET", "/threads", params={"q": "x" * 1001}), param="q", code="string_above_max_length")


def test_messages_are_indexed_without_being_asked_for_and_across_a_kill(start_server: Callable[..., Server]) -> None:
    server = start_server()
    v1 = V1(server)
    thread = v1.thread("The word is xylophone")["id"]
    server.kill()
    server.restart()
    assert found(v1, "xylophone") == [thread]


def test_the_backlog_of_many_messages_is_worked_off(alone: V1) -> None:
    thread = alone.thread()["id"]
    for number in range(300):
        alone.message(thread, f"entry{number} " + "padding " * 50)
    time.sleep(0.5)
    started = time.monotonic()
    assert found(alone, "entry299") == [thread]
    assert time.monotonic() - started < 30


# Forks


def test_a_fork_is_a_thread_of_its_own_with_the_same_past(one_v1: V1) -> None:
    source = one_v1.thread("first", metadata={"user": "7"})
    assistant = one_v1.assistant()["id"]
    one_v1.model.script = Says("an answer")
    one_v1.completed(source["id"], assistant)
    one_v1.message(source["id"], "second", metadata={"k": "v"})

    fork = one_v1.post(f"/threads/{source['id']}/fork")

    assert list(fork) == ["id", "object", "created_at", "metadata", "tool_resources"]
    assert fork["id"] != source["id"]
    assert fork["metadata"] == {"user": "7"}
    assert one_v1.texts(fork["id"]) == one_v1.texts(source["id"])
    before, after = one_v1.messages(source["id"]), one_v1.messages(fork["id"])
    assert not {message["id"] for message in before} & {message["id"] for message in after}
    for old, new in zip(before, after):
        assert new == old | {"id": new["id"], "thread_id": fork["id"], "run_id": None}
    assert after[1]["assistant_id"] == assistant
    assert one_v1.get(f"/threads/{fork['id']}/runs")["data"] == []

    one_v1.model.script = Says("another answer")
    one_v1.completed(fork["id"], assistant)
    turns = [turn.text for turn in one_v1.model.calls[-1].turns]
    assert turns == ["first", "an answer", "second"]
    assert len(one_v1.texts(source["id"])) == 3
    assert one_v1.texts(fork["id"])[-1] == ("assistant", "another answer")
    assert fork["id"] in found(one_v1, "first", limit=100)


def test_a_fork_ends_at_a_message_and_takes_other_metadata(one_v1: V1) -> None:
    source = one_v1.thread("one", "two", "three", metadata={"user": "7"})["id"]
    two = one_v1.messages(source)[1]["id"]
    fork = one_v1.post(f"/threads/{source}/fork", message_id=two, metadata={"branch": "b"})
    assert fork["metadata"] == {"branch": "b"}
    assert one_v1.texts(fork["id"]) == [("user", "one"), ("user", "two")]
    empty = one_v1.post(f"/threads/{one_v1.thread()['id']}/fork")
    assert one_v1.messages(empty["id"]) == []


def test_a_fork_needs_a_thread_and_a_message_of_it(one_v1: V1) -> None:
    source, other = one_v1.thread("one")["id"], one_v1.thread("two")["id"]
    message = one_v1.messages(other)[0]["id"]
    refused(
        one_v1.try_post(f"/threads/{source}/fork", message_id=message),
        404,
        message=f"No message found with id '{message}'.",
    )
    refused(one_v1.try_post("/threads/thread_x/fork"), 404, message="No thread found with id 'thread_x'.")
    refused(one_v1.try_post(f"/threads/{source}/fork", at=message), code="unknown_parameter")
    refused(one_v1.try_post(f"/threads/{source}/fork", metadata={"a": 1}), param="metadata.a")


def test_a_thread_with_a_run_at_work_can_be_forked(one_v1: V1, waiting: dict[str, Any]) -> None:
    fork = one_v1.post(f"/threads/{waiting['thread_id']}/fork")["id"]
    assert one_v1.texts(fork) == [("user", "Weather?")]
    one_v1.message(fork, "The fork is not locked")
    one_v1.cancel(waiting)


def test_a_fork_of_a_long_thread_is_one_step(one_v1: V1) -> None:
    source = one_v1.thread(*[f"text {n}" for n in range(32)])["id"]
    for _ in range(6):
        source = one_v1.post(f"/threads/{source}/fork")["id"]
        for text in ("more", "and more"):
            one_v1.message(source, text)
    texts = one_v1.texts(source)
    assert len(texts) == 44
    assert texts[:32] == [("user", f"text {n}") for n in range(32)]


# Unknown ids


def test_an_unknown_id_comes_to_life_where_that_is_wanted(start_server: Callable[..., Server]) -> None:
    v1 = V1(start_server(ADOPT_UNKNOWN_THREADS="true"))
    assistant = v1.assistant(instructions="Answer.")["id"]

    assert v1.get("/threads/thread_fromOpenAI1")["metadata"] == {}
    assert v1.get("/threads/thread_fromOpenAI2/messages")["data"] == []
    assert v1.message("thread_fromOpenAI3", "hello")["thread_id"] == "thread_fromOpenAI3"
    assert v1.run("thread_fromOpenAI4", assistant)["thread_id"] == "thread_fromOpenAI4"
    assert v1.server.chat("hello", "thread_fromOpenAI5")["thread_id"] == "thread_fromOpenAI5"
    assert v1.server.add_message("thread_fromOpenAI6", "hello")["thread_id"] == "thread_fromOpenAI6"
    assert sorted(ids_of(v1.get("/threads"))) == [f"thread_fromOpenAI{n}" for n in range(1, 7)]

    refused(v1.request("GET", "/threads/" + "thread_" + "x" * 58), 404)
    refused(v1.request("GET", "/threads/thread_"), 404)
    refused(v1.request("GET", "/threads/" + quote("thread_a b")), 404)
    refused(v1.request("GET", "/threads/undefined"))
    refused(v1.request("DELETE", "/threads/thread_fromOpenAI9"), 404)
    v1.delete("/threads/thread_fromOpenAI1")
    refused(v1.request("GET", "/threads/thread_fromOpenAI1"), 404)


def test_a_repeated_request_to_an_unknown_id_is_carried_out_once(start_server: Callable[..., Server]) -> None:
    v1 = V1(start_server(ADOPT_UNKNOWN_THREADS="true"))
    send = {"json": {"role": "user", "content": "once"}, "headers": {"idempotency-key": "key-1"}}
    first, second = (successful(v1.request("POST", "/threads/thread_old/messages", **send)) for _ in range(2))
    assert first == second
    assert v1.texts("thread_old") == [("user", "once")]


def test_an_unknown_id_is_unknown_otherwise(one_v1: V1) -> None:
    refused(one_v1.request("GET", "/threads/thread_fromOpenAI1"), 404)
    refused(one_v1.try_post("/threads/thread_fromOpenAI1/messages", role="user", content="hello"), 404)


def test_an_id_of_another_project_is_not_adopted(start_server: Callable[..., Server]) -> None:
    keys = "sk-one-0123456789abcdef:one:admin,sk-two-0123456789abcdef:two:admin"
    server = start_server(ADOPT_UNKNOWN_THREADS="true", API_KEYS=keys)
    one, two = ({"authorization": f"Bearer sk-{name}-0123456789abcdef"} for name in ("one", "two"))
    v1 = V1(server)
    thread = successful(v1.request("POST", "/threads", headers=one))["id"]
    successful(
        v1.request("POST", f"/threads/{thread}/messages", headers=one, json={"role": "user", "content": "secret"})
    )
    refused(v1.request("GET", f"/threads/{thread}", headers=two), 404)
    refused(v1.request("POST", f"/threads/{thread}/fork", headers=two), 404)
    assert successful(v1.request("GET", "/threads", headers=two))["data"] == []
    assert successful(v1.request("GET", "/threads", headers=two, params={"q": "secret"}))["data"] == []
    assert ids_of(successful(v1.request("GET", "/threads", headers=one, params={"q": "secret"}))) == [thread]
    wait_until(server.healthy, "the server is well")
