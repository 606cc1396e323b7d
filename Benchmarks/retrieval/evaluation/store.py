"""Files, vector stores and searches over the server's API."""

from __future__ import annotations

import http.client
import json
import time
import uuid
from dataclasses import dataclass
from typing import Any

from evaluation.documents import Document

# Results that are asked for: as many as the measures look at.
RESULTS = 10


@dataclass(frozen=True)
class Chunking:
    """Tokens of a chunk, and of what it repeats of the one before it."""

    size: int
    overlap: int

    @staticmethod
    def parse(text: str) -> Chunking:
        size, overlap = text.split("/")
        return Chunking(int(size), int(overlap))

    def __str__(self) -> str:
        return f"{self.size}/{self.overlap}"


@dataclass(frozen=True)
class Weights:
    """How much words and vectors count."""

    text: float
    embedding: float


class Client:
    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)

    def upload(self, document: Document) -> str:
        """Returns the id of the file."""
        border = uuid.uuid4().hex
        head = 'Content-Disposition: form-data; name="{}"'
        body = b"".join(
            [
                f"--{border}\r\n{head.format('purpose')}\r\n\r\nassistants\r\n".encode(),
                f"--{border}\r\n{head.format('file')}; filename=\"{document.path.name}\"\r\n\r\n".encode(),
                document.path.read_bytes(),
                f"\r\n--{border}--\r\n".encode(),
            ]
        )
        return self._send("POST", "/v1/files", body, f"multipart/form-data; boundary={border}")["id"]

    def make_store(self, files: list[str], chunking: Chunking, timeout: float = 3600) -> str:
        """A store with the files, all of them searchable. Returns its id."""
        store = self._post("/v1/vector_stores", {"name": f"chunks of {chunking}"})["id"]
        strategy = {"max_chunk_size_tokens": chunking.size, "chunk_overlap_tokens": chunking.overlap}
        batch = self._post(
            f"/v1/vector_stores/{store}/file_batches",
            {"file_ids": files, "chunking_strategy": {"type": "static", "static": strategy}},
        )
        deadline = time.monotonic() + timeout
        while batch["status"] == "in_progress":
            if time.monotonic() > deadline:
                raise RuntimeError(f"the files were not ready in {timeout:.0f} s: {batch['file_counts']}")
            time.sleep(0.1)
            batch = self._send("GET", f"/v1/vector_stores/{store}/file_batches/{batch['id']}")
        if batch["file_counts"]["completed"] != len(files):
            raise RuntimeError(f"not all files could be read: {batch['file_counts']}")
        return store

    def search(self, store: str, query: str, weights: Weights | None) -> list[dict[str, Any]]:
        """The results, best first. Without weights the server's own are used."""
        body: dict[str, Any] = {"query": query, "max_num_results": RESULTS}
        if weights:
            hybrid = {"text_weight": weights.text, "embedding_weight": weights.embedding}
            body["ranking_options"] = {"hybrid_search": hybrid}
        return self._post(f"/v1/vector_stores/{store}/search", body)["data"]

    def _post(self, path: str, body: object) -> Any:
        return self._send("POST", path, json.dumps(body).encode(), "application/json")

    def _send(self, method: str, path: str, body: bytes | None = None, kind: str = "") -> Any:
        headers = {"OpenAI-Beta": "assistants=v2"} | ({"Content-Type": kind} if kind else {})
        self._connection.request(method, path, body, headers)
        answer = self._connection.getresponse()
        data = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{method} {path}: {answer.status} {data[:300].decode('utf-8', 'replace')}")
        return json.loads(data)
