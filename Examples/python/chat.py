"""Talks to the server with requests: one POST, a streamed answer, then step by step with polling.

Usage: BASE_URL=http://127.0.0.1:8010 python3 Examples/python/chat.py   (needs: pip install requests)
"""

import json
import os
import time
from collections.abc import Iterator

import requests

API = os.environ.get("BASE_URL", "http://127.0.0.1:8010").rstrip("/") + "/api/v1"
TIMEOUT = (5, 300)  # seconds to connect, and between two reads of the answer

SYSTEM_DATA = {
    "targetedAds": [
        {"id": "ad-1", "name": "Summer Coffee", "views": 1200, "clicks": 84},
        {"id": "ad-2", "name": "New Menu", "views": 800, "clicks": 72},
    ],
    "viewEvents": [
        {"signageId": "sg-1", "adId": "ad-1", "timestamp": "2026-01-05T09:12:00", "dwellTime": 4.2},
        {"signageId": "sg-1", "adId": "ad-2", "timestamp": "2026-01-05T18:40:00", "dwellTime": 7.9},
    ],
}

session = requests.Session()


def call(method: str, path: str, body: dict | None = None) -> dict:
    """The JSON answer of the API; an error carries the server's own words."""
    response = session.request(method, API + path, json=body, timeout=TIMEOUT)
    if not response.ok:
        raise RuntimeError(f"{response.status_code}: {response.json()['detail']}")
    return response.json()


def chat(message: str, thread_id: str | None = None, system_data: dict | None = None) -> dict:
    return call("POST", "/chat", {"message": message, "thread_id": thread_id, "system_data": system_data})


def stream_chat(message: str, thread_id: str | None = None) -> Iterator[str]:
    """The pieces of the answer as they come."""
    body = {"message": message, "thread_id": thread_id, "stream": True}
    with session.post(API + "/chat", json=body, stream=True, timeout=TIMEOUT) as response:
        response.raise_for_status()
        event = ""
        for line in response.iter_lines():
            name, _, value = line.decode().partition(": ")
            if name == "event":
                event = value
            elif name == "data" and event == "delta":
                yield json.loads(value)["delta"]
            elif name == "data" and event == "error":
                raise RuntimeError(json.loads(value)["detail"])


def ask_step_by_step(question: str) -> str:
    """Thread, message, run, polling, answer: what `chat` does in one call."""
    thread_id = call("POST", "/threads", {})["id"]
    call("POST", f"/threads/{thread_id}/messages", {"content": question, "role": "user"})
    run = call("POST", f"/threads/{thread_id}/runs")
    while run["status"] in ("queued", "in_progress", "cancelling"):
        time.sleep(0.2)
        run = call("GET", f"/threads/{thread_id}/runs/{run['id']}")
    if run["status"] != "completed":
        raise RuntimeError(f"run {run['status']}: {run['last_error']}")
    messages = call("GET", f"/threads/{thread_id}/messages")["data"]
    return messages[-1]["content"][0]["text"]["value"]


def main() -> None:
    print("== One call")
    answer = chat("Which ad has the best click rate?", system_data=SYSTEM_DATA)
    print(answer["message"])

    print("\n== Streamed, in the same conversation")
    for piece in stream_chat("시간대별 시청 이벤트를 보여 주세요.", answer["thread_id"]):
        print(piece, end="", flush=True)

    print("\n\n== Step by step")
    print(ask_step_by_step("What data do you need from me?"))


if __name__ == "__main__":
    main()
