"""The judge of all other tests of `/v1`: what they see is held against OpenAI's description of its API."""

import pytest

from openapi_schema import ABSENT


def test_every_answer_and_event_is_held_against_the_description_of_openai(observer, one_v1):
    if observer.description is None:
        pytest.skip(ABSENT)
    response = one_v1.request("GET", f"/threads/{one_v1.thread()['id']}")
    assert observer.taken_faults() == []
    observer.compare_answer("GET", response.url, 200, "application/json", b'{"object": "thread"}')
    observer.compare_event("thread.created", '{"object": "thread"}')
    assert len(observer.taken_faults()) == 2
