"""One thread that grows: what a late turn costs against an early one.

The history that goes to the model grows with the turns, and the model takes its time to read it. So the goal is
held against what the server itself takes: the latency that it adds, and its processor time. Each answer proves by its
stamp that it was made for this turn, and from the whole history.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from benchmark.bench import Bench
from benchmark.connection import Connection, chat
from benchmark.figures import Spread
from benchmark.process import Process
from benchmark.stamp import Stamp
from benchmark.table import Goal, Row

GOAL = Goal(1.15)
# A turn stands for the median of five around or before it, as one alone says little.
EARLY = slice(2, 7)
LATE = slice(-5, None)


@dataclass
class Thread:
    """Figures of each turn, in nanoseconds, and what was wrong with any."""

    latency: list[int] = field(default_factory=list)
    added: list[int] = field(default_factory=list)
    cpu: list[int] = field(default_factory=list)
    messages: list[int] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


async def measure(bench: Bench) -> list[Row]:
    turns = bench.sizes.turns
    with bench.server() as server:
        threads = [await _grown(server, turns) for _ in range(bench.sizes.long_threads)]
    for thread in threads:
        bench.faults += [f"long-thread: {fault}" for fault in thread.faults[:3]]
        bench.note(
            "long-thread",
            turns=turns,
            faults=len(thread.faults),
            messages_sent_at_last=thread.messages[-1] if thread.messages else 0,
            **{
                f"{name}_{when}_us": round(_median(getattr(thread, name), window) / 1000, 1)
                for name in ("latency", "added", "cpu")
                for when, window in (("early", EARLY), ("late", LATE))
            },
        )
    seen = {thread.messages[-1] for thread in threads if thread.messages}
    proof = f"the model got {', '.join(map(str, sorted(seen)))} messages at turn {turns}"
    return [
        _row(f"turn {turns} against turn 5, latency beyond the model's", threads, "added", turns, GOAL, proof),
        _row(f"turn {turns} against turn 5, processor time", threads, "cpu", turns, GOAL),
        _row(f"turn {turns} against turn 5, with the model's reading", threads, "latency", turns, None),
    ]


def _row(what: str, threads: list[Thread], figure: str, turns: int, goal: Goal | None, note: str = "") -> Row:
    pairs = [
        (_median(getattr(thread, figure), EARLY), _median(getattr(thread, figure), LATE))
        for thread in threads
        if len(thread.cpu) == turns
    ]
    medians = [Spread.of(values) for values in zip(*pairs)]
    if medians and medians[0] and medians[1]:
        early, late = medians[0].median / 1e6, medians[1].median / 1e6
        note = f"{late:.2f} ms against {early:.2f} ms" + (f"; {note}" if note else "")
    return Row(what, Spread.of(late / early for early, late in pairs), "×", goal, note)


async def _grown(server: Process, turns: int) -> Thread:
    thread = Thread()
    connection = await Connection.open(server.port)
    thread_id = None
    for turn in range(1, turns + 1):
        cpu = server.cpu()
        reply = await connection.ask(chat(thread_id))
        spent = server.cpu() - cpu
        stamp = Stamp.of(reply.body)
        if reply.status != 200 or stamp is None:
            thread.faults.append(f"turn {turn}: {reply.status} {reply.body[:200].decode('utf-8', 'replace')}")
            break
        thread_id = thread_id or json.loads(reply.body)["thread_id"]
        thread.latency.append(reply.latency)
        thread.added.append(stamp.added(reply.sent, reply.received))
        thread.cpu.append(spent)
        thread.messages.append(stamp.messages)
        if not stamp.is_newer_than(reply.sent):
            thread.faults.append(f"turn {turn} was answered with an older answer")
        expected = thread.messages[0] + 2 * (turn - 1)
        if stamp.messages != expected:
            thread.faults.append(f"turn {turn}: the model got {stamp.messages} messages, not {expected}")
    connection.close()
    return thread


def _median(values: list[int], window: slice) -> float:
    spread = Spread.of(values[window])
    return spread.median if spread else 0
