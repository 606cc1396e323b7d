"""Answers from documents, with OpenAI's own SDK: a vector store of files, a search in it, and an assistant that cites.

Usage: BASE_URL=http://127.0.0.1:8010 API_KEY=any python3 Examples/python/file_search.py [FILE…]   (needs: pip install openai)

Without files those of Examples/data/handbook are taken. Searching works without a model; answers and citations need one.
"""

import os
import sys
from pathlib import Path

from openai import OpenAI

client = OpenAI(
    base_url=os.environ.get("BASE_URL", "http://127.0.0.1:8010").rstrip("/") + "/v1",
    api_key=os.environ.get("API_KEY", "any"),
)

HANDBOOK = Path(__file__).resolve().parents[1] / "data/handbook"
QUESTION = os.environ.get("QUESTION", "화면이 나오지 않으면 어떻게 해야 하나요?")


def store_of(paths: list[Path]):
    """A vector store of the files, once all of them have been read."""
    store = client.vector_stores.create(name="Handbook", expires_after={"anchor": "last_active_at", "days": 7})
    batch = client.vector_stores.file_batches.upload_and_poll(store.id, files=paths)
    print(f"== {batch.file_counts.completed} of {batch.file_counts.total} files can be searched")
    for file in client.vector_stores.file_batches.list_files(batch.id, vector_store_id=store.id, filter="failed"):
        print(f"{client.files.retrieve(file.id).filename}: {file.last_error.message}")
    return store


def search(store, query: str) -> None:
    print(f"== Search: {query}")
    for result in client.vector_stores.search(store.id, query=query, max_num_results=3):
        print(f"{result.score:.2f} {result.filename}: {' '.join(result.content[0].text.split())[:70]}")


def ask(assistant, question: str):
    """Streams the answer and prints what it cites; returns the thread."""
    print(f"== {question}")
    thread = client.beta.threads.create(messages=[{"role": "user", "content": question}])
    with client.beta.threads.runs.stream(thread_id=thread.id, assistant_id=assistant.id) as stream:
        for text in stream.text_deltas:
            print(text, end="", flush=True)
        answer = stream.get_final_messages()[-1].content[0].text
    print()
    for annotation in answer.annotations:
        if annotation.type == "file_citation":
            print(f"{annotation.text} is {client.files.retrieve(annotation.file_citation.file_id).filename}")
    return thread


def main() -> None:
    paths = [Path(name) for name in sys.argv[1:]] or sorted(HANDBOOK.iterdir())
    store = store_of(paths)
    search(store, QUESTION)

    assistant = client.beta.assistants.create(
        model=os.environ.get("MODEL", "gpt-4o-mini"),
        instructions="Answer from the handbook, in the language of the question.",
        tools=[{"type": "file_search"}],
        tool_resources={"file_search": {"vector_store_ids": [store.id]}},
    )
    thread = ask(assistant, QUESTION)

    client.beta.threads.delete(thread.id)
    client.beta.assistants.delete(assistant.id)
    for file in client.vector_stores.files.list(store.id):
        client.files.delete(file.id)
    client.vector_stores.delete(store.id)


if __name__ == "__main__":
    main()
