"""What the server holds of memory when a rush is over."""

import json
import resource
import socket
from pathlib import Path

import pytest

from assistants_server import wait_until
from scripted_model import Decides, Gate, Says

CHATS = 1_000
HEAD = b"POST /api/v1/chat HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n"


@pytest.fixture
def many_files():
    """As many descriptors as the chats' connections take, and in the server those to the model, too."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < 4 * CHATS:
        pytest.skip(f"a process may open {hard} files only")
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="there is no /proc here")
def test_memory_of_a_rush_is_given_back(model, start_server, many_files):
    gates = {"first": Gate(), "second": Gate()}
    model.script = Decides(lambda call: Says(before=gates.get(call.question)))
    server = start_server(**model.settings())

    def resident() -> int:
        pages = Path(f"/proc/{server.process.pid}/statm").read_text().split()[1]
        return int(pages) * 4096

    server.chat("hello")
    before = resident()
    for rush, (question, gate) in enumerate(gates.items(), 1):
        body = json.dumps({"message": question}).encode()
        clients = [socket.create_connection(("127.0.0.1", server.port), timeout=120) for _ in range(CHATS)]
        for client in clients:
            client.sendall(HEAD % len(body) + body)
        model.wait_for_calls(1 + CHATS * rush)
        enough = before + (resident() - before) * 0.85
        gate.open()
        for client in clients:
            assert client.recv(65_536).startswith(b"HTTP/1.1 200")
            client.close()
        # The server looks some seconds after the rush, and again when all connections are closed.
        wait_until(lambda: resident() < enough, "memory is given back", timeout=75, every=0.5)
