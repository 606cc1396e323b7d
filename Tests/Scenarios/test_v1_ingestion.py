"""Files become searchable in the background: it is durable, fair, can be stopped, and always ends."""

import io
import random
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from assistants_server import wait_until
from documents import docx, mixed, pdf, text
from sdk import client_of
from v1_api import V1, refused
from vector_stores import Stores

# What a dead process left behind is taken up this soon after the start.
TAKEN_UP_WITHIN = 5


@pytest.fixture
def stores(server):
    return Stores(V1(server))


def named(document):
    """A document as the SDK uploads it."""
    file = io.BytesIO(document.content)
    file.name = document.name
    return file


# The helpers of the official SDK


def test_one_file_is_uploaded_and_polled(server):
    client = client_of(server)
    store = client.vector_stores.create(name="SDK")
    file = client.vector_stores.files.upload_and_poll(vector_store_id=store.id, file=named(text("a.md", "# Hello")))
    assert (file.status, file.last_error) == ("completed", None)
    assert client.vector_stores.retrieve(store.id).file_counts.completed == 1
    uploaded = client.files.create(file=named(pdf("b.pdf", "Page one", "Page two")), purpose="assistants")
    assert client.files.wait_for_processing(uploaded.id).status == "processed"
    polled = client.vector_stores.files.create_and_poll(uploaded.id, vector_store_id=store.id, attributes={"n": 1})
    assert (polled.status, polled.attributes) == ("completed", {"n": 1})
    results = client.vector_stores.search(store.id, query="page two", rewrite_query=False)
    assert results.data[0].filename == "b.pdf"
    parts = list(client.vector_stores.files.content(uploaded.id, vector_store_id=store.id))
    assert "Page two" in "".join(part.text for part in parts)


def test_a_broken_file_is_polled_to_its_end(server):
    client = client_of(server)
    store = client.vector_stores.create()
    file = client.vector_stores.files.upload_and_poll(vector_store_id=store.id, file=named(text("a.pdf", "%PDF-1.7 x")))
    assert (file.status, file.last_error.code) == ("failed", "invalid_file")
    assert len(file.last_error.message) > 20


@pytest.mark.timeout(180)
def test_a_hundred_mixed_files_are_uploaded_and_polled(server):
    client = client_of(server)
    documents = mixed(100)
    store = client.vector_stores.create()
    batch = client.vector_stores.file_batches.upload_and_poll(
        vector_store_id=store.id,
        files=[named(document) for document in documents],
        max_concurrency=5,
    )
    good = sum(document.end == "completed" for document in documents)
    assert batch.status == "completed"
    assert (batch.file_counts.completed, batch.file_counts.failed) == (good, 100 - good)
    assert (
        batch.file_counts.in_progress,
        batch.file_counts.cancelled,
        batch.file_counts.total,
    ) == (0, 0, 100)
    whole = client.vector_stores.retrieve(store.id)
    assert (whole.status, whole.file_counts) == (
        "completed",
        type(whole.file_counts)(**batch.file_counts.to_dict()),
    )
    names = {file.id: file.filename for file in client.files.list(purpose="assistants", limit=1000)}
    ends = {
        names[file.id]: file.last_error.code if file.last_error else file.status
        for file in client.vector_stores.file_batches.list_files(batch.id, vector_store_id=store.id, limit=100)
    }
    assert ends == {document.name: document.end for document in documents}
    for number in (0, 6, 7, 8):
        found = client.vector_stores.search(store.id, query=f"mark{number:04}").data
        assert [hit.filename for hit in found][:1] == [documents[number].name]


@pytest.mark.alone
def test_polls_of_the_sdk_hear_of_the_end_at_once(server, monkeypatch):
    client = client_of(server)
    store = client.vector_stores.create()
    slept = []
    monkeypatch.setattr(client.vector_stores.files, "_sleep", slept.append)
    client.vector_stores.files.upload_and_poll(vector_store_id=store.id, file=named(text("a.txt", "Short")))
    assert sum(slept) < 0.9, "without help the SDK sleeps for a second"


# Crashes


def long_words(number):
    """About 60 kB, of which the first word is its own."""
    return f"mark{number:04} " + f"screen {number} shows pictures of the city. " * 1500


@pytest.mark.alone
@pytest.mark.timeout(240)
def test_a_kill_in_the_middle_of_500_files(make_server, server):
    other = make_server(INGESTION_CONCURRENCY=4).start()
    stores = Stores(V1(other))
    generator = random.Random(7)

    def upload(number):
        words = long_words(number) if number % 5 == 0 else f"mark{number:04} short words"
        return Stores(V1(other.separate())).upload(text(f"{number}.txt", words))

    with ThreadPoolExecutor(4) as pool:
        files = list(pool.map(upload, range(500)))
    store = stores.create()["id"]
    batch = stores.v1.post(f"/vector_stores/{store}/file_batches", file_ids=files)["id"]
    path = f"/vector_stores/{store}/file_batches/{batch}"

    def completed():
        return stores.v1.get(path)["file_counts"]["completed"]

    def wait_for(count, timeout):
        wait_until(lambda: completed() >= count, f"{count} files are done", timeout)

    for end in (60, 200, 350):
        wait_for(end, 60)
        time.sleep(generator.random() * 0.05)
        other.kill()
        other.restart()
        counts = stores.v1.get(path)["file_counts"]
        assert counts["total"] == 500
        assert counts["completed"] >= end
        wait_for(counts["completed"] + 1, TAKEN_UP_WITHIN)
    ended = stores.settled(store, timeout=120)
    assert ended["file_counts"] == {
        "in_progress": 0,
        "completed": 500,
        "failed": 0,
        "cancelled": 0,
        "total": 500,
    }
    assert stores.v1.get(path)["status"] == "completed"
    assert sum(file["usage_bytes"] for file in stores.files(store)) == ended["usage_bytes"]
    for number in range(0, 500, 7):
        hits = stores.search(store, f"mark{number:04}", max_num_results=50)
        chunks = [hit for hit in hits if hit["file_id"] == files[number]]
        texts = [hit["content"][0]["text"] for hit in chunks]
        assert sum(text.startswith(f"mark{number:04}") for text in texts) == 1, "none is there twice"
    assert stores.text(store, files[10]).split() == long_words(10).split()


def test_deletions_survive_a_kill(make_server, server):
    other = make_server().start()
    stores = Stores(V1(other))
    store = stores.create("First words", "Second words")["id"]
    kept, gone = stores.files(store)
    stores.v1.delete(f"/files/{gone['id']}")
    dropped = stores.create("Dropped words")["id"]
    stores.v1.delete(f"/vector_stores/{dropped}")
    other.kill()
    other.restart()
    assert stores.found(store, "words") == [kept["id"]]
    assert not list((other.home / "data/vector_stores").glob(f"{dropped}*"))


def test_a_stop_leaves_the_rest_to_the_next_start(make_server, server):
    other = make_server(INGESTION_CONCURRENCY=1).start()
    stores = Stores(V1(other))
    files = [stores.upload(text(f"{number}.txt", long_words(number))) for number in range(20)]
    store = stores.v1.post("/vector_stores", file_ids=files)["id"]
    other.terminate()
    assert other.wait_for_end(10) == 0
    other.restart()
    assert stores.settled(store)["file_counts"]["completed"] == 20


# Stopping and deleting


def many(stores, count=30):
    return [stores.upload(text(f"{number}.txt", long_words(number) * 4)) for number in range(count)]


def test_a_cancelled_batch_stops(start_server):
    stores = Stores(V1(start_server(INGESTION_CONCURRENCY=1)))
    files = many(stores)
    store = stores.create()["id"]
    batch = stores.v1.post(f"/vector_stores/{store}/file_batches", file_ids=files)
    path = f"/vector_stores/{store}/file_batches/{batch['id']}"
    cancelled = stores.v1.post(f"{path}/cancel")
    counts = cancelled["file_counts"]
    assert cancelled["status"] == "cancelled"
    assert (counts["in_progress"], counts["total"]) == (0, 30)
    assert counts["cancelled"] > 0
    time.sleep(0.5)
    assert stores.v1.get(path) == cancelled, "nothing moves any more"
    whole = stores.v1.get(f"/vector_stores/{store}")
    assert (whole["status"], whole["file_counts"]) == ("completed", counts)
    stopped = stores.files(store, filter="cancelled")
    assert len(stopped) == counts["cancelled"]
    found = stores.found(store, [f"mark{number:04}" for number in range(20)], max_num_results=50)
    assert not set(found) & {file["id"] for file in stopped}
    assert stores.attach(store, stopped[0]["id"])["status"] == "in_progress", "it can be tried again"
    assert stores.settled_file(store, stopped[0]["id"])["status"] == "completed"


def test_a_store_deleted_while_it_is_filled(start_server):
    server = start_server(INGESTION_CONCURRENCY=2)
    stores = Stores(V1(server))
    files = many(stores, 10)
    store = stores.v1.post("/vector_stores", file_ids=files)["id"]
    wait_until(
        lambda: stores.v1.get(f"/vector_stores/{store}")["file_counts"]["completed"] > 0,
        "work has begun",
    )
    stores.v1.delete(f"/vector_stores/{store}")
    folder = server.home / "data/vector_stores"
    assert not list(folder.glob(f"{store}*"))
    time.sleep(1)
    assert not list(folder.glob(f"{store}*")), "nobody works on it any more"
    assert stores.settled(stores.v1.post("/vector_stores", file_ids=files[:1])["id"])["file_counts"]["completed"] == 1


def test_files_deleted_while_they_are_read(start_server):
    server = start_server(INGESTION_CONCURRENCY=2)
    stores = Stores(V1(server))
    files = many(stores, 10)
    store = stores.v1.post("/vector_stores", file_ids=files)["id"]
    for file in files[::2]:
        stores.v1.delete(f"/files/{file}")
    ended = stores.settled(store)
    assert ended["file_counts"] == {
        "in_progress": 0,
        "completed": 5,
        "failed": 0,
        "cancelled": 0,
        "total": 5,
    }
    marks = [f"mark{number:04}" for number in range(10)]
    assert set(stores.found(store, marks, max_num_results=50)) == set(files[1::2])


def test_files_taken_out_and_put_back(start_server):
    """However often, and however soon: what is there in the end can be found, once."""
    stores = Stores(V1(start_server(INGESTION_CONCURRENCY=2)))
    store = stores.create()["id"]
    file = stores.upload(text("again.txt", long_words(1)))
    for _ in range(10):
        stores.attach(store, file)
        stores.v1.delete(f"/vector_stores/{store}/files/{file}")
    stores.attach(store, file)
    assert stores.settled_file(store, file)["status"] == "completed"
    assert stores.text(store, file).split() == long_words(1).split()


# Many


@pytest.mark.alone
def test_projects_take_turns(start_server):
    server = start_server(API_KEYS="sk-first:first,sk-second:second", INGESTION_CONCURRENCY=2)

    class Keyed(V1):
        def __init__(self, key):
            super().__init__(server)
            self.key = key

        def request(self, method, path, **options):
            headers = options.pop("headers", {}) | {"authorization": f"Bearer {self.key}"}
            return super().request(method, path, headers=headers, **options)

    busy, other = Stores(Keyed("sk-first")), Stores(Keyed("sk-second"))
    files = many(busy, 60)
    short = other.upload("Short words")
    crowded = busy.v1.post("/vector_stores", file_ids=files)["id"]
    store = other.v1.post("/vector_stores", file_ids=[short])["id"]
    other.settled(store)
    assert busy.v1.get(f"/vector_stores/{crowded}")["file_counts"]["in_progress"] > 10, "it did not wait for all others"


@pytest.mark.timeout(300)
def test_a_batch_of_as_many_files_as_one_may_have(stores):
    def upload(number):
        return Stores(V1(stores.v1.server.separate())).upload(f"mark{number:04} words")

    with ThreadPoolExecutor(4) as pool:
        files = list(pool.map(upload, range(2000)))
    store = stores.create()["id"]
    too_many = stores.v1.try_post(f"/vector_stores/{store}/file_batches", file_ids=[*files, "file-one-more"])
    assert refused(too_many, param="file_ids", code="array_above_max_length")["message"] == (
        "Invalid 'file_ids': array too long. Expected an array with maximum length 2000, but got an array with length "
        "2001 instead."
    )
    begin = time.monotonic()
    batch = stores.v1.post(f"/vector_stores/{store}/file_batches", file_ids=files)
    assert time.monotonic() - begin < 30
    assert batch["file_counts"]["total"] == 2000
    assert stores.settled(store, timeout=200)["file_counts"]["completed"] == 2000
    ended = stores.v1.get(f"/vector_stores/{store}/file_batches/{batch['id']}")
    assert (ended["status"], ended["file_counts"]["completed"]) == ("completed", 2000)
    assert len(stores.files(store)) == 2000
    assert stores.found(store, "mark1999") == [files[1999]]


def test_a_word_document_beside_text(stores):
    store = stores.create(docx("a.docx", "Written in a document"), text("b.txt", "Written in a text"))["id"]
    assert len(stores.found(store, "written")) == 2
