"""A page and a chat in a database of a million messages, against the same in one that is nearly empty.

Both are filled with copies of one thread that the server itself wrote: threads of equal length, so that only the size
of the database differs. They are asked in turn, one request each.
"""

from __future__ import annotations

import asyncio
import json
import random
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from benchmark.bench import Bench
from benchmark.connection import Connection, chat, page
from benchmark.copies import count_messages, is_indexed, multiply
from benchmark.figures import ratios
from benchmark.load import in_turn
from benchmark.table import Goal, Row

GOAL = Goal(1.2)
# Ten chats: the page of twenty messages is full.
TURNS = 10
# Threads that the rounds go through, in both databases, so that both profit alike from what is kept in memory.
PROBED = 200
# Seconds in which the copies are indexed for search: a minute, on a slow machine some.
PATIENCE = 600


async def measure(bench: Bench) -> list[Row]:
    template = await _template(bench)
    small, few = await _filled(bench, template, PROBED)
    large, many = await _filled(bench, template, bench.sizes.messages // (2 * TURNS))
    shutil.rmtree(template)
    size = count_messages(_database(large))
    medians = await _rounds(bench, small, few, large, random.Random(7).sample(many, PROBED))
    for home in (small, large):
        shutil.rmtree(home)
    return [
        Row(
            f"{what}, {size:,} messages against {2 * TURNS * PROBED:,}",
            ratios(medians[what]["large"], medians[what]["small"]),
            "×",
            GOAL,
            f"{_middle(medians[what]['large'])} against {_middle(medians[what]['small'])} ms",
        )
        for what in medians
    ]


async def _rounds(
    bench: Bench, small: Path, few: list[str], large: Path, many: list[str]
) -> dict[str, dict[str, list[float]]]:
    """Median latencies in milliseconds: for each request, for each database, one a round."""
    requests: dict[str, Callable[[str], bytes]] = {
        "a page": page,
        "a new chat": lambda thread: chat(),
        "a chat that goes on": chat,
    }
    medians: dict[str, dict[str, list[float]]] = {what: {"small": [], "large": []} for what in requests}
    with bench.server(small) as of_small, bench.server(large) as of_large:
        for home in (small, large):
            await _indexed(_database(home))
        for number in range(bench.sizes.rounds + 1):
            for what, request in requests.items():
                turns = range(bench.sizes.probes)
                pairs = [(request(few[turn % PROBED]), request(many[turn % PROBED])) for turn in turns]
                loads = await in_turn((of_small, of_large), pairs, are_chats=request is not page)
                for side, load in zip(("small", "large"), loads):
                    bench.record("large-database", load, what=what, database=side, round=number)
                    # Round zero warms.
                    if number > 0 and load.latencies:
                        medians[what][side].append(median(load.latencies) / 1e6)
    return medians


async def _indexed(database: Path) -> None:
    """Waits until the copies are indexed for search, as they would be had they come one by one."""
    deadline = time.monotonic() + PATIENCE
    while not is_indexed(database):
        if time.monotonic() > deadline:
            raise RuntimeError(f"the messages were not indexed within {PATIENCE} s")
        await asyncio.sleep(0.5)


async def _template(bench: Bench) -> Path:
    """A directory in which the server wrote one thread."""
    home = bench.new_home()
    with bench.server(home) as server:
        thread = None
        connection = await Connection.open(server.port)
        for _ in range(TURNS):
            reply = await connection.ask(chat(thread))
            if reply.status != 200:
                raise RuntimeError(f"a chat of the template failed: {reply.status} {reply.body[:300]!r}")
            thread = json.loads(reply.body)["thread_id"]
        connection.close()
    return home


async def _filled(bench: Bench, template: Path, threads: int) -> tuple[Path, list[str]]:
    home = bench.new_home()
    shutil.copytree(template, home)
    began = time.monotonic()
    ids = await asyncio.to_thread(multiply, _database(home), threads - 1)
    bench.note(
        "large-database",
        filled=len(ids) * 2 * TURNS,
        seconds=round(time.monotonic() - began, 1),
        megabytes=round(_database(home).stat().st_size / 1e6),
    )
    return home, ids


def _database(home: Path) -> Path:
    return next((home / "data").glob("*.sqlite"))


def _middle(values: list[float]) -> str:
    return f"{median(values):.2f}" if values else "–"
