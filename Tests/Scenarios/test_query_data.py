"""Exact answers from data: the tool `query_data` over a scripted model, on both surfaces, and what becomes of hostile SQL."""

import json
import time
from pathlib import Path

import pytest

from assistants_server import wait_until
from documents import Document, workbook
from file_uploads import upload
from scripted_model import Decides, FunctionCall, Generates, Says
from sdk import Hooks, client_of, names, plain
from v1_api import V1, names_of

QUERY_DATA = {
    "type": "function",
    "function": {
        "name": "query_data",
        "parameters": {"type": "object", "properties": {"sql": {"type": "string"}}, "x-run-by": "server"},
    },
}
STOCK = {"재고": [{"품목": "사과", "수량": 3}, {"품목": "배", "수량": 4}, {"품목": "사과", "수량": 5}]}
TOTAL = "SELECT 품목, sum(수량) AS 합계 FROM 재고 GROUP BY 품목 ORDER BY 합계 DESC"


def queries(*statements):
    """Queries one statement after the other, then says what came of them, a line each."""

    def choose(call):
        outputs = [output for _, output in call.tool_outputs]
        if len(outputs) == len(statements):
            return Says("\n".join(outputs))
        return Generates(FunctionCall("query_data", json.dumps({"sql": statements[len(outputs)]}, ensure_ascii=False)))

    return Decides(choose)


def functions_of(call):
    return [function["name"] for function in call.functions]


def table(text):
    result = json.loads(text)
    return [dict(zip(result["columns"], row)) for row in result["rows"]]


# The facade


def test_a_chat_queries_the_data_that_came_beside_it(chat_server):
    chat_server.model.script = queries(TOTAL)
    answer = chat_server.chat("몇 개야?", system_data=STOCK)["message"]
    assert table(answer) == [{"품목": "사과", "합계": 8}, {"품목": "배", "합계": 4}]
    first, second = chat_server.model.calls
    assert functions_of(first) == ["query_data"] == functions_of(second)
    assert "재고" in first.instructions and "3 rows" in first.instructions
    [(_, name, arguments)] = second.tool_calls
    assert (name, json.loads(arguments)) == ("query_data", {"sql": TOTAL})


def test_a_streamed_chat_tells_the_answer_alone(chat_server):
    chat_server.model.script = queries("SELECT count(*) AS n FROM 재고")
    events = list(chat_server.chat_stream("몇 줄?", system_data=STOCK))
    told = "".join(event.json["delta"] for event in events if event.name == "delta")
    assert table(told) == [{"n": 3}]
    assert [event.json["message"] for event in events if event.name == "message"] == [told]


def test_without_data_nothing_is_offered(one_chat_server):
    one_chat_server.chat("Hello")
    one_chat_server.chat("[1, 2, 3] is a list, and {} is an object")
    assert [functions_of(call) for call in one_chat_server.model.calls] == [[], []]


def test_arrays_pasted_into_a_message_are_tables(one_chat_server):
    thread = one_chat_server.chat("Remember this: " + json.dumps(STOCK["재고"]))["thread_id"]
    one_chat_server.model.script = Decides(
        lambda call: Says("ok")
        if call.is_answered_call
        else Generates(FunctionCall("query_data", '{"sql": "SELECT sum(수량) FROM \\"Remember this\\""}'))
    )
    one_chat_server.chat("How many?", thread)
    assert json.loads(one_chat_server.model.calls[-1].tool_outputs[-1][1])["rows"] == [[12]]


def test_tables_go_with_their_thread(one_chat_server):
    folder = Path(one_chat_server.settings["DATA_DIR"]) / "tables"

    def files(thread):
        return [path.name for path in folder.glob("*") if thread in path.name]

    thread = one_chat_server.chat("?", system_data=STOCK)["thread_id"]
    assert len(files(thread)) == 1
    assert one_chat_server.request("DELETE", f"/api/v1/threads/{thread}").status_code == 200
    wait_until(lambda: not files(thread), "the tables are gone", timeout=30)


def test_nothing_is_left_of_tables_after_a_crash(make_server, model):
    server = make_server(**model.settings("chat_completions")).start()
    thread = server.chat("?", system_data=STOCK)["thread_id"]
    folder = Path(server.settings["DATA_DIR"]) / "tables"
    assert list(folder.glob("*"))
    server.kill()
    server.start()
    assert not list(folder.glob("*"))
    model.script = queries(TOTAL)
    assert table(server.chat("몇 개야?", thread)["message"])[0] == {"품목": "사과", "합계": 8}


# The Assistants API


def attached(v1, document: Document, *tools):
    """A thread whose message brings a file along."""
    file = upload(v1, document.content, document.name)["id"]
    attachment = {"file_id": file, "tools": [{"type": tool} for tool in tools or ("code_interpreter",)]}
    return v1.thread(messages=[{"role": "user", "content": "Look.", "attachments": [attachment]}])["id"]


def rows(v1, thread, sql):
    """What a query comes to in a run."""
    v1.model.script = queries(sql)
    v1.completed(thread, v1.assistant(tools=[QUERY_DATA])["id"])
    return table(v1.texts(thread)[-1][1])


def test_an_assistant_chooses_the_tool_and_the_call_is_a_function_with_its_output(v1):
    thread = attached(v1, Document("재고.csv", "품목,수량\n사과,3\n배,4\n사과,5\n".encode()))
    v1.model.script = queries(TOTAL)
    run = v1.completed(thread, v1.assistant(tools=[QUERY_DATA])["id"])
    [call_step, message_step] = v1.steps(run)
    [call] = call_step["step_details"]["tool_calls"]
    assert (call["type"], call["function"]["name"], call_step["status"]) == ("function", "query_data", "completed")
    assert table(call["function"]["output"]) == [{"품목": "사과", "합계": 8}, {"품목": "배", "합계": 4}]
    assert run["required_action"] is None and message_step["type"] == "message_creation"
    assert run["tools"][0]["function"]["parameters"]["x-run-by"] == "server"


def test_a_function_without_the_mark_is_the_callers(one_v1):
    own = {"type": "function", "function": {"name": "query_data", "parameters": {"type": "object"}}}
    thread = attached(one_v1, Document("a.csv", b"n\n1\n"))
    one_v1.model.script = queries("SELECT 1")
    run = one_v1.ended(one_v1.run(thread, one_v1.assistant(tools=[own])["id"]), "requires_action")
    one_v1.ended(one_v1.submit(run, '{"columns":["n"],"rows":[[7]]}'), "completed")


def test_the_choice_of_the_tool_is_passed_on(one_v1):
    thread = attached(one_v1, Document("a.csv", b"n\n1\n"))
    one_v1.model.script = queries("SELECT sum(n) AS n FROM a")
    choice = {"type": "function", "function": {"name": "query_data"}}
    one_v1.completed(thread, one_v1.assistant(tools=[QUERY_DATA])["id"], tool_choice=choice)
    assert one_v1.model.calls[0].body["tool_choice"]["function"]["name"] == "query_data"
    # Without data there is nothing to choose.
    one_v1.model.script = Says("none")
    one_v1.completed(one_v1.thread("Hi")["id"], one_v1.assistant(tools=[QUERY_DATA])["id"], tool_choice=choice)
    assert "tool_choice" not in one_v1.model.calls[-1].body


def test_a_stream_tells_of_the_call_as_of_a_function(v1):
    thread = attached(v1, Document("a.csv", b"n\n1\n2\n"))
    v1.model.script = queries("SELECT sum(n) AS n FROM a")
    events = list(v1.stream_run(thread, v1.assistant(tools=[QUERY_DATA])["id"]))
    assert names_of(events) == [
        *("run.created", "run.queued", "run.in_progress", "run.step.created", "run.step.in_progress"),
        *("run.step.delta", "run.step.completed", "run.step.created", "run.step.in_progress", "message.created"),
        *("message.in_progress", "message.delta", "message.completed", "run.step.completed", "run.completed", "done"),
    ]
    done = next(event.json for event in events if event.name == "thread.run.step.completed")
    assert table(done["step_details"]["tool_calls"][0]["function"]["output"]) == [{"n": 3}]


def test_the_official_client_reads_all_of_it(one_chat_server):
    client = client_of(one_chat_server)
    file = client.files.create(file=("판매.csv", "지역,금액\n서울,10.5\n부산,2\n서울,1\n".encode()), purpose="assistants")
    assistant = client.beta.assistants.create(
        model="scripted-model",
        tools=[QUERY_DATA],
        tool_resources={"code_interpreter": {"file_ids": [file.id]}},
    )
    thread = client.beta.threads.create(messages=[{"role": "user", "content": "Sum?"}])
    one_chat_server.model.script = queries("SELECT 지역, sum(금액) AS 합 FROM 판매 GROUP BY 지역 ORDER BY 합 DESC")
    hooks = Hooks()
    with client.beta.threads.runs.stream(
        thread_id=thread.id, assistant_id=assistant.id, event_handler=hooks
    ) as stream:
        stream.until_done()
    assert hooks.called[:5] == ["run_step_created", "tool_call_created", "tool_call_delta", "tool_call_done", "run_step_done"]
    assert "run.requires_action" not in names(hooks.events)
    [step, _] = plain(list(client.beta.threads.runs.steps.list(run_id=stream.get_final_run().id, thread_id=thread.id, order="asc").data))
    [call] = step["step_details"]["tool_calls"]
    assert table(call["function"]["output"]) == [{"지역": "서울", "합": 11.5}, {"지역": "부산", "합": 2}]
    run = client.beta.threads.runs.create_and_poll(thread_id=thread.id, assistant_id=assistant.id)
    assert run.status == "completed"


# Files


@pytest.mark.parametrize(
    "name, content",
    [
        ("일.csv", "지역;금액\n서울;10\n부산;2\n".encode("cp949")),
        ("일.tsv", "지역\t금액\n서울\t10\n부산\t2\n".encode("utf-16")),
        ("일.json", json.dumps([{"지역": "서울", "금액": 10}, {"지역": "부산", "금액": 2}]).encode()),
        ("일.jsonl", b'{"\xec\xa7\x80\xec\x97\xad": "\xec\x84\x9c\xec\x9a\xb8", "\xea\xb8\x88\xec\x95\xa1": 10}\n'
         + '{"지역": "부산", "금액": 2}\n'.encode()),
    ],
)
def test_files_of_text_are_tables(one_v1, name, content):
    thread = attached(one_v1, Document(name, content))
    assert rows(one_v1, thread, "SELECT 지역, 금액 * 2 AS 두배 FROM 일 ORDER BY 금액 DESC") == [
        {"지역": "서울", "두배": 20},
        {"지역": "부산", "두배": 4},
    ]


def test_a_workbook_is_a_table_for_each_sheet_with_its_types(one_v1):
    book = workbook(
        "매출.xlsx",
        {
            "판매": [
                ["2026년 판매 현황"],
                [],
                ["날짜", "매장", "금액", "코드", "행사"],
                ["date:2026-03-01", "강남점", 1200.5, "007", True],
                ["date:2026-03-02", "부산점", 800, "008", False],
                ["date:2026-03-03", "강남점", 99.5, "009", True],
            ],
            "목표": [["매장", "목표"], ["강남점", 1000], ["부산점", 900]],
        },
    )
    thread = attached(one_v1, book)
    sql = """SELECT 매장, sum(금액) AS 합, min(날짜) AS 첫날, min(코드) AS 코드, sum(행사) AS 행사, (SELECT 목표 FROM 목표 m WHERE m.매장 = s.매장) AS 목표
        FROM 판매 s GROUP BY 매장 ORDER BY 합 DESC"""
    assert rows(one_v1, thread, sql) == [
        {"매장": "강남점", "합": 1300, "첫날": "2026-03-01", "코드": "007", "행사": 2, "목표": 1000},
        {"매장": "부산점", "합": 800, "첫날": "2026-03-02", "코드": "008", "행사": 0, "목표": 900},
    ]
    assert "2026-03-01 to 2026-03-03" in one_v1.model.calls[0].instructions


@pytest.mark.parametrize("name, content", [("a.xlsx", b"PK\x03\x04 no archive"), ("b.json", b"{broken"), ("c.csv", b"")])
def test_what_cannot_be_read_is_told_to_the_model(one_v1, name, content):
    file = upload(one_v1, content or b"\n", name)["id"]
    good = upload(one_v1, b"n\n1\n", "good.csv")["id"]
    thread = one_v1.thread("Look.", tool_resources={"code_interpreter": {"file_ids": [file, good]}})["id"]
    assert rows(one_v1, thread, "SELECT n FROM good") == [{"n": 1}]
    assert f"Not in the tables: {name}" in one_v1.model.calls[0].instructions


def test_the_prompt_stays_small_whatever_the_data(one_v1):
    lines = ["t,device,ad,seconds,note"]
    lines += [f"2026-03-{n % 28 + 1:02}T10:{n % 60:02}:00,device-{n % 97},ad-{n % 13},{n % 31}.5,note {n}" for n in range(60_000)]
    thread = attached(one_v1, Document("views.csv", "\n".join(lines).encode()))
    [counted] = rows(one_v1, thread, "SELECT count(*) AS n, count(DISTINCT device) AS d FROM views")
    assert counted == {"n": 60_000, "d": 97}
    # Some three bytes a token.
    assert len(one_v1.model.calls[0].everything.encode()) < 12_000


# Hostile SQL


BOMB = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"


@pytest.mark.parametrize(
    "sql",
    [
        "ATTACH '/etc/passwd' AS p",
        "PRAGMA database_list",
        "SELECT * FROM pragma_database_list",
        "SELECT load_extension('/tmp/x.so')",
        "SELECT readfile('/etc/passwd')",
        "SELECT * FROM sqlite_master",
        "INSERT INTO 재고 VALUES ('x', 1)",
        "DELETE FROM 재고",
        "DROP TABLE 재고",
        "CREATE TABLE x (a)",
        "VACUUM INTO '/tmp/stolen.db'",
        "SELECT 1; DROP TABLE 재고",
        "SELECT * FROM data_tables_catalogue",
        "EXPLAIN SELECT 1",
        "SELECT hex(zeroblob(2000000000))",
        "SELECT printf('%.*c', 2000000000, 'x')",
        "SELECT trim(hex(hex(hex('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'))), hex(hex('bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb')))",
    ],
)
def test_what_is_no_question_is_refused_in_words(one_chat_server, sql):
    one_chat_server.model.script = queries(sql, "SELECT count(*) AS n FROM 재고")
    refusal, intact = one_chat_server.chat("?", system_data=STOCK)["message"].split("\n")
    assert set(json.loads(refusal)) == {"error"} and len(json.loads(refusal)["error"]) > 10
    assert table(intact) == [{"n": 3}]


def test_a_query_without_end_is_stopped_and_said(one_chat_server):
    one_chat_server.model.script = queries(BOMB, "SELECT 1 AS one")
    start = time.monotonic()
    stopped, after = one_chat_server.chat("?", system_data=STOCK)["message"].split("\n")
    assert "took longer than 5 s" in json.loads(stopped)["error"]
    assert table(after) == [{"one": 1}]
    assert time.monotonic() - start < 60


def test_a_huge_result_is_cut_and_says_so(one_chat_server):
    data = {"numbers": [{"n": n} for n in range(500)]}
    long = "SELECT n, replace('0123456789', '5', hex('" + 200 * "padding " + "')) AS padded FROM numbers LIMIT 100"
    one_chat_server.model.script = queries("SELECT n FROM numbers ORDER BY n", long)
    many, large = one_chat_server.chat("?", system_data=data)["message"].split("\n")
    assert json.loads(many)["rows"] == [[n] for n in range(200)]
    assert "more than 200 rows" in json.loads(many)["truncated"]
    assert "larger than" in json.loads(large)["truncated"] and len(large) < 40_000


def test_a_cancelled_run_ends_its_query(one_v1):
    thread = attached(one_v1, Document("a.csv", b"n\n1\n"))
    one_v1.model.script = queries(BOMB)
    run = one_v1.run(thread, one_v1.assistant(tools=[QUERY_DATA])["id"])
    wait_until(lambda: one_v1.model.calls, "the model is asked", timeout=30)
    one_v1.cancel(run)
    assert one_v1.settled(run, "cancelled", timeout=30)["status"] == "cancelled"
