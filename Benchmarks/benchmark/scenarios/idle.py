"""Memory of a server that nobody asks anything, and of one that rests after work."""

from __future__ import annotations

import asyncio

from benchmark.bench import Bench
from benchmark.connection import chat
from benchmark.figures import Spread
from benchmark.load import many_clients
from benchmark.table import Goal, Row


async def measure(bench: Bench) -> list[Row]:
    with bench.server() as server:
        await asyncio.sleep(2)
        fresh = server.resident() / 1e6
        request = chat()
        load = await many_clients(server, 32, lambda: request, bench.sizes.seconds)
        bench.record("idle", load, server=server.name)
        await asyncio.sleep(2)
        after = server.resident() / 1e6
    bench.note("idle", fresh_mb=fresh, after_work_mb=after)
    return [
        Row("resident, idle after the start", Spread.of([fresh]), "MB", Goal(40)),
        Row("resident, idle after 32 busy clients", Spread.of([after]), "MB"),
    ]
