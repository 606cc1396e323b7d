"""One client alone: the latency that the server adds to the model's own.

A chat waits for two commits; with nobody else to share them, their time on the disk is most of it.
"""

from __future__ import annotations

from benchmark.bench import Bench
from benchmark.connection import chat
from benchmark.figures import Spread
from benchmark.load import Load, one_client
from benchmark.process import Process
from benchmark.table import Goal, Row


async def measure(bench: Bench) -> list[Row]:
    ours: list[Load] = []
    others: list[Load] = []
    with bench.server() as server:
        if bench.has_peer:
            with bench.peer() as peer:
                for _ in range(bench.sizes.rounds):
                    ours.append(await _round(bench, server))
                    others.append(await _round(bench, peer))
        else:
            ours = [await _round(bench, server) for _ in range(bench.sizes.rounds)]
    peer_added = _medians(others)
    return [
        Row(
            "latency beyond the model's, 1 client, median",
            _medians(ours),
            "ms",
            Goal(0.8),
            f"peer {peer_added.median:.2f} ms" if peer_added else "no peer",
        )
    ]


async def _round(bench: Bench, server: Process) -> Load:
    # The first few open the connection to the model and fill caches.
    for count in (20, bench.sizes.chats_alone):
        load = await one_client(server, [chat()] * count)
    return bench.record("one-client", load, server=server.name)


def _medians(loads: list[Load]) -> Spread | None:
    medians = [Spread.of(load.added) for load in loads]
    return Spread.of(median.median / 1e6 for median in medians if median)
