"""What the scenarios share: the servers, the sizes to measure at, and where results go."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmark.load import Load
from benchmark.process import Process, free_port

ASSISTANT = "asst_benchmark"

# Modules of the folder `peer`, and what they are called in the table.
PEERS = {"bare": "Python (bare ASGI)", "framework": "Python (FastAPI)"}

_PEER_FOLDER = Path(__file__).resolve().parents[1] / "peer"


@dataclass(frozen=True)
class Sizes:
    """How much is measured. The quick sizes show that all works; their figures are no verdict."""

    rounds: int
    seconds: float
    chats_alone: int
    turns: int
    long_threads: int
    waiting_chats: int
    messages: int
    probes: int
    documents: int


FULL = Sizes(
    rounds=5,
    seconds=4,
    chats_alone=1000,
    turns=500,
    long_threads=16,
    waiting_chats=2000,
    messages=1_000_000,
    probes=300,
    documents=8,
)
QUICK = Sizes(
    rounds=2,
    seconds=1,
    chats_alone=100,
    turns=60,
    long_threads=2,
    waiting_chats=200,
    messages=20_000,
    probes=50,
    documents=2,
)


class Bench:
    """Starts servers against one scripted model, each with an empty directory of its own in `work`."""

    def __init__(self, binary: Path, granian: Path | None, work: Path, sizes: Sizes, model: Process) -> None:
        self.sizes = sizes
        self.peers = list(PEERS) if granian else []
        self.faults: list[str] = []
        self._binary = binary
        self._granian = granian
        self._work = work
        self._model = model
        self._results: Callable[[dict[str, object]], None] = lambda result: None
        self._started = 0

    def send_results_to(self, results: Callable[[dict[str, object]], None]) -> None:
        self._results = results

    def record(self, scenario: str, load: Load, **more: object) -> Load:
        """Keeps the figures of one load; answers that were wrong make the whole benchmark fail."""
        self.note(scenario, **more, **load.summary())
        if load.faults:
            self.faults.append(f"{scenario}: {len(load.faults)} requests failed, the first with {load.faults[0]}")
        if load.stale:
            self.faults.append(f"{scenario}: {load.stale} answers were older than their question")
        return load

    def note(self, scenario: str, **figures: object) -> None:
        self._results({"scenario": scenario, **figures})

    @contextmanager
    def server(self, home: Path | None = None) -> Iterator[Process]:
        """The server with its default settings. `home` is where an earlier one ran, to go on with its data."""
        home = home or self.new_home()
        settings = {
            "OPENAI_BASE_URL": f"{self._model.url}/v1",
            "OPENAI_API_KEY": "sk-benchmark",
            "OPENAI_API": "chat_completions",
            "DEFAULT_MODEL": "scripted",
            "ASSISTANT_ID": ASSISTANT,
            "DATA_DIR": str(home / "data"),
            "LOG_FILE": str(home / "app.log"),
            # Interpreters that are being warmed would be measured with the server.
            "CODE_INTERPRETER_POOL": "0",
        }
        port = free_port()
        command = [str(self._binary), "serve", "--host", "127.0.0.1", "--port", str(port)]
        with self._running(Process("server", command, port, home, settings)) as process:
            yield process

    @contextmanager
    def peer(self, name: str) -> Iterator[Process]:
        """One process, since two writers of one SQLite file wait for each other."""
        home = self.new_home()
        settings = {"OPENAI_BASE_URL": f"{self._model.url}/v1", "DATA_DIR": str(home / "data")}
        port = free_port()
        command = [
            *(str(self._granian), "--interface", "asgi", "--loop", "uvloop", "--workers", "1", "--backlog", "16384"),
            *("--no-access-log", "--log-level", "error", "--working-dir", str(_PEER_FOLDER), f"{name}:app"),
            *("--host", "127.0.0.1", "--port", str(port)),
        ]
        with self._running(Process(name, command, port, home, settings | {"PYTHONDONTWRITEBYTECODE": "1"})) as process:
            yield process

    def tell_model(self, path: str) -> dict[str, int]:
        method = "GET" if path == "/waiting" else "POST"
        request = urllib.request.Request(self._model.url + path, method=method)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.loads(answer.read())

    def new_home(self) -> Path:
        self._started += 1
        return self._work / str(self._started)

    @contextmanager
    def _running(self, process: Process) -> Iterator[Process]:
        try:
            process.wait_until_it_answers("/api/v1/health")
            yield process
        finally:
            process.stop()
