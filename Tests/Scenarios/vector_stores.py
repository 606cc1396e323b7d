"""Vector stores of a server, asked with plain requests."""

from __future__ import annotations

from typing import Any

from assistants_server import successful, wait_until
from documents import Document, text
from v1_api import V1

COUNTS = ("in_progress", "completed", "failed", "cancelled", "total")


class Stores:
    """What scenarios do with vector stores. Methods that return JSON fail when the answer is not 200."""

    def __init__(self, v1: V1) -> None:
        self.v1 = v1

    def upload(self, document: Document | str, **form: str) -> str:
        """The id of a new file."""
        if isinstance(document, str):
            document = text("words.txt", document)
        return self.upload_whole(document, **form)["id"]

    def upload_whole(self, document: Document, **form: str) -> dict[str, Any]:
        return successful(
            self.v1.request(
                "POST",
                "/files",
                data={"purpose": "assistants"} | form,
                files={"file": (document.name, document.content)},
            )
        )

    def create(self, *documents: Document | str, **body: Any) -> dict[str, Any]:
        """A store with files, all of which have ended."""
        if documents:
            body["file_ids"] = [self.upload(document) for document in documents]
        return self.settled(self.v1.post("/vector_stores", **body)["id"])

    def attach(self, store: str, file: str, **body: Any) -> dict[str, Any]:
        return self.v1.post(f"/vector_stores/{store}/files", file_id=file, **body)

    def file(self, store: str, file: str) -> dict[str, Any]:
        return self.v1.get(f"/vector_stores/{store}/files/{file}")

    def files(self, store: str, **query: Any) -> list[dict[str, Any]]:
        """All files of a store, newest first."""
        found: list[dict[str, Any]] = []
        while True:
            after = {"after": found[-1]["id"]} if found else {}
            page = self.v1.get(f"/vector_stores/{store}/files", limit=100, **query, **after)
            found += page["data"]
            if not page["has_more"]:
                return found

    def settled(self, store: str, timeout: float = 90) -> dict[str, Any]:
        """The store once none of its files is in progress."""

        def reached() -> dict[str, Any] | None:
            current = self.v1.get(f"/vector_stores/{store}")
            counts = current["file_counts"]
            assert tuple(counts) == COUNTS
            assert counts["total"] == sum(counts[name] for name in COUNTS[:-1])
            assert (current["status"] == "in_progress") == (counts["in_progress"] > 0)
            return current if counts["in_progress"] == 0 else None

        return wait_until(reached, f"the files of {store} have ended", timeout)

    def settled_file(self, store: str, file: str) -> dict[str, Any]:
        self.settled(store)
        return self.file(store, file)

    def search(self, store: str, query: Any, **body: Any) -> list[dict[str, Any]]:
        return self.v1.post(f"/vector_stores/{store}/search", query=query, **body)["data"]

    def found(self, store: str, query: Any, **body: Any) -> list[str]:
        """The ids of the files that are found, best first, each once."""
        return list(dict.fromkeys(hit["file_id"] for hit in self.search(store, query, **body)))

    def text(self, store: str, file: str) -> str:
        """What was read from a file. Parts come without the white space at their ends."""
        page = self.v1.get(f"/vector_stores/{store}/files/{file}/content")
        assert page["object"] == "vector_store.file_content.page"
        assert (page["has_more"], page["next_page"]) == (False, None)
        assert all(part["type"] == "text" for part in page["data"])
        return "\n".join(part["text"] for part in page["data"])
