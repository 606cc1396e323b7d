"""Documents in a vector store, without an embedding model: how fast they are read, in what memory, and how fast words
are found in them. The server has one core of the machine."""

from __future__ import annotations

import json
import os
import threading
import time
import urllib.request
from pathlib import Path
from typing import Any

from benchmark.bench import Bench
from benchmark.documents import Writer
from benchmark.figures import Spread
from benchmark.process import Process
from benchmark.table import Goal, Row

TEXT_BYTES = 2_800_000
PAGES = 80
QUESTIONS = 60
PATIENCE = 600


async def measure(bench: Bench) -> list[Row]:
    count = bench.sizes.documents
    writer = Writer(seed=11)
    texts = [(f"{number}.txt", writer.text(TEXT_BYTES)) for number in range(count)]
    papers = [(f"{number}.pdf", writer.pdf(PAGES)) for number in range(count)]
    rows: list[Row] = []
    with bench.server() as server:
        _keep_to_one_core(server)
        client = _Client(server)
        idle = server.resident()
        used = server.cpu()
        with _Peak(server) as peak:
            seconds, store = client.ingest(texts)
        used = server.cpu() - used
        size = sum(len(text) for _, text in texts) / 1e6
        rows.append(
            Row(
                "ingest of plain text, for each second of processor time",
                Spread.of([size / used * 1e9]),
                "MB",
                Goal(5, is_least=True),
                f"{size / seconds:.1f} MB/s by the clock",
            )
        )
        rows.append(Row("memory above idle while it reads text", Spread.of([(peak.bytes - idle) / 1e6]), "MB"))
        bench.note(
            "documents", bytes=size, seconds=seconds, cpu=used / 1e9, peak_mb=peak.bytes / 1e6, idle_mb=idle / 1e6
        )
        seconds, _ = client.ingest(papers)
        pages = count * PAGES / seconds
        rows.append(Row("ingest of PDF, by the clock", Spread.of([pages]), "pages/s", Goal(20, is_least=True)))
        bench.note("documents", pdf_pages_per_second=pages)
        rows.append(_search(bench, server, client, store, writer))
    return rows


def _search(bench: Bench, server: Process, client: _Client, store: str, writer: Writer) -> Row:
    """Processor time of a whole request, from socket to socket."""
    chunks = client.chunks(store)
    times = []
    for _ in range(QUESTIONS):
        question = writer.question()
        client.search(store, question)
        before = server.cpu()
        client.search(store, question)
        times.append((server.cpu() - before) / 1e6)
    spread = Spread.of(times)
    bench.note("documents", chunks=chunks, search_ms=sorted(times))
    return Row(f"keyword search for 10 results in {chunks} chunks", spread, "ms of processor time", Goal(5))


def _keep_to_one_core(server: Process) -> None:
    """All threads of the server and what they start."""
    core = {max(os.sched_getaffinity(0))}
    for thread in Path(f"/proc/{server.pid}/task").iterdir():
        os.sched_setaffinity(int(thread.name), core)


class _Peak:
    """The highest resident memory of the server meanwhile."""

    def __init__(self, server: Process) -> None:
        self.bytes = 0
        self._server = server
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def _watch(self) -> None:
        while not self._ended.wait(0.02):
            self.bytes = max(self.bytes, self._server.resident())

    def __enter__(self) -> _Peak:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._ended.set()
        self._thread.join()


class _Client:
    """Speaks `/v1` as an SDK does."""

    def __init__(self, server: Process) -> None:
        self._base = f"{server.url}/v1"

    def ingest(self, documents: list[tuple[str, bytes]]) -> tuple[float, str]:
        """Seconds from attaching the files, which are there already, to the end of the last; and the store."""
        files = [self._upload(name, body) for name, body in documents]
        store = self._ask("POST", "/vector_stores", {})["id"]
        began = time.monotonic()
        batch = self._ask("POST", f"/vector_stores/{store}/file_batches", {"file_ids": files})
        while batch["status"] == "in_progress":
            if time.monotonic() - began > PATIENCE:
                raise RuntimeError(f"the documents were not read in {PATIENCE} s: {batch}")
            time.sleep(0.02)
            batch = self._ask("GET", f"/vector_stores/{store}/file_batches/{batch['id']}")
        seconds = time.monotonic() - began
        if batch["file_counts"]["completed"] != len(files):
            raise RuntimeError(f"not all documents were read: {batch}")
        return seconds, store

    def chunks(self, store: str) -> int:
        """About how many there are: 800 tokens overlap by half, so each adds 400."""
        return self._ask("GET", f"/vector_stores/{store}")["usage_bytes"] // 4000

    def search(self, store: str, question: str) -> None:
        found = self._ask("POST", f"/vector_stores/{store}/search", {"query": question, "max_num_results": 10})
        if len(found["data"]) != 10:
            raise RuntimeError(f"{len(found['data'])} results instead of 10 for {question}")

    def _upload(self, name: str, body: bytes) -> str:
        form = (
            b'--x\r\ncontent-disposition: form-data; name="purpose"\r\n\r\nassistants\r\n'
            b'--x\r\ncontent-disposition: form-data; name="file"; filename="%s"\r\n\r\n%s\r\n--x--\r\n'
            % (name.encode(), body)
        )
        return self._send("POST", "/files", form, "multipart/form-data; boundary=x")["id"]

    def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        data = json.dumps(body).encode() if body is not None else None
        return self._send(method, path, data, "application/json")

    def _send(self, method: str, path: str, body: bytes | None, kind: str) -> dict[str, Any]:
        headers = {"content-type": kind, "authorization": "Bearer x"}
        request = urllib.request.Request(self._base + path, body, headers, method=method)
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.loads(answer.read())
