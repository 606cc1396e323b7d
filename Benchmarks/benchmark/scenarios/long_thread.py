"""What a late turn of a thread costs against an early one.

The history that goes to the model grows with the turns, and the model takes its time to read it. So the goal is held
against what the server itself takes: the latency that it adds, and its processor time. Each answer proves by its stamp
that it was made for this very turn, and from the whole history.

Threads are grown first. Then each grown one and a new one are asked in turn, so that early and late turns meet the
same noise.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from statistics import median

from benchmark.bench import Bench
from benchmark.connection import Connection, chat
from benchmark.figures import Spread
from benchmark.process import Process
from benchmark.stamp import Stamp
from benchmark.table import Goal, Row

GOAL = Goal(1.15)
# The early turn stands for those from 3 to 7, the late one for the last five.
FIRST = 3
PAIRS = 5


@dataclass(frozen=True)
class Turn:
    """Nanoseconds: as the client sees it, beyond the model's own time, and of the server's processors."""

    latency: int
    added: int
    cpu: int


class Conversation:
    """One thread, and the check of each of its answers."""

    def __init__(self, server: Process, connection: Connection) -> None:
        self.turns = 0
        self.messages = 0
        self.faults: list[str] = []
        self._server = server
        self._connection = connection
        self._thread: str | None = None
        self._instructions = 0

    async def turn(self) -> Turn | None:
        self.turns += 1
        cpu = self._server.cpu()
        reply = await self._connection.ask(chat(self._thread))
        cpu = self._server.cpu() - cpu
        stamp = Stamp.of(reply.body)
        if reply.status != 200 or stamp is None:
            self.faults.append(f"turn {self.turns}: {reply.status} {reply.body[:200].decode('utf-8', 'replace')}")
            return None
        if self._thread is None:
            self._thread = json.loads(reply.body)["thread_id"]
            self._instructions = stamp.messages - 1
        self.messages = stamp.messages
        if not stamp.is_newer_than(reply.sent):
            self.faults.append(f"turn {self.turns} was answered with an older answer")
        expected = self._instructions + 2 * self.turns - 1
        if stamp.messages != expected:
            self.faults.append(f"turn {self.turns}: the model got {stamp.messages} messages, not {expected}")
        return Turn(reply.latency, stamp.added(reply.sent, reply.received), cpu)

    async def grow(self, turns: int) -> None:
        for _ in range(turns):
            if await self.turn() is None:
                return


@dataclass
class Pair:
    """A new thread and a grown one."""

    early: list[Turn] = field(default_factory=list)
    late: list[Turn] = field(default_factory=list)

    def medians(self, figure: str) -> tuple[float, float]:
        return (
            median(getattr(turn, figure) for turn in self.early),
            median(getattr(turn, figure) for turn in self.late),
        )


async def measure(bench: Bench) -> list[Row]:
    turns = bench.sizes.turns
    with bench.server() as server:
        connections = await Connection.open_many(server.port, bench.sizes.long_threads + 1)
        grown = [Conversation(server, connection) for connection in connections[1:]]
        await asyncio.gather(*(conversation.grow(turns - PAIRS) for conversation in grown))
        pairs = []
        for conversation in grown:
            new = Conversation(server, connections[0])
            pairs.append(await _compared(new, conversation))
            bench.faults += [f"long-thread: {fault}" for fault in (new.faults + conversation.faults)[:3]]
        for connection in connections:
            connection.close()
    pairs = [pair for pair in pairs if len(pair.late) == PAIRS]
    for pair in pairs:
        bench.note(
            "long-thread",
            turns=turns,
            **{
                f"{figure}_us": [round(value / 1000, 1) for value in pair.medians(figure)]
                for figure in ("latency", "added", "cpu")
            },
        )
    proof = f"the model got {max((conversation.messages for conversation in grown), default=0)} messages at last"
    what = f"turn {turns} against turn 5"
    return [
        _row(f"{what}, latency beyond the model's", pairs, "added", GOAL, proof),
        _row(f"{what}, processor time", pairs, "cpu", GOAL),
        _row(f"{what}, latency with the model's reading", pairs, "latency", None),
    ]


async def _compared(new: Conversation, grown: Conversation) -> Pair:
    pair = Pair()
    await new.grow(FIRST - 1)
    for _ in range(PAIRS):
        early, late = await new.turn(), await grown.turn()
        if early is None or late is None:
            break
        pair.early.append(early)
        pair.late.append(late)
    return pair


def _row(what: str, pairs: list[Pair], figure: str, goal: Goal | None, note: str = "") -> Row:
    medians = [pair.medians(figure) for pair in pairs]
    if medians:
        early, late = (median(values) / 1e6 for values in zip(*medians))
        note = f"{late:.2f} ms against {early:.2f} ms" + (f"; {note}" if note else "")
    return Row(what, Spread.of(late / early for early, late in medians), "×", goal, note)
