"""A chat in a new thread, 32 clients at once: processor time of the server, and throughput against Python."""

from __future__ import annotations

from contextlib import ExitStack

from benchmark.bench import PEERS, Bench
from benchmark.connection import chat
from benchmark.figures import Spread, ratios
from benchmark.load import Load, many_clients
from benchmark.table import Goal, Row

CLIENTS = 32


async def measure(bench: Bench) -> list[Row]:
    loads = await _rounds(bench)
    ours = loads.pop("server")
    rows = [Row(f"processor time of a new chat, {CLIENTS} clients", _cpu(ours), "µs", Goal(250, wanted=130))]
    rows += [Row(f"the same in {PEERS[name]}", _cpu(theirs), "µs") for name, theirs in loads.items()]
    rows += [
        Row(
            f"new chats a second against {PEERS[name]}, {CLIENTS} clients",
            ratios([load.per_second for load in ours], [load.per_second for load in theirs]),
            "×",
            # The goal is the leanest one's.
            Goal(2.5, wanted=4, is_least=True) if name == "bare" else None,
            f"{_rate(ours)} against {_rate(theirs)} a second",
        )
        for name, theirs in loads.items()
    ]
    return rows if loads else [*rows, Row("new chats a second against Python", None, note="no peer is installed")]


async def _rounds(bench: Bench) -> dict[str, list[Load]]:
    """All servers stay up and take turns, so that they meet the same noise."""
    request = chat()
    with ExitStack() as running:
        servers = [running.enter_context(bench.server())]
        servers += [running.enter_context(bench.peer(name)) for name in bench.peers]
        loads: dict[str, list[Load]] = {server.name: [] for server in servers}
        for _ in range(bench.sizes.rounds):
            for server in servers:
                load = await many_clients(server, CLIENTS, lambda: request, bench.sizes.seconds)
                loads[server.name].append(bench.record("new-chats", load, server=server.name))
    return loads


def _cpu(loads: list[Load]) -> Spread | None:
    return Spread.of(load.cpu_per_request / 1000 for load in loads)


def _rate(loads: list[Load]) -> str:
    rate = Spread.of(load.per_second for load in loads)
    return f"{rate.median:.0f}" if rate else "–"
