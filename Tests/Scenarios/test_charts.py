"""Charts of the built-in analyst: when there is one, what it shows, and how each surface links it."""

import json
import re
import xml.etree.ElementTree as ElementTree

import pytest

from documents import Document
from file_uploads import content_of, upload
from v1_api import V1

SVG = "{http://www.w3.org/2000/svg}"
LINK = re.compile(r"!\[([^\]]+)\]\(([^)]+)\)")


@pytest.fixture(scope="module")
def sample(server, tmp_path_factory):
    directory = tmp_path_factory.mktemp("sample")
    done = server.run("sample-data", "--output", str(directory), "--events", "600", "--days", "7", "--format", "json")
    assert done.returncode == 0, done.stderr
    return json.loads((directory / "signage-data.json").read_text())


def picture(server, link):
    """The chart at an address, which must be sound SVG with a name for those who cannot see it."""
    response = server.request("GET", link)
    assert response.status_code == 200
    assert response.headers["content-type"] == "image/svg+xml"
    assert "sandbox" in response.headers["content-security-policy"]
    root = ElementTree.fromstring(response.content)
    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == "title description"
    return root


@pytest.mark.parametrize(
    "question, shape", [("일별 조회수 추이는?", "polyline"), ("How do views change by date?", "polyline"), ("요일별 클릭률을 비교해줘", "rect")]
)
def test_a_trend_or_a_comparison_is_drawn(server, sample, question, shape):
    answer = server.chat(question, system_data=sample)["message"]
    [(title, link)] = LINK.findall(answer)
    assert re.fullmatch(r"/api/v1/files/file-\w+/content", link)
    root = picture(server, link)
    assert root.find(f"{SVG}title").text == title
    assert root.findall(f".//{SVG}{shape}")


def test_the_chart_shows_the_figures_of_the_answer(server, sample):
    answer = server.chat("일별 조회수 추이는?", system_data=sample)["message"]
    root = picture(server, LINK.findall(answer)[0][1])
    rows = dict(re.findall(r"\| (2026-\d\d-\d\d) \| ([\d,]+) \|", answer))
    assert len(rows) == 7
    told = root.find(f"{SVG}desc").text
    assert told == ", ".join(f"{day} {views}" for day, views in rows.items())


def test_other_questions_have_no_chart(server, sample):
    thread = server.chat("안녕하세요", system_data=sample)["thread_id"]
    for question in ("총 조회수는?", "클릭률이 가장 높은 광고는?"):
        assert not LINK.findall(server.chat(question, thread)["message"])


def test_the_link_has_the_prefix_of_a_proxy_that_is_trusted(server, sample):
    body = {"message": "일별 조회수 추이는?", "system_data": sample}
    for prefix, shown in [("/openai-api", "/openai-api"), ("/a/", "/a"), ("//evil.example", ""), ("/a b", "")]:
        answer = server.request("POST", "/api/v1/chat", json=body, headers={"x-forwarded-prefix": prefix}).json()
        assert LINK.findall(answer["message"])[0][1].startswith(shown + "/api/v1/files/")
        # Stored messages too, whoever asked for them.
        path = f"/api/v1/threads/{answer['thread_id']}/messages"
        page = server.request("GET", path, headers={"x-forwarded-prefix": prefix}).json()
        [text] = [part["text"] for part in page["data"][-1]["content"]]
        assert LINK.findall(text["value"]) == LINK.findall(answer["message"])
        [annotation] = text["annotations"]
        assert text["value"][annotation["start_index"] : annotation["end_index"]] == annotation["text"]


def test_a_stream_tells_the_link_as_the_message_has_it(server, sample):
    events = list(server.chat_stream("일별 조회수 추이는?", system_data=sample))
    told = "".join(event.json["delta"] for event in events if event.name == "delta")
    assert [event.json["message"] for event in events if event.name == "message"] == [told]
    assert LINK.findall(told)


def test_v1_has_the_chart_as_a_file_with_an_annotation(server, sample):
    v1 = V1(server)
    thread = server.chat("일별 조회수 추이는?", system_data=sample)["thread_id"]
    [part] = v1.messages(thread)[-1]["content"]
    [annotation] = part["text"]["annotations"]
    assert annotation["type"] == "file_path"
    assert part["text"]["value"][annotation["start_index"] : annotation["end_index"]] == annotation["text"]
    assert annotation["text"].startswith("sandbox:/mnt/data/") and annotation["text"].endswith(".svg")
    file = v1.get(f"/files/{annotation['file_path']['file_id']}")
    assert file["purpose"] == "assistants_output"
    ElementTree.fromstring(content_of(v1, file["id"]).content)


def test_what_users_uploaded_is_not_given_out_by_the_chat_api(server):
    file = upload(V1(server), b"n\n1\n", "a.csv")["id"]
    for id in (file, "file-unknown"):
        response = server.request("GET", f"/api/v1/files/{id}/content")
        assert response.status_code == 404 and response.json()["detail"]


def test_the_analyst_reads_attached_tables(server):
    v1 = V1(server)
    rows = ["viewedAt,targetedAdId,location,clicked"]
    rows += [f"2026-03-0{n % 7 + 1} 10:00:00,ad-{n % 3},{'강남' if n % 4 else '부산'},{'true' if n % 5 == 0 else 'false'}" for n in range(80)]
    document = Document("시청로그.csv", "\n".join(rows).encode())
    file = upload(v1, document.content, document.name)["id"]
    attachment = {"file_id": file, "tools": [{"type": "code_interpreter"}]}
    thread = v1.thread(messages=[{"role": "user", "content": "위치별 조회수는?", "attachments": [attachment]}])["id"]
    v1.completed(thread, v1.assistant()["id"])
    answer = v1.texts(thread)[-1][1]
    assert "| 강남 | 60 |" in answer and "| 부산 | 20 |" in answer


def test_names_of_fields_can_be_added(make_server, tmp_path):
    file = tmp_path / "names.json"
    file.write_text('{"fields": {"adID": ["소재코드"], "timestamp": ["찍힌때"]}, "tables": {"viewEvents": ["송출장부"]}}')
    data = {"송출장부": [{"소재코드": f"ad-{n % 2}", "찍힌때": f"2026-03-02 1{n % 3}:00:00"} for n in range(9)]}
    server = make_server(FIELD_NAMES_FILE=file).start()
    assert "| ad-0 | 5 |" in server.chat("광고별 조회수는?", system_data=data)["message"]


@pytest.mark.parametrize(
    "text, reason", [("{", "no JSON"), ('{"fields": {"nonsense": ["a"]}}', "nonsense"), ('{"fileds": {}}', "fileds"), ("[]", "object")]
)
def test_a_wrong_file_of_names_stops_the_start_and_is_a_finding(make_server, tmp_path, text, reason):
    file = tmp_path / "names.json"
    file.write_text(text)
    server = make_server(FIELD_NAMES_FILE=file)
    ended = server.run("serve")
    assert ended.returncode == 78
    assert "FIELD_NAMES_FILE" in ended.stderr and reason in ended.stderr
    found = server.run("doctor")
    assert found.returncode == 1 and reason in found.stdout
