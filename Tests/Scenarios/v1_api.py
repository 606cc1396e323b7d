"""The Assistants API of a server, asked with plain requests: what a client sends and gets, byte by byte."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import requests

from assistants_server import TERMINAL, Server, successful, text_of, wait_until
from event_stream import Event, EventStream
from stream_grammar import Grammar

BETA = {"openai-beta": "assistants=v2"}
SETTLED = (*TERMINAL, "requires_action")

WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "Tells the weather of a city.",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    },
}


class RunStream(EventStream):
    """The events of a run as they arrive, each held against OpenAI's description and the rules of such streams."""

    def __init__(self, response: requests.Response, server: Server) -> None:
        self._server = server
        super().__init__(response)

    def _read(self) -> Iterator[Event]:
        grammar = Grammar()
        for event in super()._read():
            grammar.take(event)
            compare = getattr(self._server.seen, "compare_event", None)
            if compare:
                compare(event.name, event.data)
            yield event


class V1:
    """Requests to `/v1`. Methods that return JSON fail when the answer is not 200."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.model = getattr(server, "model", None)

    def separate(self) -> V1:
        """The same API over connections of its own, for use in another thread."""
        return V1(self.server.separate())

    # Requests

    def request(self, method: str, path: str, **options: Any) -> requests.Response:
        headers = BETA | options.pop("headers", {})
        return self.server.request(method, "/v1" + path, headers=headers, **options)

    def get(self, path: str, **query: Any) -> Any:
        return successful(self.request("GET", path, params=query))

    def post(self, path: str, **body: Any) -> Any:
        return successful(self.request("POST", path, json=body))

    def delete(self, path: str) -> Any:
        return successful(self.request("DELETE", path))

    def try_post(self, path: str, **body: Any) -> requests.Response:
        return self.request("POST", path, json=body)

    def stream(self, path: str, **body: Any) -> RunStream:
        response = self.request("POST", path, json=body | {"stream": True}, stream=True)
        assert response.status_code == 200, response.text
        assert response.headers["content-type"] == "text/event-stream; charset=utf-8"
        return RunStream(response, self.server)

    # Objects

    def assistant(self, **body: Any) -> dict[str, Any]:
        return self.post("/assistants", **{"model": "scripted-model"} | body)

    def thread(self, *texts: str, **body: Any) -> dict[str, Any]:
        """A thread with a message of the user for each text."""
        if texts:
            body["messages"] = [{"role": "user", "content": text} for text in texts]
        return self.post("/threads", **body)

    def message(self, thread: str, content: Any, role: str = "user", **body: Any) -> dict[str, Any]:
        return self.post(f"/threads/{thread}/messages", role=role, content=content, **body)

    def messages(self, thread: str, **query: Any) -> list[dict[str, Any]]:
        """All messages, oldest first."""
        page = self.get(f"/threads/{thread}/messages", **{"order": "asc", "limit": 100} | query)
        assert not page["has_more"]
        return page["data"]

    def texts(self, thread: str) -> list[tuple[str, str]]:
        """(role, text) of the whole thread, oldest first."""
        return [(message["role"], text_of(message)) for message in self.messages(thread)]

    # Runs

    def run(self, thread: str, assistant: str, **body: Any) -> dict[str, Any]:
        return self.post(f"/threads/{thread}/runs", assistant_id=assistant, **body)

    def stream_run(self, thread: str, assistant: str, **body: Any) -> RunStream:
        return self.stream(f"/threads/{thread}/runs", assistant_id=assistant, **body)

    def get_run(self, run: dict[str, Any]) -> dict[str, Any]:
        return self.get(path_of(run))

    def settled(self, run: dict[str, Any], *statuses: str, timeout: float = 120) -> dict[str, Any]:
        """The run once it has one of the statuses; without any, once it needs no worker any more."""
        wanted = statuses or SETTLED

        def reached() -> dict[str, Any] | None:
            current = self.get_run(run)
            return current if current["status"] in wanted else None

        return wait_until(reached, f"run {run['id']} is {' or '.join(wanted)}", timeout, every=0.005)

    def settled_thread(self, thread: str) -> str:
        """The thread, once none of its runs is active."""

        def free() -> bool:
            return all(run["status"] in TERMINAL for run in self.get(f"/threads/{thread}/runs")["data"])

        wait_until(free, f"thread {thread} has no active run", every=0.005)
        return thread

    def completed(self, thread: str, assistant: str, **body: Any) -> dict[str, Any]:
        """A new run, after its end, which must be good."""
        return self.ended(self.run(thread, assistant, **body), "completed")

    def ended(self, run: dict[str, Any], status: str) -> dict[str, Any]:
        run = self.settled(run)
        assert run["status"] == status, f"{run['status']}: {run['last_error']} {run['required_action']}"
        return run

    def steps(self, run: dict[str, Any]) -> list[dict[str, Any]]:
        """All steps, oldest first."""
        return self.get(f"{path_of(run)}/steps", order="asc", limit=100)["data"]

    def submit(self, run: dict[str, Any], *outputs: str, **body: Any) -> dict[str, Any]:
        """Answers the calls that the run waits for, in order."""
        return self.post(f"{path_of(run)}/submit_tool_outputs", tool_outputs=outputs_of(run, outputs), **body)

    def stream_submit(self, run: dict[str, Any], *outputs: str) -> RunStream:
        return self.stream(f"{path_of(run)}/submit_tool_outputs", tool_outputs=outputs_of(run, outputs))

    def cancel(self, run: dict[str, Any]) -> dict[str, Any]:
        """Without any body, as the SDKs do it."""
        return successful(self.request("POST", f"{path_of(run)}/cancel"))


def path_of(run: dict[str, Any]) -> str:
    return f"/threads/{run['thread_id']}/runs/{run['id']}"


def calls_of(run: dict[str, Any]) -> list[dict[str, Any]]:
    """The tool calls that the run waits for."""
    assert run["required_action"]["type"] == "submit_tool_outputs"
    return run["required_action"]["submit_tool_outputs"]["tool_calls"]


def outputs_of(run: dict[str, Any], outputs: tuple[str, ...]) -> list[dict[str, str]]:
    calls = calls_of(run)
    assert len(outputs) == len(calls)
    return [{"tool_call_id": call["id"], "output": output} for call, output in zip(calls, outputs)]


def names_of(events: list[Event]) -> list[str]:
    """The names in order, without `thread.`, deltas that follow one another once."""
    names: list[str] = []
    for event in events:
        name = event.name.removeprefix("thread.")
        if not (name.endswith(".delta") and names[-1:] == [name]):
            names.append(name)
    return names


def refused(response: requests.Response, status: int = 400, **members: Any) -> dict[str, Any]:
    """The error of a refused request, after comparing the members given."""
    assert response.status_code == status, f"{response.status_code}: {response.text[:2000]}"
    error = response.json()["error"]
    assert list(error) == ["message", "type", "param", "code"], error
    expected = {"type": "invalid_request_error"} | members
    assert {name: error[name] for name in expected} == expected
    return error
