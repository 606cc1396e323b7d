"""The judge of all other tests of `/v1`: what they saw agrees with OpenAI's description of its API."""

import pytest

from openapi_schema import ABSENT


def test_every_answer_and_event_seen_agrees_with_the_description_of_openai(observer):
    if observer.description is None:
        pytest.skip(ABSENT)
    if not observer.compared:
        pytest.skip("no other test of /v1 has run, so that there is nothing to judge")
    assert not observer.departures, "\n".join(sorted(observer.departures))
