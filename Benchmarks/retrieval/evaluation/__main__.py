"""Fills vector stores of the real server, asks all questions, prints how well they were answered. See ../README.md."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmark.process import Process, free_port
from evaluation.documents import Document, documents
from evaluation.measures import Quality
from evaluation.models import MODELS, SETTINGS, installed
from evaluation.questions import Question, questions
from evaluation.report import HYBRID, KEYWORDS, VECTORS, Measured, goals, qualities
from evaluation.store import Chunking, Client, Weights

FOLDER = Path(__file__).resolve().parents[1]

# What a client gets that asks for nothing, and chunks of about one section, where many more compete.
CHUNKINGS = [Chunking(800, 400), Chunking(160, 0)]

SIDES = {KEYWORDS: Weights(text=1, embedding=0), VECTORS: Weights(text=0, embedding=1), HYBRID: None}


def main() -> int:
    options = _options()
    options.work.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(dir=options.work))
    settings: dict[str, list[Measured]] = {}
    try:
        for model in options.model or installed() or [None]:
            model = None if model == "none" else model
            for measured in _measured(options, work, model):
                settings[measured[0].setting] = measured
                print(f"\n{measured[0].setting}; tuning half / held-out half\n\n{qualities(measured)}", flush=True)
                if options.results:
                    _append(options.results, measured)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    print(f"\n{goals(settings)}")
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="Benchmarks/retrieval/run.sh", description="Measures how well is found.")
    parser.add_argument(
        "--model",
        action="append",
        choices=[*MODELS, "none"],
        metavar="NAME",
        help=f"{', '.join(MODELS)}, or none for keywords alone; all that are installed if left out",
    )
    parser.add_argument(
        "--chunks",
        action="append",
        type=Chunking.parse,
        metavar="SIZE/OVERLAP",
        help=f"tokens of chunks; {' and '.join(map(str, CHUNKINGS))} if left out",
    )
    parser.add_argument("--results", type=Path, metavar="FILE", help="append every figure to FILE, as lines of JSON")
    parser.add_argument("--work", type=Path, default=FOLDER.parent / ".data", metavar="FOLDER", help=argparse.SUPPRESS)
    parser.add_argument("--server", type=Path, required=True, help=argparse.SUPPRESS)
    return parser.parse_args()


def _measured(options: argparse.Namespace, work: Path, model: str | None) -> Iterator[list[Measured]]:
    """The sides of one setting after the other, all with one server."""
    found, asked = documents(), questions()
    sections = sum(len(document.sections) for document in found)
    print(f"{len(found)} documents with {sections} sections, {len(asked)} questions", file=sys.stderr)
    with _server(options.server.resolve(), work / (model or "none"), options.work, model) as server:
        client = Client(server.port)
        files = {client.upload(document): document for document in found}
        for chunking in options.chunks or CHUNKINGS:
            store = client.make_store(list(files), chunking)
            setting = f"chunks of {chunking}, {model or 'no model'}"
            sides = SIDES if model else {KEYWORDS: None}
            yield [_side(client, store, files, asked, setting, side, weights) for side, weights in sides.items()]


def _side(
    client: Client,
    store: str,
    files: dict[str, Document],
    asked: list[Question],
    setting: str,
    side: str,
    weights: Weights | None,
) -> Measured:
    measured = []
    for question in asked:
        results = client.search(store, question.text, weights)
        measured.append(Quality.of(question, [_shown(files[result["file_id"]], result) for result in results]))
    return Measured(setting, side, asked, measured)


def _shown(document: Document, result: dict[str, Any]) -> list[str]:
    """The sections that a result shows."""
    return [section.id for section in document.shown_in("\n".join(part["text"] for part in result["content"]))]


@contextmanager
def _server(binary: Path, home: Path, caches: Path, model: str | None) -> Iterator[Process]:
    """The server with its default settings, and the model's beside it."""
    with _embedder(home, caches, model) as embedder:
        settings = {
            "OPENAI_BASE_URL": f"{embedder.url}/v1" if embedder else "",
            "OPENAI_API_KEY": "sk-benchmark" if embedder else "",
            "DATA_DIR": str(home / "data"),
            "LOG_FILE": str(home / "app.log"),
        }
        if model:
            settings |= {"EMBEDDING_MODEL": model} | SETTINGS.get(model, {})
        port = free_port()
        command = [str(binary), "serve", "--host", "127.0.0.1", "--port", str(port)]
        process = Process("server", command, port, home, settings)
        try:
            process.wait_until_it_answers("/api/v1/health")
            yield process
        finally:
            process.stop()


@contextmanager
def _embedder(home: Path, caches: Path, model: str | None) -> Iterator[Process | None]:
    if model is None:
        yield None
        return
    port = free_port()
    command = [sys.executable, "-m", "evaluation.embedder", str(port), model, str(caches / "embeddings.sqlite")]
    environment = {
        "PYTHONPATH": f"{FOLDER}:{FOLDER.parent}",
        "PYTHONDONTWRITEBYTECODE": "1",
        # What computes is one text at a time: the other processors are the server's.
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "HF_HUB_OFFLINE": "1",
    }
    process = Process("embedder", command, port, home, environment)
    try:
        process.wait_until_it_answers("/v1/models")
        yield process
    finally:
        process.stop()


def _append(path: Path, measured: list[Measured]) -> None:
    with path.open("a") as file:
        for side in measured:
            for figures in side.figures():
                file.write(json.dumps(figures, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    sys.exit(main())
