"""A process of the benchmark: started, waited for, and stopped with all that it started itself."""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

from benchmark.usage import cpu_nanoseconds, family, resident_bytes


class Process:
    """Runs in `home`, which also gets its output, and in a clean environment: a developer's own settings change
    nothing."""

    def __init__(self, name: str, command: list[str], port: int, home: Path, environment: dict[str, str]) -> None:
        self.name = name
        self.port = port
        self.home = home
        home.mkdir(parents=True, exist_ok=True)
        self._members: list[int] = []
        self._output = home / f"{name}.output"
        with self._output.open("ab") as output:
            self._process = subprocess.Popen(
                command,
                cwd=home,
                env={key: os.environ[key] for key in ("PATH", "HOME", "LANG") if key in os.environ} | environment,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def wait_until_it_answers(self, path: str, timeout: float = 60) -> None:
        deadline = time.monotonic() + timeout
        while True:
            try:
                with urllib.request.urlopen(self.url + path, timeout=2):
                    self._members = family(self._process.pid)
                    return
            except (OSError, urllib.error.URLError):
                if self._process.poll() is not None:
                    raise RuntimeError(f"{self.name} ended at its start:\n{self.last_words()}") from None
                if time.monotonic() > deadline:
                    raise RuntimeError(f"{self.name} did not answer in {timeout:.0f} s:\n{self.last_words()}") from None
                time.sleep(0.02)

    def cpu(self) -> int:
        """Nanoseconds of processor time of the process and of those that it had started when it first answered."""
        return cpu_nanoseconds(self._members)

    def resident(self) -> int:
        return resident_bytes(self._members)

    def stop(self) -> None:
        for attempt in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(self._process.pid, attempt)
                self._process.wait(15)
                return
            except subprocess.TimeoutExpired:
                continue
            except ProcessLookupError:
                return

    def last_words(self) -> str:
        return self._output.read_text(errors="replace")[-2000:]


def free_port() -> int:
    """One below the range from which outgoing connections are served, so that none of them takes it meanwhile."""
    for port in random.sample(range(20000, 32000), 200):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue
    raise RuntimeError("no free port between 20000 and 32000")
