"""Texts come through byte for byte: to the model, back in the answer, and in the thread."""

import json
import random
import unicodedata

import pytest

from assistants_server import HEADERS_OF_JSON, successful, text_of
from scripted_model import Says

TEXTS = {
    "Korean": "서울역 1번 출구 전광판의 클릭률은? 가나다라마바사 ㄱㄴㄷ ㅏㅑㅓ",
    "decomposed Korean": unicodedata.normalize("NFD", "한글 자모"),
    "emoji": "👋🏽 👩‍👩‍👧‍👦 🇰🇷 ❤️‍🔥 1️⃣",
    "outside the first plane": "𝒳 𠜎 𐍈 󠁧",
    "control characters": "".join(map(chr, range(0x20))) + "\x7f\x80\x9f",
    "NUL in the middle": "before\x00after",
    "separators": "a\u2028b\u2029c\u0085d\ufeffe\u200bf\u00a0g",
    "direction marks": "\u202eabc\u202c עברית العربية",
    "noncharacters": "\ufffe\uffff\U0010ffff",
    "line ends": "a\nb\r\nc\rd\n\n\ne",
    "event stream look-alike": "data: [DONE]\n\nevent: done\ndata: {}\n\n: ping",
    "quotes and backslashes": '"\'`\\\\" \\u0041 \\n </script> <!-- {{ }} ${x} %s %00',
    "SQL": "'; DROP TABLE messages; --",
    "spaces": "  \t leading and trailing \t  ",
    "JSON": '{"message":"inner","thread_id":null}',
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_a_text_survives_the_round_trip(chat_server, text):
    chat_server.model.script = Says(lambda call: call.question, pieces=5)
    answer = chat_server.chat(text)
    assert chat_server.model.calls[0].question == text
    assert answer["message"] == text
    assert chat_server.texts(answer["thread_id"]) == [("user", text), ("assistant", text)]


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_a_text_survives_a_streamed_round_trip(chat_server, text):
    chat_server.model.script = Says(lambda call: call.question, pieces=5)
    events = chat_server.chat_stream(text).rest()
    assert "".join(event.json["delta"] for event in events if event.name == "delta") == text
    assert events[-2].json["message"] == text


def test_a_text_written_in_escapes_is_the_same_text(one_chat_server):
    text = '한글 👋 \x00\x1f "\\/ \u2028'
    escaped = json.dumps({"message": text}, ensure_ascii=True).replace("/", "\\/").encode()
    response = one_chat_server.request("POST", "/api/v1/chat", data=escaped, headers=HEADERS_OF_JSON)
    thread = successful(response)["thread_id"]
    assert one_chat_server.model.calls[0].question == text
    assert one_chat_server.texts(thread)[0] == ("user", text)


def megabyte():
    """1,048,576 bytes of Korean, emoji, punctuation and control characters, the same on every run."""
    random.seed(8010)
    pool = (
        [chr(code) for code in range(0xAC00, 0xAC00 + 2000)]
        + list('abc XYZ 0123456789\n\t"\\{}[]\x00\x01')
        + ["😀", "👩‍👧"]
    )
    pieces, size = [], 0
    while size < 2**20 - 32:
        pieces.append(random.choice(pool))
        size += len(pieces[-1].encode())
    return "".join(pieces) + "x" * (2**20 - size)


def test_a_message_of_a_megabyte_survives_the_round_trip(chat_server):
    text = megabyte()
    assert len(text.encode()) == 2**20
    chat_server.model.script = Says(lambda call: call.question)
    answer = chat_server.chat(text)
    assert chat_server.model.calls[0].question == text
    assert answer["message"] == text
    assert chat_server.texts(answer["thread_id"]) == [("user", text), ("assistant", text)]


def test_a_message_of_a_megabyte_does_not_spoil_its_thread(one_chat_server):
    thread = one_chat_server.chat("First")["thread_id"]
    one_chat_server.add_message(thread, megabyte())
    one_chat_server.model.script = Says("Read.")
    assert one_chat_server.chat("Last", thread)["message"] == "Read."
    call = one_chat_server.model.calls[-1]
    assert call.question == "Last"
    assert len(one_chat_server.messages(thread)) == 5 and text_of(one_chat_server.messages(thread)[2]) == megabyte()


def test_an_answer_of_a_megabyte_survives(chat_server):
    text = megabyte()
    chat_server.model.script = Says(text)
    answer = chat_server.chat("Tell me everything")
    assert answer["message"] == text
    assert chat_server.texts(answer["thread_id"])[1] == ("assistant", text)


def test_pieces_that_cut_a_character_in_two_are_put_together(one_chat_server):
    """The network may cut anywhere, also inside a character of the backend's stream."""

    class CutAnywhere:
        async def play(self, call):
            await call.begin()
            chunk = {"choices": [{"index": 0, "delta": {"content": "한글 👋 \U0001f1f0"}, "finish_reason": None}]}
            last = {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}
            stream = "".join(f"data: {json.dumps(event, ensure_ascii=False)}\r\n\r\n" for event in (chunk, last))
            for byte in (stream + "data:[DONE]\r\n\r\n").encode():
                await call.write(bytes([byte]))
            return await call.finish()

    one_chat_server.model.script = CutAnywhere()
    assert one_chat_server.chat("Hello")["message"] == "한글 👋 \U0001f1f0"
