"""A code runner for scenarios: the real binary as `code-runner`, and servers that have their code run there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import requests

from assistants_server import Server

KEY = "runner-key-0123456789"


class CodeRunner(Server):
    """Starts, kills and restarts a code runner."""

    command = "code-runner"

    def __init__(self, binary: Path, home: Path, **settings: Any) -> None:
        super().__init__(binary, home, lambda answer: None, **{"CODE_INTERPRETER_RUNNER_KEY": KEY, **settings})

    def healthy(self) -> bool:
        if self.process.poll() is not None:
            raise AssertionError(f"the code runner ended with {self.process.returncode}:\n{self.output()}")
        try:
            return self.ask("GET", "status", timeout=60).status_code == 200
        except requests.ConnectionError:
            return False

    def ask(self, method: str, path: str, key: str | None = KEY, **options: Any) -> requests.Response:
        """A request of the protocol."""
        headers = {"authorization": f"Bearer {key}"} if key else {}
        options.setdefault("timeout", 60)
        return requests.request(method, f"{self.url}/v1/{path}", headers=headers, **options)

    def setting(self, key: str = KEY) -> dict[str, str]:
        """What a server needs to have its code run here. Of its own it could run none."""
        return {
            "CODE_INTERPRETER_RUNNER": self.url,
            "CODE_INTERPRETER_RUNNER_KEY": key,
            "CODE_INTERPRETER_PYTHON": "/nowhere",
        }
