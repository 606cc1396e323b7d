"""Lists: the whole thread at any length, pages in both directions, a strict order within one second."""

import pytest

from assistants_server import successful, text_of

LENGTH = 300


@pytest.fixture(scope="module")
def long_thread(server):
    """300 messages written as fast as they go, so that many share a second."""
    thread = server.new_thread()
    for number in range(LENGTH):
        server.add_message(thread, f"message {number}")
    return thread


def page(server, path, **query):
    return successful(server.get(path, params=query))


def walk(server, path, **query):
    """All pages, following `after` as clients do."""
    pages = [page(server, path, **query)]
    while pages[-1]["has_more"]:
        assert len(pages) < 100, "the pages do not end"
        pages.append(page(server, path, after=pages[-1]["last_id"], **query))
    return pages


def numbers(answer):
    return [int(text_of(message).split()[-1]) for message in answer["data"]]


def test_the_whole_thread_comes_without_a_limit(server, long_thread):
    answer = page(server, f"/api/v1/threads/{long_thread}/messages")
    assert numbers(answer) == list(range(LENGTH))
    assert answer["has_more"] is False
    assert (answer["first_id"], answer["last_id"]) == (answer["data"][0]["id"], answer["data"][-1]["id"])


def test_the_whole_thread_comes_newest_first_when_asked_so(server, long_thread):
    answer = page(server, f"/api/v1/threads/{long_thread}/messages", order="desc")
    assert numbers(answer) == list(reversed(range(LENGTH)))


def test_messages_written_in_the_same_second_keep_their_order(server, long_thread):
    messages = server.messages(long_thread)
    seconds = [message["created_at"] for message in messages]
    assert seconds == sorted(seconds)
    assert len(set(seconds)) < LENGTH / 3, "the messages were written too slowly to share seconds"


def test_a_page_without_a_cursor_begins_with_the_oldest(server, long_thread):
    answer = page(server, f"/api/v1/threads/{long_thread}/messages", limit=7)
    assert numbers(answer) == list(range(7))
    assert answer["has_more"] is True
    assert answer["first_id"] == answer["data"][0]["id"]
    assert answer["last_id"] == answer["data"][6]["id"]


@pytest.mark.parametrize("limit", [1, 7, 100])
@pytest.mark.parametrize("order", ["asc", "desc"])
def test_pages_give_every_message_once(server, long_thread, order, limit):
    if limit == 1:
        thread = server.new_thread()
        for number in range(5):
            server.add_message(thread, f"message {number}")
        expected = list(range(5))
    else:
        thread, expected = long_thread, list(range(LENGTH))
    pages = walk(server, f"/api/v1/threads/{thread}/messages", order=order, limit=limit)
    seen = [number for answer in pages for number in numbers(answer)]
    assert seen == (expected if order == "asc" else expected[::-1])
    assert all(len(answer["data"]) == limit for answer in pages[:-1])
    assert [answer["has_more"] for answer in pages] == [True] * (len(pages) - 1) + [False]


def test_a_page_that_ends_exactly_at_the_end_says_so(server, long_thread):
    path = f"/api/v1/threads/{long_thread}/messages"
    ids = [message["id"] for message in server.messages(long_thread)]
    answer = page(server, path, limit=10, after=ids[LENGTH - 11])
    assert numbers(answer) == list(range(LENGTH - 10, LENGTH))
    assert answer["has_more"] is False
    beyond = page(server, path, limit=10, after=ids[-1])
    assert (beyond["data"], beyond["has_more"], beyond["first_id"]) == ([], False, None)


@pytest.mark.parametrize("order", ["asc", "desc"])
def test_before_gives_what_precedes_the_cursor(server, long_thread, order):
    path = f"/api/v1/threads/{long_thread}/messages"
    ids = [message["id"] for message in server.messages(long_thread)]
    answer = page(server, path, limit=5, order=order, before=ids[100])
    expected = list(range(95, 100)) if order == "asc" else list(range(105, 100, -1))
    assert numbers(answer) == expected
    assert answer["has_more"] is True


def test_after_and_before_together_give_what_lies_between(server, long_thread):
    path = f"/api/v1/threads/{long_thread}/messages"
    ids = [message["id"] for message in server.messages(long_thread)]
    answer = page(server, path, limit=100, after=ids[10], before=ids[20])
    assert numbers(answer) == list(range(11, 20))


def test_a_cursor_without_a_limit_is_honoured(server, long_thread):
    ids = [message["id"] for message in server.messages(long_thread)]
    seen = walk(server, f"/api/v1/threads/{long_thread}/messages", after=ids[249])
    assert [number for answer in seen for number in numbers(answer)] == list(range(250, LENGTH))


def test_a_message_added_between_two_pages_moves_nothing(server):
    thread = server.new_thread()
    for number in range(6):
        server.add_message(thread, f"message {number}")
    path = f"/api/v1/threads/{thread}/messages"
    first = page(server, path, limit=3, order="desc")
    server.add_message(thread, "message 6")
    second = page(server, path, limit=3, order="desc", after=first["last_id"])
    assert numbers(first) + numbers(second) == [5, 4, 3, 2, 1, 0]


def test_threads_are_listed_newest_first(start_server):
    server = start_server()
    made = [server.new_thread(metadata={"number": str(number)}) for number in range(45)]
    first = page(server, "/api/v1/threads")
    assert [thread["id"] for thread in first["data"]] == made[::-1][:20]
    assert first["has_more"] is True
    assert (first["first_id"], first["last_id"]) == (made[-1], made[-20])
    assert first["data"][0] == {
        "id": made[-1],
        "object": "thread",
        "created_at": first["data"][0]["created_at"],
        "metadata": {"number": "44"},
    }
    for order, expected in (("desc", made[::-1]), ("asc", made)):
        seen = [
            thread["id"]
            for answer in walk(server, "/api/v1/threads", limit=10, order=order)
            for thread in answer["data"]
        ]
        assert seen == expected
    between = page(server, "/api/v1/threads", limit=5, before=made[20])
    assert [thread["id"] for thread in between["data"]] == made[25:20:-1]


def test_a_server_without_threads_has_an_empty_list(start_server):
    answer = page(start_server(), "/api/v1/threads")
    assert answer == {"object": "list", "data": [], "first_id": None, "last_id": None, "has_more": False}


def test_the_runs_of_a_thread_are_listed_newest_first(one_chat_server):
    thread = one_chat_server.chat("0")["thread_id"]
    for number in range(1, 4):
        one_chat_server.chat(str(number), thread)
    path = f"/api/v1/threads/{thread}/runs"
    by_message = [message["run_id"] for message in one_chat_server.messages(thread) if message["role"] == "assistant"]
    assert [run["id"] for run in page(one_chat_server, path)["data"]] == by_message[::-1]
    seen = [run["id"] for answer in walk(one_chat_server, path, limit=3, order="asc") for run in answer["data"]]
    assert seen == by_message
