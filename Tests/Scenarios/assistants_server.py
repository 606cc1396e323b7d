"""The server under test: the real binary in a process of its own, on a free port, with its own data directory."""

from __future__ import annotations

import itertools
import json
import os
import random
import resource
import signal
import socket
import subprocess
import time
from pathlib import Path
from typing import Any, Callable, Iterable, Iterator

import requests

from event_stream import EventStream

HEADERS_OF_JSON = {"content-type": "application/json"}

# The environment of the code that models write, where the tests have one of their own.
INTERPRETER = Path(__file__).resolve().parents[2] / ".venv-interpreter"

# Statuses from which a run does not move any more.
TERMINAL = ("completed", "failed", "cancelled", "expired", "incomplete")


def _own_ports() -> Iterator[int]:
    """Ports that nobody else is given, each again only when all others were: a port is held by nobody before its server
    starts and while it is restarted. They are below those that systems choose, and others in each process of
    pytest-xdist.
    """
    worker = os.environ.get("PYTEST_XDIST_WORKER", "").removeprefix("gw")
    first = 12_000 + 2_000 * (int(worker) % 9 + 1 if worker.isdigit() else 0)
    # In another order each time, as another run of these tests may go on beside this one.
    return itertools.cycle(random.SystemRandom().sample(range(first, first + 2_000), 2_000))


_ports = _own_ports()


def free_port() -> int:
    for port in _ports:
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue
    raise AssertionError("there is always a next port")


def wait_until(condition: Callable[[], Any], what: str, timeout: float = 120, every: float = 0.02) -> Any:
    """The first true value of the condition; fails with `what` when there is none in time."""
    deadline = time.monotonic() + timeout
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < deadline, f"waited {timeout} s in vain: {what}"
        time.sleep(every)


class Server:
    """Starts, stops, kills and restarts one server; the data directory outlives the process.

    `settings` are environment variables; the environment is otherwise clean, so that a developer's own settings change
    nothing. `seen` is called with every answer.
    """

    #: What the binary is told to do.
    command = "serve"

    def __init__(self, binary: Path, home: Path, seen: Callable[[requests.Response], None], **settings: Any) -> None:
        self.binary = binary
        self.home = home
        self.seen = seen
        self.port = int(settings.pop("PORT", 0)) or free_port()
        self.settings = {
            "HOST": "127.0.0.1",
            "PORT": str(self.port),
            "DATA_DIR": str(home / "data"),
            "LOG_FILE": str(home / "app.log"),
            "SHUTDOWN_GRACE": "5",
            # Nothing is warmed for servers that are to run no code.
            "CODE_INTERPRETER_POOL": "0",
            **({"CODE_INTERPRETER_PYTHON": str(INTERPRETER)} if INTERPRETER.exists() else {}),
            **{name: str(value) for name, value in settings.items()},
        }
        self.process: subprocess.Popen[bytes] | None = None
        self.session = requests.Session()
        self.session.trust_env = False
        home.mkdir(parents=True, exist_ok=True)

    # Life

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def terminal_output(self) -> Path:
        return self.home / "terminal.log"

    @property
    def log_file(self) -> Path:
        return Path(self.settings["LOG_FILE"])

    def environment(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR", "LANG") if name in os.environ}
        return kept | self.settings

    def launch(self, *arguments: str) -> None:
        """Starts the process and does not wait for it."""
        with open(self.terminal_output, "ab") as output:
            self.process = subprocess.Popen(
                [str(self.binary), self.command, *arguments],
                cwd=self.home,
                env=self.environment(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                # A file that may not grow is an error to the server, as on a full disk, and not its death.
                preexec_fn=lambda: signal.signal(signal.SIGXFSZ, signal.SIG_IGN),
                restore_signals=False,
            )

    def start(self, *arguments: str) -> Server:
        """Starts the process and waits until it is healthy."""
        self.launch(*arguments)
        wait_until(self.healthy, "the server is healthy")
        return self

    def healthy(self) -> bool:
        """Whether it answers and says that it is well; a process that has ended is an error."""
        if self.process.poll() is not None:
            raise AssertionError(f"the server ended with {self.process.returncode}:\n{self.output()}")
        try:
            return requests.get(f"{self.url}/api/v1/health", timeout=2).status_code == 200
        except (requests.ConnectionError, requests.Timeout):
            return False

    def run(self, *arguments: str, timeout: float = 60) -> subprocess.CompletedProcess[str]:
        """Runs the binary to its end with the settings of this server, for commands and starts that must fail."""
        return subprocess.run(
            [str(self.binary), *arguments],
            cwd=self.home,
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout,
        )

    def kill(self) -> None:
        """SIGKILL: no warning, nothing can be tidied up."""
        self.process.kill()
        self.process.wait(timeout=60)
        self.session.close()

    def terminate(self) -> None:
        """SIGTERM, without waiting."""
        self.process.terminate()

    def wait_for_end(self, timeout: float) -> int:
        code = self.process.wait(timeout=timeout)
        self.session.close()
        return code

    def restart(self, **settings: Any) -> Server:
        """Starts again on the same data and port, with some settings changed."""
        assert self.process is None or self.process.poll() is not None, "it still runs"
        self.settings |= {name: str(value) for name, value in settings.items()}
        return self.start()

    def close(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait(timeout=60)
        self.session.close()

    def output(self) -> str:
        return self.terminal_output.read_text(errors="replace") if self.terminal_output.exists() else ""

    def forbid_files_to_grow(self, forbidden: bool) -> None:
        """What a full disk does to a process: every write to a file fails."""
        limit = 0 if forbidden else resource.RLIM_INFINITY
        resource.prlimit(self.process.pid, resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))

    # Requests

    def request(self, method: str, path: str, **options: Any) -> requests.Response:
        options.setdefault("timeout", 120)
        response = self.session.request(method, self.url + path, **options)
        self.seen(response)
        return response

    def get(self, path: str, **options: Any) -> requests.Response:
        return self.request("GET", path, **options)

    def post(self, path: str, json: Any = None, **options: Any) -> requests.Response:
        return self.request("POST", path, json=json, **options)

    def delete(self, path: str, **options: Any) -> requests.Response:
        return self.request("DELETE", path, **options)

    def separate(self) -> Server:
        """The same server with connections of its own, for use in another thread."""
        other = object.__new__(Server)
        other.__dict__ |= self.__dict__
        other.session = requests.Session()
        other.session.trust_env = False
        return other

    # What most scenarios do

    def new_thread(self, **body: Any) -> str:
        return successful(self.post("/api/v1/threads", body))["id"]

    def add_message(self, thread: str, text: str) -> dict[str, Any]:
        return successful(self.post(f"/api/v1/threads/{thread}/messages", {"role": "user", "content": text}))

    def chat(self, message: str, thread: str | None = None, **more: Any) -> dict[str, Any]:
        return successful(self.try_chat(message, thread, **more))

    def try_chat(self, message: str, thread: str | None = None, timeout: float = 60, **more: Any) -> requests.Response:
        return self.post("/api/v1/chat", {"message": message, "thread_id": thread, **more}, timeout=timeout)

    def chat_stream(
        self, message: str, thread: str | None = None, timeout: float = 60, **more: Any
    ) -> EventStream:
        body = {"message": message, "thread_id": thread, "stream": True, **more}
        response = self.post("/api/v1/chat", body, stream=True, timeout=timeout)
        assert response.status_code == 200, response.text
        assert response.headers["content-type"].split(";")[0] == "text/event-stream"
        return EventStream(response)

    def messages(self, thread: str, **query: Any) -> list[dict[str, Any]]:
        return successful(self.get(f"/api/v1/threads/{thread}/messages", params=query))["data"]

    def texts(self, thread: str) -> list[tuple[str, str]]:
        """(role, text) of the whole thread, oldest first."""
        return [(message["role"], text_of(message)) for message in self.messages(thread)]

    def start_run(self, thread: str) -> dict[str, Any]:
        return successful(self.post(f"/api/v1/threads/{thread}/runs"))

    def get_run(self, thread: str, run: str) -> dict[str, Any]:
        return successful(self.get(f"/api/v1/threads/{thread}/runs/{run}"))

    def runs(self, thread: str) -> list[dict[str, Any]]:
        return successful(self.get(f"/api/v1/threads/{thread}/runs"))["data"]

    def run_events(self, thread: str, run: str) -> EventStream:
        response = self.get(f"/api/v1/threads/{thread}/runs/{run}/events", stream=True)
        assert response.status_code == 200, response.text
        assert response.headers["content-type"].split(";")[0] == "text/event-stream"
        return EventStream(response)

    def wait_for_run(
        self, thread: str, run: str, statuses: Iterable[str] = TERMINAL, timeout: float = 60
    ) -> dict[str, Any]:
        def reached() -> dict[str, Any] | None:
            current = self.get_run(thread, run)
            return current if current["status"] in statuses else None

        return wait_until(reached, f"run {run} is {' or '.join(statuses)}", timeout)

    def log_lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.log_file.read_text().splitlines()]


def successful(response: requests.Response) -> Any:
    assert response.status_code == 200, f"{response.status_code}: {response.text[:2000]}"
    return response.json()


def text_of(message: dict[str, Any]) -> str:
    return "".join(part["text"]["value"] for part in message["content"] if part["type"] == "text")


def failed(response: requests.Response, *statuses: int) -> str:
    """The reason of a failed request, after checking that it has the shape of the facade's errors."""
    assert response.status_code in statuses, f"{response.status_code}: {response.text[:2000]}"
    assert response.headers["content-type"].split(";")[0] == "application/json"
    detail = response.json()["detail"]
    assert isinstance(detail, str) and detail.strip()
    assert list(response.json()) == ["detail"]
    return detail


def invalid(response: requests.Response, *loc: str | int) -> dict[str, Any]:
    """The one fault at `loc` of a 422, after checking its shape."""
    assert response.status_code == 422, f"{response.status_code}: {response.text[:2000]}"
    faults = response.json()["detail"]
    assert isinstance(faults, list) and faults
    for fault in faults:
        assert isinstance(fault["type"], str) and fault["type"]
        assert isinstance(fault["msg"], str) and fault["msg"]
        assert isinstance(fault["loc"], list) and fault["loc"]
    at = [fault for fault in faults if tuple(fault["loc"])[: len(loc)] == loc]
    assert at, f"no fault at {loc}: {faults}"
    return at[0]
