"""Runs the scenarios one after the other and prints the table. See ../README.md."""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import sys
import tempfile
from pathlib import Path

from benchmark.bench import FULL, QUICK, Bench
from benchmark.loop import new_loop
from benchmark.process import Process, free_port
from benchmark.scenarios import documents, idle, large_database, long_thread, new_chats, one_client, runs, waiting_chats
from benchmark.table import Row, table

FOLDER = Path(__file__).resolve().parents[1]
SCENARIOS = {
    "idle": idle,
    "new-chats": new_chats,
    "one-client": one_client,
    "runs": runs,
    "long-thread": long_thread,
    "large-database": large_database,
    "waiting-chats": waiting_chats,
    "documents": documents,
}


def main() -> int:
    options = _options()
    options.work.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(dir=options.work))
    try:
        return _run(options, work)
    except KeyboardInterrupt:
        return 130
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="Benchmarks/run.sh", description="Measures the server against its goals.")
    parser.add_argument("--quick", action="store_true", help="small sizes, to see that all works; no verdict")
    parser.add_argument("--only", action="append", choices=SCENARIOS, metavar="NAME", help=", ".join(SCENARIOS))
    parser.add_argument("--results", type=Path, metavar="FILE", help="append every figure to FILE, as lines of JSON")
    parser.add_argument(
        "--work", type=Path, default=FOLDER / ".data", metavar="FOLDER", help="where databases go: its disk is measured"
    )
    parser.add_argument("--server", type=Path, required=True, help=argparse.SUPPRESS)
    return parser.parse_args()


def _run(options: argparse.Namespace, work: Path) -> int:
    port = free_port()
    model = Process(
        "model",
        [sys.executable, "-m", "benchmark.model", str(port)],
        port,
        work / "model",
        {"PYTHONPATH": str(FOLDER), "PYTHONDONTWRITEBYTECODE": "1"},
    )
    bench = Bench(options.server.resolve(), _granian(), work, QUICK if options.quick else FULL, model)
    if options.results:
        bench.send_results_to(lambda result: _append(options.results, result))
    try:
        model.wait_until_it_answers("/waiting")
        rows = [row for name in options.only or SCENARIOS for row in _measured(bench, name)]
    finally:
        model.stop()
    print(f"\n{_circumstances(options.quick)}\n\n{table(rows)}")
    for row in rows:
        bench.note("table", **row.json())
    for fault in bench.faults:
        print(f"FAULT {fault}")
    return 1 if bench.faults else 0


def _measured(bench: Bench, name: str) -> list[Row]:
    print(f"{name} …", file=sys.stderr, flush=True)
    loop = new_loop()
    try:
        return loop.run_until_complete(SCENARIOS[name].measure(bench))
    except (RuntimeError, OSError) as error:
        # The others are worth their figures all the same.
        bench.faults.append(f"{name}: {error}")
        return []
    finally:
        loop.close()


def _granian() -> Path | None:
    """The server of the Python peers, when their packages are installed beside this interpreter."""
    granian = Path(sys.executable).parent / "granian"
    if granian.exists():
        return granian
    print("The Python peers are left out: their packages are not installed.", file=sys.stderr)
    return None


def _circumstances(is_quick: bool) -> str:
    load = ", ".join(f"{figure:.1f}" for figure in os.getloadavg())
    size = "Quick run: too short for a verdict." if is_quick else "Full run."
    return f"{size} {os.cpu_count()} processors, {platform.system()} {platform.release()}; load average now {load}."


def _append(path: Path, result: dict[str, object]) -> None:
    with path.open("a") as file:
        file.write(json.dumps(result, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    sys.exit(main())
