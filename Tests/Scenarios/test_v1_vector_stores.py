"""/v1/vector_stores: stores, their files, batches and searches, and the stores of threads and assistants."""

import sqlite3
import time

import pytest
from assistants_server import wait_until
from documents import docx, pdf, text
from v1_api import V1, refused
from vector_stores import Stores

STATIC = {
    "type": "static",
    "static": {"max_chunk_size_tokens": 800, "chunk_overlap_tokens": 400},
}


@pytest.fixture
def stores(server):
    return Stores(V1(server))


@pytest.fixture
def v1(stores):
    return stores.v1


# Stores


def test_an_empty_store(v1):
    store = v1.post("/vector_stores")
    assert list(store) == [
        "id", "object", "created_at", "name", "description", "usage_bytes", "file_counts", "status", "expires_after",
        "expires_at", "last_active_at", "metadata",
    ]  # fmt: skip
    assert store["id"].startswith("vs_")
    assert store["object"] == "vector_store"
    assert store["status"] == "completed"
    assert store["file_counts"] == {
        "in_progress": 0,
        "completed": 0,
        "failed": 0,
        "cancelled": 0,
        "total": 0,
    }
    assert store["last_active_at"] == store["created_at"]
    assert (
        store["name"],
        store["description"],
        store["expires_after"],
        store["expires_at"],
    ) == (None,) * 4
    assert (store["usage_bytes"], store["metadata"]) == (0, {})
    assert v1.get(f"/vector_stores/{store['id']}") == store


def test_a_store_with_everything(stores, v1):
    file = stores.upload("Everything is here.")
    store = v1.post(
        "/vector_stores",
        name="사용 설명서",
        description="All manuals",
        file_ids=[file],
        expires_after={"anchor": "last_active_at", "days": 3},
        chunking_strategy={
            "type": "static",
            "static": {"max_chunk_size_tokens": 100, "chunk_overlap_tokens": 50},
        },
        metadata={"team": "field"},
    )
    assert (
        store["status"],
        store["file_counts"]["in_progress"],
        store["file_counts"]["total"],
    ) == ("in_progress", 1, 1)
    assert store["expires_at"] == store["last_active_at"] + 3 * 86_400
    assert (store["name"], store["description"], store["metadata"]) == (
        "사용 설명서",
        "All manuals",
        {"team": "field"},
    )
    ended = stores.settled(store["id"])
    assert (ended["status"], ended["file_counts"]["completed"]) == ("completed", 1)
    assert ended["usage_bytes"] > 0
    assert stores.file(store["id"], file)["chunking_strategy"]["static"]["max_chunk_size_tokens"] == 100


def test_a_store_is_modified_in_parts(v1):
    id = v1.post("/vector_stores", name="Old", metadata={"a": "b"})["id"]
    changed = v1.post(f"/vector_stores/{id}", name="New")
    assert (changed["name"], changed["metadata"]) == ("New", {"a": "b"})
    changed = v1.post(
        f"/vector_stores/{id}",
        expires_after={"anchor": "last_active_at", "days": 1},
        metadata={},
    )
    assert (changed["name"], changed["metadata"], changed["expires_after"]["days"]) == (
        "New",
        {},
        1,
    )
    changed = v1.post(f"/vector_stores/{id}", expires_after=None, name=None)
    assert (changed["name"], changed["expires_after"], changed["expires_at"]) == (
        None,
        None,
        None,
    )
    assert v1.get(f"/vector_stores/{id}") == changed


def test_stores_are_listed_newest_first(v1):
    made = [v1.post("/vector_stores")["id"] for _ in range(3)]
    page = v1.get("/vector_stores", limit=2)
    assert [store["id"] for store in page["data"]] == made[:0:-1]
    assert page["has_more"]
    assert [store["id"] for store in v1.get("/vector_stores", limit=1, after=page["last_id"])["data"]] == made[:1]


def test_a_deleted_store_is_gone_and_its_files_stay(stores, v1, server):
    store = stores.create("Kept words")
    file = stores.files(store["id"])[0]["id"]
    index = server.home / "data/vector_stores" / f"{store['id']}.sqlite"
    assert index.exists()
    assert v1.delete(f"/vector_stores/{store['id']}") == {
        "id": store["id"],
        "object": "vector_store.deleted",
        "deleted": True,
    }
    assert not list(index.parent.glob(f"{store['id']}*")), "its disk space is free"
    for method, path in (
        ("GET", ""),
        ("DELETE", ""),
        ("GET", "/files"),
        ("GET", f"/files/{file}"),
    ):
        answer = v1.request(method, f"/vector_stores/{store['id']}{path}")
        assert refused(answer, 404)["message"] == f"No vector store found with id '{store['id']}'."
    assert v1.get(f"/files/{file}")["id"] == file


@pytest.mark.parametrize(
    ("body", "param", "code"),
    [
        ({"file_ids": "file-1"}, "file_ids", "invalid_type"),
        ({"file_ids": ["file-1"] * 501}, "file_ids", "array_above_max_length"),
        (
            {"expires_after": {"anchor": "created_at", "days": 1}},
            "expires_after.anchor",
            "invalid_value",
        ),
        (
            {"expires_after": {"anchor": "last_active_at", "days": 366}},
            "expires_after.days",
            "integer_above_max_value",
        ),
        (
            {"expires_after": {"anchor": "last_active_at"}},
            "expires_after.days",
            "missing_required_parameter",
        ),
        (
            {"chunking_strategy": {"type": "other"}},
            "chunking_strategy.type",
            "invalid_value",
        ),
        (
            {
                "chunking_strategy": {
                    "type": "static",
                    "static": {"max_chunk_size_tokens": 99, "chunk_overlap_tokens": 0},
                }
            },
            "chunking_strategy.static.max_chunk_size_tokens",
            "integer_below_min_value",
        ),
        (
            {
                "chunking_strategy": {
                    "type": "static",
                    "static": {
                        "max_chunk_size_tokens": 100,
                        "chunk_overlap_tokens": 51,
                    },
                }
            },
            "chunking_strategy.static.chunk_overlap_tokens",
            "invalid_value",
        ),
        ({"metadata": {"a": 1}}, "metadata.a", "invalid_type"),
        ({"purpose": "x"}, "purpose", "unknown_parameter"),
    ],
)
def test_refused_stores(v1, body, param, code):
    refused(v1.try_post("/vector_stores", **body), param=param, code=code)


def test_unknown_files_are_refused(v1):
    error = refused(v1.try_post("/vector_stores", file_ids=["file-nothing"]), 404, param="id")
    assert error["message"] == "No such File object: file-nothing"
    store = v1.post("/vector_stores")["id"]
    refused(
        v1.try_post(f"/vector_stores/{store}/files", file_id="file-nothing"),
        404,
        param="id",
    )
    refused(
        v1.try_post(f"/vector_stores/{store}/file_batches", file_ids=["file-nothing"]),
        404,
        param="id",
    )
    assert v1.get(f"/vector_stores/{store}")["file_counts"]["total"] == 0


# Files in stores


def test_a_file_in_a_store(stores, v1):
    store, file = stores.create()["id"], stores.upload("The screen shows the weather.")
    attached = stores.attach(
        store,
        file,
        attributes={"year": 2024, "draft": False, "by": "Kim", "share": 0.5},
    )
    assert list(attached) == [
        "id", "object", "usage_bytes", "created_at", "vector_store_id", "status", "last_error", "chunking_strategy",
        "attributes",
    ]  # fmt: skip
    assert (attached["id"], attached["object"], attached["vector_store_id"]) == (
        file,
        "vector_store.file",
        store,
    )
    assert (attached["status"], attached["usage_bytes"], attached["last_error"]) == (
        "in_progress",
        0,
        None,
    )
    assert attached["chunking_strategy"] == STATIC
    assert attached["attributes"] == {
        "year": 2024,
        "draft": False,
        "by": "Kim",
        "share": 0.5,
    }
    ended = stores.settled_file(store, file)
    assert ended["status"] == "completed"
    assert ended["usage_bytes"] == v1.get(f"/vector_stores/{store}")["usage_bytes"] > 0
    assert stores.text(store, file) == "The screen shows the weather."


def test_a_file_is_taken_out(stores, v1):
    store = stores.create("The only words")
    file = stores.files(store["id"])[0]["id"]
    assert stores.found(store["id"], "only words") == [file]
    answer = v1.delete(f"/vector_stores/{store['id']}/files/{file}")
    assert answer == {
        "id": file,
        "object": "vector_store.file.deleted",
        "deleted": True,
    }
    assert stores.found(store["id"], "only words") == []
    after = v1.get(f"/vector_stores/{store['id']}")
    assert (after["file_counts"]["total"], after["usage_bytes"]) == (0, 0)
    error = refused(v1.request("GET", f"/vector_stores/{store['id']}/files/{file}"), 404)
    assert error["message"] == f"No file found with id '{file}' in vector store '{store['id']}'."
    refused(v1.request("DELETE", f"/vector_stores/{store['id']}/files/{file}"), 404)
    assert v1.get(f"/files/{file}")["id"] == file


def test_a_deleted_file_leaves_every_store_at_once(stores, v1):
    first, second = stores.create("Shared words"), stores.create()
    file = stores.files(first["id"])[0]["id"]
    stores.attach(second["id"], file)
    stores.settled(second["id"])
    v1.delete(f"/files/{file}")
    for store in (first["id"], second["id"]):
        assert stores.found(store, "shared words") == []
        assert v1.get(f"/vector_stores/{store}")["file_counts"]["total"] == 0
        refused(v1.request("GET", f"/vector_stores/{store}/files/{file}"), 404)


def test_a_file_that_is_there_already(stores):
    store = stores.create("Words that are said once")["id"]
    file = stores.files(store)[0]
    again = stores.attach(store, file["id"], attributes={"a": "b"})
    assert again == file | {"attributes": {"a": "b"}}
    assert len(stores.search(store, "words said once")) == 1
    smaller = {
        "type": "static",
        "static": {"max_chunk_size_tokens": 100, "chunk_overlap_tokens": 0},
    }
    assert stores.attach(store, file["id"], chunking_strategy=smaller)["status"] == "in_progress"
    assert stores.settled_file(store, file["id"])["chunking_strategy"] == smaller
    assert len(stores.search(store, "words said once")) == 1


def test_files_are_listed_by_state(stores, v1):
    store = stores.create(text("good.txt", "Good words"), text("empty.txt", "   "))["id"]
    good, bad = stores.files(store, order="asc")
    assert (good["status"], bad["status"], bad["last_error"]["code"]) == (
        "completed",
        "failed",
        "invalid_file",
    )
    assert [file["id"] for file in stores.files(store, filter="completed")] == [good["id"]]
    assert [file["id"] for file in stores.files(store, filter="failed")] == [bad["id"]]
    assert stores.files(store, filter="in_progress") == []
    refused(
        v1.request("GET", f"/vector_stores/{store}/files?filter=done"),
        param="filter",
        code="invalid_value",
    )
    counts = v1.get(f"/vector_stores/{store}")["file_counts"]
    assert counts == {
        "in_progress": 0,
        "completed": 1,
        "failed": 1,
        "cancelled": 0,
        "total": 2,
    }


def test_a_type_that_cannot_be_searched_is_refused_at_once(stores, v1):
    store = stores.create()["id"]
    file = stores.upload(text("program.exe", "MZ"))
    error = refused(
        v1.try_post(f"/vector_stores/{store}/files", file_id=file),
        code="unsupported_file",
    )
    assert error["message"].startswith("Files with extensions [.exe] are not supported for retrieval.")
    thread = v1.thread()["id"]
    attachment = {"file_id": file, "tools": [{"type": "file_search"}]}
    message = {"role": "user", "content": "Look", "attachments": [attachment]}
    refused(v1.try_post(f"/threads/{thread}/messages", **message), code="unsupported_file")


@pytest.mark.parametrize(
    ("attributes", "param", "code"),
    [
        ({"a": [1]}, "attributes.a", "invalid_type"),
        ({"a": "x" * 513}, "attributes.a", "string_above_max_length"),
        ({"k" * 65: 1}, "attributes", "string_above_max_length"),
        (
            {str(number): 1 for number in range(17)},
            "attributes",
            "object_above_max_properties",
        ),
        ("text", "attributes", "invalid_type"),
    ],
)
def test_refused_attributes(stores, v1, attributes, param, code):
    store, file = stores.create()["id"], stores.upload("x")
    refused(
        v1.try_post(f"/vector_stores/{store}/files", file_id=file, attributes=attributes),
        param=param,
        code=code,
    )


def test_attributes_are_replaced_and_searches_know_at_once(stores, v1):
    store = stores.create("Words about maintenance")["id"]
    file = stores.files(store)[0]["id"]
    assert v1.post(f"/vector_stores/{store}/files/{file}", attributes={"year": 2024})["attributes"] == {"year": 2024}
    assert stores.found(store, "maintenance", filters={"type": "eq", "key": "year", "value": 2024}) == [file]
    assert v1.post(f"/vector_stores/{store}/files/{file}", attributes={"month": 5})["attributes"] == {"month": 5}
    assert stores.found(store, "maintenance", filters={"type": "eq", "key": "year", "value": 2024}) == []
    assert stores.search(store, "maintenance")[0]["attributes"] == {"month": 5}
    error = refused(
        v1.try_post(f"/vector_stores/{store}/files/{file}"),
        code="missing_required_parameter",
    )
    assert error["param"] == "attributes"
    assert v1.post(f"/vector_stores/{store}/files/{file}", attributes=None)["attributes"] == {}


def test_the_text_of_a_long_file_comes_back_whole(stores):
    lines = [f"Line {number} tells about device {number * 7}." for number in range(5000)]
    store = stores.create(text("long.txt", "\n".join(lines)))["id"]
    content = stores.text(store, stores.files(store)[0]["id"])
    assert [line for line in content.replace("\n", " ").split(" ") if line] == " ".join(lines).split(" ")


# Batches


def test_a_batch(stores, v1):
    store = stores.create()["id"]
    files = [stores.upload(f"Words {number}") for number in range(3)]
    batch = v1.post(f"/vector_stores/{store}/file_batches", file_ids=files, attributes={"a": 1})
    assert list(batch) == [
        "id",
        "object",
        "created_at",
        "status",
        "vector_store_id",
        "file_counts",
    ]
    assert (batch["object"], batch["vector_store_id"]) == (
        "vector_store.file_batch",
        store,
    )
    assert (
        batch["status"],
        batch["file_counts"]["in_progress"],
        batch["file_counts"]["total"],
    ) == ("in_progress", 3, 3)
    path = f"/vector_stores/{store}/file_batches/{batch['id']}"
    stores.settled(store)
    ended = v1.get(path)
    assert ended["status"] == "completed"
    assert ended["file_counts"] == {
        "in_progress": 0,
        "completed": 3,
        "failed": 0,
        "cancelled": 0,
        "total": 3,
    }
    listed = v1.get(f"{path}/files", order="asc")["data"]
    assert [file["id"] for file in listed] == files
    assert all(file["attributes"] == {"a": 1} for file in listed)
    assert v1.get(f"{path}/files", filter="failed")["data"] == []
    assert v1.post(f"{path}/cancel") == ended, "what has ended stays as it is"


def test_a_batch_with_settings_for_each_file(stores, v1):
    store = stores.create()["id"]
    first, second = stores.upload("One"), stores.upload("Two")
    chunking = {
        "type": "static",
        "static": {"max_chunk_size_tokens": 200, "chunk_overlap_tokens": 0},
    }
    v1.post(
        f"/vector_stores/{store}/file_batches",
        files=[
            {"file_id": first, "attributes": {"n": 1}},
            {"file_id": second, "chunking_strategy": chunking},
        ],
        attributes={"passed": "over"},
    )
    assert stores.settled_file(store, first)["attributes"] == {"n": 1}
    assert stores.file(store, first)["chunking_strategy"] == STATIC
    assert stores.file(store, second)["chunking_strategy"] == chunking
    assert stores.file(store, second)["attributes"] == {}


def test_a_batch_that_fails_as_a_whole(stores, v1):
    store = stores.create()["id"]
    batch = v1.post(
        f"/vector_stores/{store}/file_batches",
        file_ids=[stores.upload(text("a.txt", " "))],
    )
    stores.settled(store)
    assert v1.get(f"/vector_stores/{store}/file_batches/{batch['id']}")["status"] == "failed"


def test_a_file_given_twice_counts_once(stores, v1):
    store, file = stores.create()["id"], stores.upload("Once")
    batch = v1.post(f"/vector_stores/{store}/file_batches", file_ids=[file, file])
    assert batch["file_counts"]["total"] == 1
    stores.settled(store)
    again = v1.post(f"/vector_stores/{store}/file_batches", file_ids=[file])
    assert (again["status"], again["file_counts"]["completed"]) == ("completed", 1)


@pytest.mark.parametrize(
    ("body", "param", "code"),
    [
        ({}, "file_ids", "missing_required_parameter"),
        ({"file_ids": []}, "file_ids", "empty_array"),
        ({"file_ids": ["file-1"] * 2001}, "file_ids", "array_above_max_length"),
        (
            {"files": [{"attributes": {}}]},
            "files[0].file_id",
            "missing_required_parameter",
        ),
        (
            {"files": [{"file_id": "file-1"}], "file_ids": ["file-1"]},
            "files",
            "invalid_value",
        ),
    ],
)
def test_refused_batches(v1, body, param, code):
    store = v1.post("/vector_stores")["id"]
    refused(
        v1.try_post(f"/vector_stores/{store}/file_batches", **body),
        param=param,
        code=code,
    )


def test_an_unknown_batch(v1):
    store = v1.post("/vector_stores")["id"]
    for method, path in (("GET", ""), ("POST", "/cancel"), ("GET", "/files")):
        answer = v1.request(method, f"/vector_stores/{store}/file_batches/vsfb_none{path}")
        assert refused(answer, 404)["message"] == "No batch found with id 'vsfb_none'."


# Searching


@pytest.fixture(scope="module")
def library(server):
    """A store of some documents, and the ids of its files."""
    stores = Stores(V1(server))
    store = stores.create()["id"]
    documents = {
        "manual": (
            pdf(
                "manual.pdf",
                "Unpack the display.",
                "Reset the display with the red button.",
            ),
            {"year": 2023},
        ),
        "notice": (
            text("notice.txt", "광고판 점검은 매주 월요일에 합니다. 문의는 관리자에게."),
            {"year": 2024, "lang": "ko"},
        ),
        "report": (
            docx(
                "report.docx",
                "Error code E4031 means that the display lost its network.",
            ),
            {"year": 2024},
        ),
    }
    ids = {}
    for name, (document, attributes) in documents.items():
        ids[name] = stores.upload(document)
        stores.attach(store, ids[name], attributes=attributes)
    assert stores.settled(store)["file_counts"]["completed"] == 3
    return store, ids


def test_a_search(library, v1):
    store, ids = library
    page = v1.post(f"/vector_stores/{store}/search", query="How do I reset the display?")
    assert list(page) == ["object", "search_query", "data", "has_more", "next_page"]
    assert page["object"] == "vector_store.search_results.page"
    assert (page["search_query"], page["has_more"], page["next_page"]) == (
        ["How do I reset the display?"],
        False,
        None,
    )
    best = page["data"][0]
    assert (best["file_id"], best["filename"], best["attributes"]) == (
        ids["manual"],
        "manual.pdf",
        {"year": 2023},
    )
    assert best["content"][0]["type"] == "text"
    assert "Reset the display with the red button." in best["content"][0]["text"]
    assert best["quote"] == "Reset the display with the red button."
    assert (best["quote_page"], best["page"], best["last_page"]) == (2, 1, 2)
    scores = [hit["score"] for hit in page["data"]]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)


def test_the_pages_of_a_result(stores):
    # The first page fills a chunk of the smallest size nearly, others share theirs.
    long, short = "1," * 42, "1," * 10
    pages = [f"page{number} {text}" for number, text in enumerate([long, short, short, long, short, short, long], 1)]
    static = {"max_chunk_size_tokens": 100, "chunk_overlap_tokens": 0}
    store = stores.create(pdf("long.pdf", *pages), chunking_strategy={"type": "static", "static": static})["id"]
    seen = set()
    for page in range(1, 8):
        [best] = stores.search(store, f"page{page}", max_num_results=1)
        first, last = best["page"], best.get("last_page", best["page"])
        shown = {each for each in range(1, 8) if f"page{each}" in best["content"][0]["text"]}
        assert page in shown and shown <= set(range(first, last + 1))
        assert f"page{page}" in best["quote"] and best["quote_page"] == page
        assert best.get("last_page") != first
        seen.add("last_page" in best)
    assert seen == {True, False}
    plain = stores.search(stores.create("plain words")["id"], "plain")[0]
    assert not {"page", "last_page", "quote_page"} & set(plain)


def test_a_search_says_that_it_compares_words_alone(library, v1):
    answer = v1.try_post(f"/vector_stores/{library[0]}/search", query="display")
    assert answer.headers["x-search-mode"] == "keyword"


@pytest.mark.parametrize("query", ["광고판 점검", "광고판을 언제 점검하나요", "광고판점검"])
def test_korean_is_found_in_every_form(library, stores, query):
    store, ids = library
    assert stores.found(store, query)[0] == ids["notice"]


def test_several_queries_are_searched_together(library, stores):
    store, ids = library
    hits = stores.search(store, ["reset button", "E4031", "reset the display"])
    assert {ids["manual"], ids["report"]} <= {hit["file_id"] for hit in hits}
    chunks = [(hit["file_id"], hit["content"][0]["text"]) for hit in hits]
    assert len(chunks) == len(set(chunks)), "nothing is listed twice"


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        ({"type": "eq", "key": "year", "value": 2024}, {"notice", "report"}),
        ({"type": "ne", "key": "year", "value": 2024}, {"manual"}),
        ({"type": "gt", "key": "year", "value": 2023}, {"notice", "report"}),
        ({"type": "lte", "key": "year", "value": 2023}, {"manual"}),
        ({"type": "in", "key": "lang", "value": ["ko", "en"]}, {"notice"}),
        ({"type": "nin", "key": "lang", "value": ["ko"]}, {"manual", "report"}),
        ({"type": "eq", "key": "year", "value": "2024"}, set()),
        (
            {
                "type": "and",
                "filters": [
                    {"type": "gte", "key": "year", "value": 2024},
                    {
                        "type": "or",
                        "filters": [{"type": "eq", "key": "lang", "value": "ko"}],
                    },
                ],
            },
            {"notice"},
        ),
    ],
)
def test_filters(library, stores, filters, names):
    store, ids = library
    assert set(stores.found(store, "display 광고판", filters=filters)) == {ids[name] for name in names}


def test_limits_of_results(library, stores):
    store, ids = library
    assert len(stores.search(store, "display 광고판", max_num_results=1)) == 1
    everything = stores.search(store, "reset display")
    threshold = everything[0]["score"]
    kept = stores.search(store, "reset display", ranking_options={"score_threshold": threshold})
    assert [hit["file_id"] for hit in kept] == [ids["manual"]]
    weights = {
        "hybrid_search": {"embedding_weight": 0.2, "text_weight": 0.8},
        "ranker": "none",
    }
    assert stores.found(store, "E4031", ranking_options=weights)[0] == ids["report"]


@pytest.mark.parametrize(
    ("body", "param", "code"),
    [
        ({}, "query", "missing_required_parameter"),
        ({"query": ""}, "query", "empty_string"),
        ({"query": []}, "query", "empty_array"),
        ({"query": 1}, "query", "invalid_type"),
        ({"query": "x", "max_num_results": 51}, "max_num_results", "integer_above_max_value"),
        ({"query": "x", "max_num_results": 0}, "max_num_results", "integer_below_min_value"),
        ({"query": "x", "filters": {"type": "is"}}, "filters.type", "invalid_value"),
        ({"query": "x", "filters": {"type": "eq", "key": "a"}}, "filters.value", "missing_required_parameter"),
        ({"query": "x", "filters": {"type": "in", "key": "a", "value": 1}}, "filters.value", "invalid_type"),
        (
            {"query": "x", "ranking_options": {"score_threshold": 1.5}},
            "ranking_options.score_threshold",
            "decimal_above_max_value",
        ),
        ({"query": "x", "ranking_options": {"ranker": "best"}}, "ranking_options.ranker", "invalid_value"),
        (
            {"query": "x", "ranking_options": {"hybrid_search": {"embedding_weight": 0, "text_weight": 0}}},
            "ranking_options.hybrid_search",
            "invalid_value",
        ),
    ],
)  # fmt: skip
def test_refused_searches(library, v1, body, param, code):
    refused(
        v1.try_post(f"/vector_stores/{library[0]}/search", **body),
        param=param,
        code=code,
    )


def test_queries_of_any_content(library, stores):
    for query in (
        '"',
        "a AND",
        "col:x NEAR(",
        "***",
        "\u0000",
        "🙂",
        "-" * 4000,
        "SELECT * FROM files; --",
    ):
        stores.search(library[0], query)


def test_a_search_is_a_use_of_the_store(stores, v1):
    store = stores.create("Words", expires_after={"anchor": "last_active_at", "days": 1})
    wait_until(lambda: time.time() > store["last_active_at"] + 1, "a second has passed")
    stores.search(store["id"], "words")
    used = v1.get(f"/vector_stores/{store['id']}")
    assert used["last_active_at"] > store["last_active_at"]
    assert used["expires_at"] == used["last_active_at"] + 86_400


# Whose they are


def test_other_projects_have_their_own(start_server):
    server = start_server(API_KEYS="sk-first:first,sk-second:second")

    class Keyed(V1):
        def __init__(self, key):
            super().__init__(server)
            self.key = key

        def request(self, method, path, **options):
            headers = options.pop("headers", {}) | {"authorization": f"Bearer {self.key}"}
            return super().request(method, path, headers=headers, **options)

    mine, theirs = Stores(Keyed("sk-first")), Keyed("sk-second")
    store = mine.create("Secret words")["id"]
    file = mine.files(store)[0]["id"]
    batch = mine.v1.post(f"/vector_stores/{store}/file_batches", file_ids=[file])["id"]
    here = f"/vector_stores/{store}"
    for method, path, body in (
        ("GET", here, None),
        ("POST", here, {"name": "x"}),
        ("DELETE", here, None),
        ("POST", f"{here}/search", {"query": "secret"}),
        ("GET", f"{here}/files", None),
        ("POST", f"{here}/files", {"file_id": file}),
        ("GET", f"{here}/files/{file}", None),
        ("POST", f"{here}/files/{file}", {"attributes": {}}),
        ("DELETE", f"{here}/files/{file}", None),
        ("GET", f"{here}/files/{file}/content", None),
        ("POST", f"{here}/file_batches", {"file_ids": [file]}),
        ("GET", f"{here}/file_batches/{batch}", None),
        ("POST", f"{here}/file_batches/{batch}/cancel", None),
        ("GET", f"{here}/file_batches/{batch}/files", None),
    ):
        error = refused(theirs.request(method, path, json=body), 404)
        assert error["message"] == f"No vector store found with id '{store}'.", (
            method,
            path,
        )
    own = theirs.post("/vector_stores")["id"]
    refused(theirs.try_post(f"/vector_stores/{own}/files", file_id=file), 404)
    refused(theirs.try_post("/vector_stores", file_ids=[file]), 404)
    resources = {"file_search": {"vector_store_ids": [store]}}
    refused(theirs.try_post("/threads", tool_resources=resources), 404)
    refused(theirs.try_post("/assistants", model="m", tool_resources=resources), 404)
    assert [listed["id"] for listed in theirs.get("/vector_stores")["data"]] == [own]
    assert mine.found(store, "secret words") == [file]


# Expiry


def test_an_expired_store(make_server, server):
    other = make_server().start()
    stores = Stores(V1(other))
    store = stores.create("Old words", expires_after={"anchor": "last_active_at", "days": 1})["id"]
    lasting = stores.create("Lasting words")["id"]
    file = stores.files(store)[0]["id"]
    other.terminate()
    other.wait_for_end(10)
    with sqlite3.connect(other.home / "data/assistants.sqlite") as database:
        database.execute("UPDATE vector_stores SET last_active_at = last_active_at - 86401")
    database.close()
    other.restart()
    v1 = stores.v1
    wait_until(
        lambda: v1.get(f"/vector_stores/{store}")["status"] == "expired",
        "the store expires",
    )
    expired = v1.get(f"/vector_stores/{store}")
    assert expired["expires_at"] == expired["last_active_at"] + 86_400
    for path, body in (
        ("search", {"query": "old"}),
        ("files", {"file_id": file}),
        ("file_batches", {"file_ids": [file]}),
    ):
        message = refused(v1.try_post(f"/vector_stores/{store}/{path}", **body))["message"]
        assert message.startswith(f"Vector store '{store}' is expired.")
    assert [listed["id"] for listed in v1.get("/vector_stores")["data"]] == [
        lasting,
        store,
    ]
    assert v1.get(f"/vector_stores/{lasting}")["status"] == "completed"
    index = other.home / "data/vector_stores"
    wait_until(lambda: not list(index.glob(f"{store}*")), "its disk space is free")
    renewed = stores.settled(v1.post("/vector_stores", file_ids=[file])["id"])
    assert stores.found(renewed["id"], "old words") == [file], "a new store with the same file is the remedy"


# Threads and assistants


def attachment(file, *tools):
    return {"file_id": file, "tools": [{"type": tool} for tool in tools]}


def test_an_attachment_makes_the_threads_store(stores, v1):
    thread = v1.thread()["id"]
    first, second = stores.upload("First words"), stores.upload("Second words")
    v1.message(thread, "Look", attachments=[attachment(first, "file_search")])
    [store] = v1.get(f"/threads/{thread}")["tool_resources"]["file_search"]["vector_store_ids"]
    made = stores.settled(store)
    assert made["expires_after"] == {"anchor": "last_active_at", "days": 7}
    assert [file["id"] for file in stores.files(store)] == [first]
    v1.message(
        thread,
        "And here",
        attachments=[attachment(second, "file_search", "code_interpreter")],
    )
    resources = v1.get(f"/threads/{thread}")["tool_resources"]
    assert resources == {
        "code_interpreter": {"file_ids": [second]},
        "file_search": {"vector_store_ids": [store]},
    }
    stores.settled(store)
    assert stores.found(store, "second words")[0] == second


def test_an_attachment_joins_the_store_that_the_thread_has(stores, v1):
    store = stores.create()["id"]
    thread = v1.thread(tool_resources={"file_search": {"vector_store_ids": [store]}})["id"]
    file = stores.upload("Joined words")
    v1.message(thread, "Look", attachments=[attachment(file, "file_search")])
    assert v1.get(f"/threads/{thread}")["tool_resources"]["file_search"]["vector_store_ids"] == [store]
    assert [listed["id"] for listed in stores.files(store)] == [file]
    v1.delete(f"/vector_stores/{store}")
    v1.message(thread, "Again", attachments=[attachment(file, "file_search")])
    [new] = v1.get(f"/threads/{thread}")["tool_resources"]["file_search"]["vector_store_ids"]
    assert new != store
    assert stores.settled(new)["file_counts"]["completed"] == 1


def test_attachments_of_a_new_thread(stores, v1):
    file = stores.upload("Words of a new thread")
    message = {
        "role": "user",
        "content": "Look",
        "attachments": [attachment(file, "file_search")],
    }
    thread = v1.post("/threads", messages=[message])
    [store] = thread["tool_resources"]["file_search"]["vector_store_ids"]
    assert v1.get(f"/threads/{thread['id']}") == thread
    assert stores.settled(store)["file_counts"]["completed"] == 1


def test_stores_made_along_with_threads_and_assistants(stores, v1):
    file = stores.upload("Words of a helper")
    helper = {
        "file_ids": [file],
        "metadata": {"of": "helper"},
        "chunking_strategy": {"type": "auto"},
    }
    resources = {"file_search": {"vector_stores": [helper]}}
    thread = v1.post("/threads", tool_resources=resources)
    assistant = v1.assistant(tool_resources=resources, tools=[{"type": "file_search"}])
    for made, days in ((thread, 7), (assistant, None)):
        assert list(made["tool_resources"]["file_search"]) == ["vector_store_ids"]
        [id] = made["tool_resources"]["file_search"]["vector_store_ids"]
        store = stores.settled(id)
        assert store["metadata"] == {"of": "helper"}
        assert (store["expires_after"] or {}).get("days") == days
        assert stores.found(id, "helper") == [file]
    both = {"file_search": {"vector_store_ids": [id], "vector_stores": [helper]}}
    refused(v1.try_post("/threads", tool_resources=both), code="invalid_value")
    two = {"file_search": {"vector_stores": [helper, helper]}}
    refused(v1.try_post("/threads", tool_resources=two), code="array_above_max_length")
    refused(
        v1.try_post(f"/threads/{thread['id']}", tool_resources=resources),
        code="unknown_parameter",
    )


def test_a_store_made_along_with_a_thread_and_a_run(one_v1):
    stores = Stores(one_v1)
    file = stores.upload("Words of a run")
    resources = {"file_search": {"vector_stores": [{"file_ids": [file]}]}}
    messages = [{"role": "user", "content": "Hi"}]
    thread = {"tool_resources": resources, "messages": messages}
    run = one_v1.post("/threads/runs", assistant_id=one_v1.assistant()["id"], thread=thread)
    [store] = one_v1.get(f"/threads/{run['thread_id']}")["tool_resources"]["file_search"]["vector_store_ids"]
    assert stores.settled(store)["expires_after"]["days"] == 7
    assert stores.found(store, "words of a run") == [file]


def test_attachments_of_a_run_join_the_thread(one_v1):
    stores = Stores(one_v1)
    file, thread = stores.upload("Additional words"), one_v1.thread("Hi")["id"]
    message = {
        "role": "user",
        "content": "Look",
        "attachments": [attachment(file, "file_search")],
    }
    one_v1.completed(thread, one_v1.assistant()["id"], additional_messages=[message])
    [store] = one_v1.get(f"/threads/{thread}")["tool_resources"]["file_search"]["vector_store_ids"]
    stores.settled(store)
    assert stores.found(store, "additional") == [file]
