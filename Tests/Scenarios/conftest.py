"""What the scenarios share: the binary, servers, the scripted model, and the record of what was answered."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Callable

import pytest
import requests

from assistants_server import Server
from openapi_contract import Contract
from openapi_schema import Description
from scripted_model import PROTOCOLS, FunctionCall, ScriptedModel, calls_then_says
from v1_api import V1, WEATHER

ROOT = Path(__file__).resolve().parents[2]

#: What `/openapi.json` answers with.
DOCUMENT = ROOT / "Sources/APIDocuments/Resources/openapi.json"


class Observer:
    """Sees every answer of every server: the request id is checked at once, the faults are collected.

    An answer is held against the server's own document and, under `/v1`, against OpenAI's, where that is at hand.
    """

    def __init__(self) -> None:
        self.contract = Contract(json.loads(DOCUMENT.read_text(encoding="utf-8")))
        self.description = Description.if_present()
        self._faults: set[str] = set()

    def __call__(self, response: requests.Response) -> None:
        assert response.headers.get("x-request-id"), f"{response.request.method} {response.url} has no x-request-id"
        request, media = response.request, response.headers.get("content-type", "")
        if "/v1/" in request.url and "/api/v1/" not in request.url and "event-stream" not in media:
            self.compare_answer(request.method, request.url, response.status_code, media, response.content)
        if "/openai-api/" not in request.url:
            self._note(self.contract.fault(response))

    def compare_answer(self, method: str, url: str, status: int, media: str, content: bytes) -> None:
        """Holds a whole answer of `/v1` against OpenAI's description."""
        if self.description is not None:
            self._note(self.description.answer_fault(method, url, status, media, content))

    def compare_event(self, name: str, data: str) -> None:
        """Holds an event of a stream of `/v1` against OpenAI's description."""
        if self.description is not None:
            self._note(self.description.event_fault(name, data))

    def _note(self, fault: str | None) -> None:
        if fault:
            self._faults.add(fault)

    def taken_faults(self) -> list[str]:
        """The faults since the last time."""
        taken, self._faults = self._faults, set()
        return sorted(taken)


#: Files of few tests that take long. Where files are given to several workers, these are given first, so that none of
#: them waits for one at the end.
LONG = ("test_v1_ingestion", "test_v1_clients", "test_analysis_questions", "test_retrieval", "test_facade_figures")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: item.path.stem not in LONG)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """A failed scenario shows the last words of the servers that it used."""
    outcome = yield
    report = outcome.get_result()
    if not report.failed:
        return
    for server in _servers_of(item):
        report.sections.append((f"terminal of the server in {server.home}", server.output()[-4000:]))
        if server.log_file.exists():
            report.sections.append((f"log file {server.log_file}", server.log_file.read_text(errors="replace")[-4000:]))


def _servers_of(item: pytest.Item) -> list[Server]:
    used: list[Server] = list(getattr(item, "started_servers", []))
    for value in getattr(item, "funcargs", {}).values():
        if isinstance(value, Server) and value not in used:
            used.append(value)
    return used


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def binary() -> Path:
    path = Path(os.environ.get("ASSISTANTS_SERVER", ROOT / ".build/release/assistants-server")).resolve()
    assert os.access(path, os.X_OK), f"{path} is not there; build it or name it in ASSISTANTS_SERVER"
    return path


@pytest.fixture(scope="session")
def observer() -> Observer:
    return Observer()


@pytest.fixture(autouse=True)
def judged(observer: Observer) -> Iterator[None]:
    """Whatever else a scenario is about: every answer and event that it saw agrees with the documents."""
    yield
    faults = observer.taken_faults()
    assert not faults, "\n".join(faults)


@pytest.fixture(scope="session")
def server(binary: Path, observer: Observer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server without a model: the built-in analyst answers."""
    server = Server(binary, tmp_path_factory.mktemp("analyst"), observer)
    try:
        yield server.start()
    finally:
        server.close()


@pytest.fixture
def make_server(
    request: pytest.FixtureRequest, binary: Path, observer: Observer, tmp_path: Path
) -> Iterator[Callable[..., Server]]:
    """Makes servers of one scenario, not started yet; all are ended with it."""
    made: list[Server] = []
    request.node.started_servers = made

    def make(**settings: Any) -> Server:
        made.append(Server(binary, tmp_path / f"server-{len(made) + 1}", observer, **settings))
        return made[-1]

    yield make
    for server in made:
        server.close()


@pytest.fixture
def start_server(make_server: Callable[..., Server]) -> Callable[..., Server]:
    """Starts servers of one scenario."""
    return lambda **settings: make_server(**settings).start()


@pytest.fixture
def model() -> Iterator[ScriptedModel]:
    model = ScriptedModel()
    yield model
    model.close()


@pytest.fixture(params=PROTOCOLS)
def protocol(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="session")
def _chat_servers(
    binary: Path, observer: Observer, server: Server, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, tuple[Server, ScriptedModel]]]:
    """One server with its model per protocol, for all the scenarios that change no setting."""
    pairs = {}
    try:
        for protocol in PROTOCOLS:
            model = ScriptedModel()
            home = tmp_path_factory.mktemp(protocol)
            pairs[protocol] = (Server(binary, home, observer, **model.settings(protocol)), model)
            pairs[protocol][0].start()
        yield pairs
    finally:
        for chat_server, model in pairs.values():
            chat_server.close()
            model.close()


@pytest.fixture
def chat_server(_chat_servers: dict[str, tuple[Server, ScriptedModel]], protocol: str) -> Server:
    """A server whose model is scripted; its `model` attribute is the model, reset for this scenario."""
    chat_server, chat_server.model = _chat_servers[protocol]
    chat_server.model.reset()
    return chat_server


@pytest.fixture
def one_chat_server(_chat_servers: dict[str, tuple[Server, ScriptedModel]]) -> Server:
    """The same over Chat Completions alone, where the protocol makes no difference."""
    one, one.model = _chat_servers[PROTOCOLS[0]]
    one.model.reset()
    return one


@pytest.fixture
def v1(chat_server: Server) -> V1:
    """The Assistants API of a server whose model is scripted, once per protocol of the model."""
    return V1(chat_server)


@pytest.fixture
def one_v1(one_chat_server: Server) -> V1:
    """The same over Chat Completions alone, where the protocol makes no difference."""
    return V1(one_chat_server)


@pytest.fixture
def waiting(one_v1: V1) -> dict[str, Any]:
    """A run that waits for the outputs of two calls; the model then says that it is sunny."""
    one_v1.model.script = calls_then_says(FunctionCall(), FunctionCall(arguments='{"city":"Busan"}'))
    run = one_v1.run(one_v1.thread("Weather?")["id"], one_v1.assistant(tools=[WEATHER])["id"])
    return one_v1.ended(run, "requires_action")
