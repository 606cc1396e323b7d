"""Many chats that wait at once for a model that thinks: what each of them holds in memory, and whether all end."""

from __future__ import annotations

import asyncio
import time

from benchmark.bench import Bench
from benchmark.connection import Connection, Reply, chat
from benchmark.figures import Spread
from benchmark.load import Load, one_client
from benchmark.process import Process
from benchmark.table import Goal, Row

ARRIVAL = 120
COMPLETION = 120


async def measure(bench: Bench) -> list[Row]:
    count = bench.sizes.waiting_chats
    with bench.server() as server:
        await one_client(server, [chat()] * 20)
        await asyncio.sleep(1)
        before = server.resident()
        connections = await Connection.open_many(server.port, count)
        bench.tell_model("/hold")
        try:
            replies = [asyncio.ensure_future(connection.ask(chat())) for connection in connections]
            arrived, peak = await _all_waiting(bench, server, count)
            await asyncio.sleep(2)
            waiting = server.resident()
        finally:
            await asyncio.to_thread(bench.tell_model, "/release")
        load = await _ended(replies)
        for connection in connections:
            connection.close()
        await asyncio.sleep(2)
        after = server.resident()
    bench.record(
        "waiting-chats", load, chats=count, arrived=arrived, before=before, peak=peak, waiting=waiting, after=after
    )
    return [
        Row(
            f"memory of a waiting chat, {count} at once",
            Spread.of([(waiting - before) / count / 1000]),
            "KB",
            Goal(40),
            f"{arrived} waited at once; at the peak of arrival {(peak - before) / count / 1000:.0f} KB",
        ),
        Row(
            f"of {count} waiting chats completed",
            Spread.of([len(load.latencies) / count * 100]),
            "%",
            Goal(100, is_least=True),
        ),
    ]


async def _all_waiting(bench: Bench, server: Process, count: int) -> tuple[int, int]:
    """How many chats the model has at last, and the server's highest memory until then."""
    deadline = time.monotonic() + ARRIVAL
    peak = 0
    while True:
        peak = max(peak, server.resident())
        arrived = (await asyncio.to_thread(bench.tell_model, "/waiting"))["waiting"]
        if arrived >= count or time.monotonic() > deadline:
            return arrived, peak
        await asyncio.sleep(0.1)


async def _ended(replies: list[asyncio.Task[Reply]]) -> Load:
    load = Load()
    began = time.monotonic()
    done, pending = await asyncio.wait(replies, timeout=COMPLETION)
    load.seconds = time.monotonic() - began
    for reply in done:
        load.take(reply.result())
    for reply in pending:
        reply.cancel()
    if pending:
        load.faults.append(f"{len(pending)} chats were not answered within {COMPLETION} s")
    return load
