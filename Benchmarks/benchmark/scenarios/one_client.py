"""One client alone: the latency that the server adds to the model's own.

A chat waits for its commit; with nobody else to share it, its time on the disk is much of it. The leanest peer, which
commits twice, tells how much that is here.
"""

from __future__ import annotations

from contextlib import ExitStack
from statistics import median

from benchmark.bench import Bench
from benchmark.connection import chat
from benchmark.figures import Spread
from benchmark.load import one_client
from benchmark.table import Goal, Row


async def measure(bench: Bench) -> list[Row]:
    with ExitStack() as running:
        servers = [running.enter_context(bench.server())]
        servers += [running.enter_context(bench.peer(name)) for name in bench.peers if name == "bare"]
        medians: dict[str, list[float]] = {server.name: [] for server in servers}
        for server in servers:
            # The first few open the connection to the model and fill caches.
            await one_client(server, [chat()] * 20)
        for _ in range(bench.sizes.rounds):
            for server in servers:
                load = await one_client(server, [chat()] * bench.sizes.chats_alone)
                bench.record("one-client", load, server=server.name)
                if load.added:
                    medians[server.name].append(median(load.added) / 1e6)
    ours = Spread.of(medians.pop("server"))
    peers = [f"peer {median(theirs):.2f} ms" for theirs in medians.values() if theirs]
    return [Row("latency beyond the model's, 1 client, median", ours, "ms", Goal(0.8), "".join(peers) or "no peer")]
