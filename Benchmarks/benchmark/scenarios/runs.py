"""The Assistants API as SDKs use it: thread, message, run, polls to the end, and its reads one by one."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any

from benchmark.bench import ASSISTANT, Bench
from benchmark.connection import QUESTION, Connection, get, post
from benchmark.figures import Spread
from benchmark.load import Load, Watch
from benchmark.process import Process
from benchmark.table import Goal, Row

CLIENTS = 16

# As SDKs send it; the second line makes a request a poll, which the server holds until the end of the run.
BETA = b"OpenAI-Beta: assistants=v2\r\n"
POLL = b"X-Stainless-Poll-Helper: true\r\n"


async def measure(bench: Bench) -> list[Row]:
    with bench.server() as server:
        sequences = [await _sequences(bench, server) for _ in range(bench.sizes.rounds)]
        thread, run = await _an_ended_run(server)
        paths = {
            "a run": f"/v1/threads/{thread}/runs/{run}",
            "a thread": f"/v1/threads/{thread}",
            "a page of messages": f"/v1/threads/{thread}/messages",
            "an assistant": f"/v1/assistants/{ASSISTANT}",
        }
        reads = {
            what: [await _reads(bench, server, path) for _ in range(bench.sizes.rounds)] for what, path in paths.items()
        }
    rows = [
        Row(
            f"/v1: processor time of thread, message, run and polls to its end, {CLIENTS} clients",
            _cpu(sequences),
            "µs",
            Goal(700),
        )
    ]
    for what, loads in reads.items():
        rows.append(Row(f"/v1: processor time of a read, {what}", _cpu(loads), "µs", Goal(60)))
    return rows


def _cpu(loads: list[Load]) -> Spread | None:
    return Spread.of(load.cpu_per_request / 1000 for load in loads)


async def _sequences(bench: Bench, server: Process) -> Load:
    """Each client does the whole again as soon as it is done; a sequence counts as one request."""

    async def sequence(connection: Connection) -> None:
        thread = (await _ask(connection, post("/v1/threads", {})))["id"]
        await _ask(connection, post(f"/v1/threads/{thread}/messages", {"role": "user", "content": QUESTION}))
        run = await _ask(connection, post(f"/v1/threads/{thread}/runs", {"assistant_id": ASSISTANT}))
        while run["status"] in ("queued", "in_progress"):
            run = await _ask(connection, get(f"/v1/threads/{thread}/runs/{run['id']}"), POLL)
        if run["status"] != "completed":
            raise RuntimeError(f"a run ended {run['status']}: {run['last_error']}")

    return bench.record("runs", await _again_and_again(server, bench.sizes.seconds, sequence), what="sequence")


async def _reads(bench: Bench, server: Process, path: str) -> Load:
    async def read(connection: Connection) -> None:
        await _ask(connection, get(path))

    return bench.record("runs", await _again_and_again(server, bench.sizes.seconds / 2, read), what=path)


async def _again_and_again(server: Process, seconds: float, action: Any) -> Load:
    load = Load()
    connections = await Connection.open_many(server.port, CLIENTS)
    end = time.monotonic() + seconds

    async def client(connection: Connection) -> None:
        while time.monotonic() < end:
            began = time.monotonic_ns()
            try:
                await action(connection)
            except RuntimeError as error:
                load.faults.append(str(error))
                return
            load.latencies.append(time.monotonic_ns() - began)

    watch = Watch(server)
    await asyncio.gather(*(client(connection) for connection in connections))
    watch.stop(load)
    for connection in connections:
        connection.close()
    return load


async def _an_ended_run(server: Process) -> tuple[str, str]:
    """Ids of a thread and of its run, whose answer is there."""
    connection = await Connection.open(server.port)
    body = {"assistant_id": ASSISTANT, "thread": {"messages": [{"role": "user", "content": QUESTION}]}}
    run = await _ask(connection, post("/v1/threads/runs", body))
    while run["status"] in ("queued", "in_progress"):
        run = await _ask(connection, get(f"/v1/threads/{run['thread_id']}/runs/{run['id']}"), POLL)
    connection.close()
    return run["thread_id"], run["id"]


async def _ask(connection: Connection, request: bytes, more: bytes = b"") -> Any:
    line, rest = request.split(b"\r\n", 1)
    reply = await connection.ask(line + b"\r\n" + BETA + more + rest)
    if reply.status != 200:
        raise RuntimeError(f"{reply.status}: {reply.body[:200].decode('utf-8', 'replace')}")
    return json.loads(reply.body)
