"""A chat in a new thread, 32 clients at once: processor time of the server, and throughput against the peer."""

from __future__ import annotations

from benchmark.bench import Bench
from benchmark.connection import chat
from benchmark.figures import Spread, ratios
from benchmark.load import Load, many_clients
from benchmark.process import Process
from benchmark.table import Goal, Row

CLIENTS = 32


async def measure(bench: Bench) -> list[Row]:
    ours, others = await _rounds(bench)
    return [
        Row(
            f"processor time of a new chat, {CLIENTS} clients",
            Spread.of(load.cpu_per_request / 1000 for load in ours),
            "µs",
            Goal(250, wanted=130),
            _peer(Spread.of(load.cpu_per_request / 1000 for load in others), "µs"),
        ),
        Row(
            f"new chats a second against the Python peer, {CLIENTS} clients",
            ratios([load.per_second for load in ours], [load.per_second for load in others]),
            "×",
            Goal(2.5, wanted=4, is_least=True),
            f"{_rate(ours)} against {_rate(others)} a second" if others else f"{_rate(ours)} a second; no peer",
        ),
    ]


async def _rounds(bench: Bench) -> tuple[list[Load], list[Load]]:
    """Both servers stay up and take turns, so that they meet the same noise."""
    with bench.server() as server:
        if not bench.has_peer:
            return [await _round(bench, server) for _ in range(bench.sizes.rounds)], []
        ours, others = [], []
        with bench.peer() as peer:
            for _ in range(bench.sizes.rounds):
                ours.append(await _round(bench, server))
                others.append(await _round(bench, peer))
        return ours, others


async def _round(bench: Bench, server: Process) -> Load:
    request = chat()
    load = await many_clients(server, CLIENTS, lambda: request, bench.sizes.seconds)
    return bench.record("new-chats", load, server=server.name)


def _rate(loads: list[Load]) -> str:
    rate = Spread.of(load.per_second for load in loads)
    return f"{rate.median:.0f}" if rate else "–"


def _peer(figure: Spread | None, unit: str) -> str:
    return f"peer {figure.median:.0f} {unit}" if figure else "no peer"
