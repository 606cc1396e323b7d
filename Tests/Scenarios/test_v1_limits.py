"""Limits of requests and tokens in a minute, for each address and each key, and what clients are told of them."""

import re
import time

import openai
import pytest

from assistants_server import successful
from scripted_model import Says
from test_v1_access import OTHER, STATIC, Keyed
from v1_api import V1, refused


def limits(response, of="requests"):
    """(limit, remaining, reset) as the headers tell them."""
    values = [response.headers[f"x-ratelimit-{what}-{of}"] for what in ("limit", "remaining", "reset")]
    assert re.fullmatch(r"0s|\d+ms|(\d+m)?\d+(\.\d+)?s", values[2]), values[2]
    return int(values[0]), int(values[1]), values[2]


def test_without_limits_there_are_no_headers(one_v1):
    headers = one_v1.request("GET", "/assistants").headers
    assert not [name for name in headers if name.lower().startswith("x-ratelimit")]


def test_requests_of_an_address_are_limited_in_openais_words(make_server, server):
    v1 = V1(make_server(REQUESTS_PER_MINUTE=6).start())
    # The look at the health of a server that starts has used some.
    responses = [v1.request("GET", "/assistants") for _ in range(7)]
    good = [response for response in responses if response.status_code == 200]
    bad = [response for response in responses if response.status_code == 429]
    assert good and bad and len(good) + len(bad) == 7
    assert [limits(response)[1] for response in good] == list(range(len(good) - 1, -1, -1))
    error = refused(bad[0], 429, type="requests", code="rate_limit_exceeded")
    assert re.match(
        r"Rate limit reached for this address on requests per min \(RPM\): Limit 6, Used 6, Requested 1\. "
        r"Please try again in \d+(\.\d+)?s\.",
        error["message"],
    )
    assert 1 <= int(bad[0].headers["retry-after"]) <= 10
    assert 0 < int(bad[0].headers["retry-after-ms"]) <= 10_000
    assert bad[0].headers["x-should-retry"] == "true"
    assert limits(bad[0])[:2] == (6, 0)


def test_each_key_has_a_share_of_its_own(make_server, server):
    server = make_server(API_KEYS=f"{STATIC},{OTHER}", KEY_REQUESTS_PER_MINUTE=5).start()
    mine, theirs = Keyed(server, STATIC), Keyed(server, OTHER)
    statuses = [mine.request("GET", "/assistants").status_code for _ in range(6)]
    assert statuses == [200] * 5 + [429]
    assert theirs.request("GET", "/assistants").status_code == 200
    error = refused(mine.request("GET", "/assistants"), 429, type="requests")
    assert "for this key" in error["message"]


def test_the_tighter_limit_is_told(make_server, server):
    server = make_server(API_KEYS=STATIC, REQUESTS_PER_MINUTE=1000, KEY_REQUESTS_PER_MINUTE=5).start()
    assert limits(Keyed(server, STATIC).request("GET", "/assistants"))[:2] == (5, 4)


def test_behind_a_trusted_proxy_the_forwarded_address_counts(make_server, server):
    v1 = V1(make_server(REQUESTS_PER_MINUTE=3).start())

    def status(address):
        return v1.request("GET", "/assistants", headers={"x-forwarded-for": address}).status_code

    assert [status("203.0.113.1") for _ in range(4)] == [200, 200, 200, 429]
    assert status("203.0.113.2") == 200


def test_wrong_keys_are_counted_against_the_address(make_server, server):
    server = make_server(API_KEYS=STATIC, REQUESTS_PER_MINUTE=6).start()
    statuses = [Keyed(server, f"sk-guess-{number}").request("GET", "/assistants").status_code for number in range(8)]
    assert set(statuses) == {401, 429} and statuses[-1] == 429


@pytest.mark.alone
def test_the_sdk_waits_as_it_is_told_and_goes_on(make_server, server):
    server = make_server(API_KEYS=STATIC, KEY_REQUESTS_PER_MINUTE=60).start()
    v1 = Keyed(server, STATIC)
    client = openai.OpenAI(base_url=f"{server.url}/v1", api_key=STATIC, max_retries=2)
    while v1.request("GET", "/assistants").status_code == 200:
        pass
    began = time.monotonic()
    client.beta.assistants.list()
    assert 0.3 < time.monotonic() - began < 30


@pytest.mark.parametrize("limit", ["TOKENS_PER_MINUTE", "KEY_TOKENS_PER_MINUTE"])
def test_tokens_are_charged_at_the_end_of_a_run_and_the_next_one_is_refused(make_server, server, model, limit):
    server = make_server(**model.settings(API_KEYS=STATIC, **{limit: 100})).start()
    v1 = Keyed(server, STATIC)
    model.script = Says("word " * 5)
    assistant, thread = v1.assistant()["id"], v1.thread("Hello")["id"]
    before = v1.request("GET", f"/threads/{thread}")
    assert limits(before, "tokens") == (100, 100, "0s")
    used = 0
    while used < 100:
        used += v1.completed(thread, assistant)["usage"]["total_tokens"]
    response = v1.try_post(f"/threads/{thread}/runs", assistant_id=assistant)
    error = refused(response, 429, type="tokens", code="rate_limit_exceeded")
    assert "on tokens per min (TPM): Limit 100, Used 100" in error["message"]
    assert limits(response, "tokens")[1] == 0
    assert int(response.headers["retry-after"]) >= 1
    assert response.headers["x-should-retry"] == "true"
    # What starts no run is not touched.
    assert v1.message(thread, "More")["id"]
    whole = v1.try_post("/threads/runs", assistant_id=assistant, thread={"messages": []})
    refused(whole, 429, type="tokens")


def test_the_facade_is_limited_in_its_own_words(make_server, server, model):
    server = make_server(**model.settings(TOKENS_PER_MINUTE=5)).start()
    model.script = Says("word " * 50)
    successful(server.try_chat("Hello"))
    response = server.try_chat("Hello again")
    assert response.status_code == 429
    assert re.match(r"More than 5 tokens in a minute\. Please try again in \d+ s\.", response.json()["detail"])
    assert int(response.headers["retry-after"]) >= 1
