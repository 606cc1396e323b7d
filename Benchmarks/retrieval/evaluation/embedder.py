"""A small OpenAI-compatible server of embeddings with a real model. What was embedded once is kept in a file.

python -m evaluation.embedder PORT MODEL CACHE
"""

from __future__ import annotations

import array
import base64
import hashlib
import json
import sqlite3
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from evaluation.models import Model, load


class Embedder:
    """One text after the other, as the machine is meant for the server that is measured."""

    def __init__(self, name: str, cache: Path) -> None:
        self.name = name
        self._model: Model | None = None
        self._lock = threading.Lock()
        self._cache = sqlite3.connect(cache, check_same_thread=False, isolation_level=None)
        self._cache.execute("PRAGMA journal_mode = WAL").fetchall()
        self._cache.execute("CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, vector BLOB) WITHOUT ROWID")

    def embed(self, texts: list[str]) -> list[array.array]:
        with self._lock:
            return [self._embed(text) for text in texts]

    def _embed(self, text: str) -> array.array:
        key = hashlib.sha256(f"{self.name}\0{text}".encode()).digest()
        row = self._cache.execute("SELECT vector FROM vectors WHERE key = ?", (key,)).fetchone()
        if row:
            return array.array("f", row[0])
        # The weights are loaded when something is new.
        self._model = self._model or load(self.name)
        vector = array.array("f", self._model.embed([text])[0])
        self._cache.execute("INSERT OR REPLACE INTO vectors VALUES (?, ?)", (key, vector.tobytes()))
        return vector


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Head and body are written apart.
    disable_nagle_algorithm = True
    embedder: Embedder

    def do_GET(self) -> None:
        model = {"id": self.embedder.name, "object": "model", "created": 0, "owned_by": "benchmark"}
        self._answer(200, {"object": "list", "data": [model]})

    def do_POST(self) -> None:
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path != "/v1/embeddings":
            return self._answer(404, {"error": {"message": "only embeddings are served", "type": "not_found"}})
        given = request["input"]
        texts = [given] if isinstance(given, str) else given
        is_packed = request.get("encoding_format") == "base64"
        data = [
            {
                "object": "embedding",
                "index": index,
                "embedding": base64.b64encode(vector.tobytes()).decode() if is_packed else vector.tolist(),
            }
            for index, vector in enumerate(self.embedder.embed(texts))
        ]
        usage = {"prompt_tokens": 0, "total_tokens": 0}
        self._answer(200, {"object": "list", "model": self.embedder.name, "data": data, "usage": usage})

    def _answer(self, status: int, body: object) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *details: object) -> None:
        """A line for each request would hide what went wrong."""


def main() -> None:
    port, name, cache = sys.argv[1:]
    Handler.embedder = Embedder(name, Path(cache))
    ThreadingHTTPServer(("127.0.0.1", int(port)), Handler).serve_forever()


if __name__ == "__main__":
    main()
