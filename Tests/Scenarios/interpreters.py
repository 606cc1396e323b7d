"""What scenarios of the code interpreter share: which machines can run them, models that write code, PNG files."""

from __future__ import annotations

import json
import shutil
import struct
import subprocess
import zlib
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from assistants_server import INTERPRETER
from scripted_model import Decides, FunctionCall, Generates, Says
from v1_api import V1, path_of

TOOL = {"type": "code_interpreter"}

#: Longer than a cell takes on a machine that is busy with other things.
PATIENCE = 120

CSV = "store,sales\nSeoul,120\nBusan,80\nDaegu,40\n"

#: A bar chart, as models write it.
PLOT = """
import matplotlib.pyplot as plt
plt.bar(["Seoul", "Busan"], [120, 80])
plt.title("매출")
plt.show()
"""


@cache
def _lacks(module: str) -> bool:
    environments = [INTERPRETER, Path("/opt/assistants-server/python")]
    found = [f"{folder}/bin/python" for folder in environments if (folder / "pyvenv.cfg").exists()]
    python = (found + ["/usr/bin/python3"])[0]
    return subprocess.run([python, "-c", f"import {module}"], capture_output=True).returncode != 0


needs_sandbox = pytest.mark.skipif(shutil.which("bwrap") is None, reason="no bubblewrap here: no code is run")
needs_matplotlib = pytest.mark.skipif(_lacks("matplotlib"), reason="no matplotlib here: nothing is plotted")


def python(code: str, **call: Any) -> FunctionCall:
    """A call that runs code."""
    return FunctionCall("python", json.dumps({"code": code}, ensure_ascii=False), **call)


def runs_then_says(*codes: str, text: str = "Done.") -> Decides:
    """Runs one code after the other, and then says something. Looks at what of this run is answered."""

    def choose(call: Any) -> Any:
        done = len(call.tool_outputs)
        return Generates(python(codes[done])) if done < len(codes) else Says(text)

    return Decides(choose)


def runs_by_question(codes: dict[str, str], text: str = "Done.") -> Decides:
    """Runs the code that belongs to the newest question, then says something."""

    def choose(call: Any) -> Any:
        return Says(text) if call.is_answered_call else Generates(python(codes[call.question]))

    return Decides(choose)


class Notebook:
    """A server's interpreter, used through assistants and threads."""

    def __init__(self, v1: V1) -> None:
        self.v1 = v1
        self.model = v1.model

    def assistant(self, *files: str, **body: Any) -> str:
        resources = {"code_interpreter": {"file_ids": list(files)}} if files else {}
        return self.v1.assistant(**{"tools": [TOOL], "tool_resources": resources} | body)["id"]

    def ended(self, run: dict[str, Any], status: str = "completed") -> dict[str, Any]:
        run = self.v1.settled(run, timeout=PATIENCE)
        assert run["status"] == status, f"{run['status']}: {run['last_error']}"
        return run

    def completed(self, thread: str, assistant: str, **body: Any) -> dict[str, Any]:
        return self.ended(self.v1.run(thread, assistant, **body))

    def calls(self, run: dict[str, Any]) -> list[dict[str, Any]]:
        """What the calls of a run were, in order: `input` and `outputs`."""
        calls = [call for step in self.v1.steps(run) for call in step["step_details"].get("tool_calls", [])]
        for call in calls:
            assert list(call) == ["id", "type", "code_interpreter"] and call["type"] == "code_interpreter"
            assert list(call["code_interpreter"]) == ["input", "outputs"]
        return [call["code_interpreter"] for call in calls]

    def logs(self, run: dict[str, Any]) -> list[str]:
        """What each call of a run printed."""
        return ["".join(output.get("logs", "") for output in call["outputs"]) for call in self.calls(run)]

    def messages(self, run: dict[str, Any]) -> list[dict[str, Any]]:
        return self.v1.get(f"/threads/{run['thread_id']}/messages", run_id=run["id"], order="asc")["data"]

    def content(self, file: str) -> bytes:
        return self.v1.request("GET", f"/files/{file}/content").content

    def events(self, run: dict[str, Any]) -> str:
        return self.v1.request("GET", f"{path_of(run)}/events").text


def png_size(content: bytes) -> tuple[int, int]:
    """Width and height of a PNG image, all of whose chunks and pixels are there."""
    assert content[:8] == b"\x89PNG\r\n\x1a\n", content[:16]
    place, data, size, kind = 8, b"", (0, 0), b""
    while place < len(content):
        length, kind = struct.unpack(">I4s", content[place : place + 8])
        body = content[place + 8 : place + 8 + length]
        [checksum] = struct.unpack(">I", content[place + 8 + length : place + 12 + length])
        assert checksum == zlib.crc32(kind + body), kind
        if kind == b"IHDR":
            size = struct.unpack(">II", body[:8])
        elif kind == b"IDAT":
            data += body
        place += 12 + length
    assert kind == b"IEND" and len(zlib.decompress(data)) > size[0] * size[1]
    return size


def processes_with(mark: str) -> list[int]:
    """The processes of this machine whose command line has a mark, this one and its shells aside."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                if mark.encode() in (folder / "cmdline").read_bytes():
                    found.append(int(folder.name))
            except OSError:
                pass
    return found
