"""Load in a closed loop: many clients at once for throughput and processor time, one alone for latency."""

from __future__ import annotations

import asyncio
import resource
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from benchmark.connection import Connection, Reply
from benchmark.process import Process
from benchmark.stamp import Stamp


@dataclass
class Load:
    """What came back. Times are nanoseconds; `added` is the latency beyond the model's own, where it was asked."""

    latencies: list[int] = field(default_factory=list)
    added: list[int] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    stale: int = 0
    seconds: float = 0
    server_cpu: int = 0
    # Share of one processor that this generator took; near 1 it was the limit, not the server.
    generator_share: float = 0

    @property
    def per_second(self) -> float:
        return len(self.latencies) / self.seconds

    @property
    def cpu_per_request(self) -> float:
        return self.server_cpu / max(1, len(self.latencies))

    def take(self, reply: Reply, is_chat: bool = True) -> None:
        """A chat's answer must be the model's to this very question; other replies need only be good."""
        if reply.status != 200:
            self.faults.append(f"{reply.status}: {reply.body[:200].decode('utf-8', 'replace')}")
            return
        self.latencies.append(reply.latency)
        if not is_chat:
            return
        stamp = Stamp.of(reply.body)
        if stamp is None:
            self.faults.append(f"an answer that is not the model's: {reply.body[:200].decode('utf-8', 'replace')}")
        elif stamp.is_newer_than(reply.sent):
            self.added.append(stamp.added(reply.sent, reply.received))
        else:
            self.stale += 1

    def summary(self) -> dict[str, object]:
        return {
            "requests": len(self.latencies),
            "seconds": round(self.seconds, 3),
            "per_second": round(self.per_second, 1),
            "cpu_us": round(self.cpu_per_request / 1000, 1),
            "latency_ms": _quantiles(self.latencies),
            "added_ms": _quantiles(self.added),
            "generator_share": round(self.generator_share, 2),
            "faults": len(self.faults),
            "first_fault": self.faults[0] if self.faults else None,
            "stale": self.stale,
        }


def _quantiles(nanoseconds: list[int]) -> dict[str, float]:
    ordered = sorted(nanoseconds)
    last = len(ordered) - 1
    shares = {"p50": 0.5, "p99": 0.99, "max": 1.0}
    return {name: round(ordered[int(last * share)] / 1e6, 3) for name, share in shares.items()} if ordered else {}


class Watch:
    """Processor time of the server and of this process from its making to `stop`."""

    def __init__(self, server: Process) -> None:
        self._server = server
        self._cpu = server.cpu()
        self._own = _own_cpu()
        self._began = time.monotonic()

    def stop(self, load: Load) -> None:
        load.seconds = time.monotonic() - self._began
        load.server_cpu = self._server.cpu() - self._cpu
        load.generator_share = (_own_cpu() - self._own) / load.seconds


def _own_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


async def many_clients(
    server: Process, count: int, request: Callable[[], bytes], seconds: float, warm: float = 1
) -> Load:
    """`count` clients, each of which asks again as soon as it has its answer."""
    load = Load()
    is_measuring = False
    is_over = False
    asking = count
    all_ended = asyncio.Event()
    connections = await Connection.open_many(server.port, count)

    def ask(connection: Connection) -> None:
        connection.send(request(), lambda reply: answered(connection, reply))

    def answered(connection: Connection, reply: Reply) -> None:
        nonlocal asking
        if is_measuring:
            load.take(reply)
        if not is_over and not connection.is_lost:
            return ask(connection)
        asking -= 1
        if asking == 0:
            all_ended.set()

    for connection in connections:
        ask(connection)
    await asyncio.sleep(warm)
    watch = Watch(server)
    is_measuring = True
    await asyncio.sleep(seconds)
    is_measuring = False
    watch.stop(load)
    is_over = True
    try:
        await asyncio.wait_for(all_ended.wait(), 60)
    except asyncio.TimeoutError:
        load.faults.append(f"{asking} requests were not answered within a minute")
    for connection in connections:
        connection.close()
    return load


async def one_client(server: Process, requests: Iterable[bytes]) -> Load:
    """One request after the other on one connection."""
    load = Load()
    connection = await Connection.open(server.port)
    watch = Watch(server)
    for request in requests:
        load.take(await connection.ask(request))
        if connection.is_lost:
            break
    watch.stop(load)
    connection.close()
    return load


async def in_turn(
    servers: tuple[Process, Process], pairs: Iterable[tuple[bytes, bytes]], are_chats: bool
) -> tuple[Load, Load]:
    """One request to the first server, one to the second, and so on: what disturbs one of them disturbs both."""
    loads = Load(), Load()
    connections = [await Connection.open(server.port) for server in servers]
    watches = [Watch(server) for server in servers]
    for pair in pairs:
        for connection, request, load in zip(connections, pair, loads):
            load.take(await connection.ask(request), are_chats)
        if any(connection.is_lost for connection in connections):
            break
    for connection, watch, load in zip(connections, watches, loads):
        watch.stop(load)
        connection.close()
    return loads
