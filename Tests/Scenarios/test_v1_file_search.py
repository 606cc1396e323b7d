"""file_search in a run: the model searches, the server finds, answers cite, and every citation resolves."""

import json
import re

import pytest

from assistants_server import text_of, wait_until
from documents import Document, pdf, text
from scripted_model import Decides, Embeds, FunctionCall, Gate, Generates, Says, Text
from sdk import Hooks, client_of, names, plain
from v1_api import V1, WEATHER, names_of, path_of, refused
from vector_stores import Stores

FOODS = text(
    "favorite_foods.txt",
    "This file describes the favorite foods of several people.\n\nSummanus Ferdinand: tacos\nTekakwitha Effie: pizza\n"
    "Filip Carola: cake",
)
LEAVE = text("인사 규정.txt", "연차 휴가는 일 년에 15일입니다. 병가는 30일까지 쓸 수 있습니다.")
CONTENT = {"include[]": "step_details.tool_calls[*].file_search.results[*].content"}
TOOL = {"type": "file_search"}
CREATED = ["run.created", "run.queued", "run.in_progress"]
SEARCHED = ["run.step.created", "run.step.in_progress", "run.step.delta", "run.step.completed"]
ANSWERED = [
    *("run.step.created", "run.step.in_progress", "message.created", "message.in_progress", "message.delta"),
    *("message.completed", "run.step.completed", "run.completed"),
]


def search(*queries, name="file_search", id=None):
    return FunctionCall(name, json.dumps({"queries": list(queries)}, ensure_ascii=False), id=id)


def markers(call):
    """The markers that the model was shown, in order, each once."""
    shown = [marker for _, output in call.tool_outputs for marker in re.findall(r"【\d+:\d+†[^】]*】", output)]
    return list(dict.fromkeys(shown))


def searches_then_says(*queries, answer, pieces=3):
    """Searches, then says what `answer` makes of the markers of the results."""

    def choose(call):
        if call.is_answered_call:
            return Generates(Text(answer(*markers(call)), pieces))
        return Generates(search(*queries))

    return Decides(choose)


def annotations_of(message):
    """The annotations of a message, each compared with its text."""
    [part] = message["content"]
    value, annotations = part["text"]["value"], part["text"]["annotations"]
    for annotation in annotations:
        assert list(annotation) == ["type", "text", "start_index", "end_index", "file_citation"]
        assert value[annotation["start_index"] : annotation["end_index"]] == annotation["text"]
        assert list(annotation["file_citation"]) == ["file_id"]
    assert len(re.findall("【", value)) == len(annotations), f"a marker without citation in {value!r}"
    return annotations


class Library:
    """Files in stores, assistants that search them, and a model."""

    def __init__(self, v1):
        self.v1 = v1
        self.model = v1.model
        self.stores = Stores(v1)

    def file(self, document):
        return self.stores.upload(document)

    def store(self, *files):
        return self.stores.settled(self.v1.post("/vector_stores", file_ids=list(files))["id"])["id"]

    def assistant(self, *stores, tools=(TOOL,), **body):
        resources = {"file_search": {"vector_store_ids": list(stores)}} if stores else {}
        return self.v1.assistant(tools=list(tools), tool_resources=resources, **body)["id"]

    def answer(self, run):
        [message] = self.v1.get(f"/threads/{run['thread_id']}/messages", run_id=run["id"])["data"]
        return message

    def found(self, run):
        """The results of each search of a run, with their texts."""
        steps = self.v1.get(f"{path_of(run)}/steps", order="asc", **CONTENT)["data"]
        calls = [call for step in steps for call in step["step_details"].get("tool_calls", [])]
        return [call["file_search"]["results"] for call in calls if call["type"] == "file_search"]


@pytest.fixture
def library(v1):
    return Library(v1)


@pytest.fixture
def one_library(one_v1):
    return Library(one_v1)


@pytest.fixture
def foods(one_library):
    """A library with one file in the store of an assistant; `file` and `searcher` are their ids."""
    one_library.foods = one_library.file(FOODS)
    one_library.searcher = one_library.assistant(one_library.store(one_library.foods))
    return one_library


# An answer with a citation


def test_a_search_and_a_cited_answer(library):
    v1 = library.v1
    file = library.file(FOODS)
    assistant = library.assistant(library.store(file))
    thread = v1.thread("What is Filip's favorite food?")["id"]
    library.model.script = searches_then_says("Filip favorite food", answer=lambda marker: f"It is cake{marker}. 🍰")

    stream = v1.stream_run(thread, assistant).rest()

    assert names_of(stream) == CREATED + SEARCHED + ANSWERED + ["done"]
    step_created, step_delta, step = stream[3].json, stream[5].json, stream[6].json
    assert step_created["step_details"] == {"type": "tool_calls", "tool_calls": []}
    [call] = step_delta["delta"]["step_details"]["tool_calls"]
    ranking = {"ranker": "default_2024_08_21", "score_threshold": 0.0}
    shape = {"type": "file_search", "file_search": {"ranking_options": ranking, "results": []}}
    assert call == {"index": 0, "id": call["id"]} | shape and call["id"].startswith("call_")
    [done] = step["step_details"]["tool_calls"]
    [result] = done["file_search"]["results"]
    assert (result["file_id"], result["file_name"], result["attributes"]) == (file, "favorite_foods.txt", {})
    assert 0 < result["score"] <= 1 and "content" not in result
    assert step["usage"]["total_tokens"] == 30

    asked, answered = library.model.calls
    [offered] = asked.functions
    assert offered["name"] == "file_search" and "【4:0†" in offered["description"]
    assert offered["parameters"]["properties"]["queries"]["type"] == "array"
    assert markers(answered) == ["【4:0†favorite_foods.txt】"] and "Filip Carola: cake" in answered.tool_outputs[0][1]

    [delta] = [event.json for event in stream if "file_citation" in event.data and event.name.endswith("delta")]
    [part] = delta["delta"]["content"]
    assert part["text"]["value"] == "【4:0†favorite_foods.txt】"
    [annotation] = part["text"]["annotations"]
    assert annotation == {
        **{
            "index": 0,
            "type": "file_citation",
            "text": "【4:0†favorite_foods.txt】",
            "start_index": 10,
            "end_index": 34,
        },
        "file_citation": {"file_id": file, "quote": ""},
    }
    [message] = v1.get(f"/threads/{thread}/messages", limit=1)["data"]
    assert text_of(message) == "It is cake【4:0†favorite_foods.txt】. 🍰"
    assert [annotation["file_citation"]["file_id"] for annotation in annotations_of(message)] == [file]
    run = stream[-2].json
    assert (run["usage"]["prompt_tokens"], run["usage"]["completion_tokens"]) == (42, 18)
    assert run["tools"] == [{"type": "file_search", "file_search": {"ranking_options": ranking}}]


def test_the_sdk_follows_a_search(library):
    file = library.file(FOODS)
    assistant = library.assistant(library.store(file))
    library.model.script = searches_then_says("Filip", answer=lambda marker: f"Cake{marker}, surely.", pieces=40)
    with client_of(library.v1.server) as client:
        thread = client.beta.threads.create(messages=[{"role": "user", "content": "Filip?"}]).id
        hooks = Hooks()
        with client.beta.threads.runs.stream(
            thread_id=thread, assistant_id=assistant, include=[CONTENT["include[]"]], event_handler=hooks
        ) as stream:
            stream.until_done()
            [message] = stream.get_final_messages()
            steps = stream.get_final_run_steps()
        assert names(hooks.events) == [name for name in CREATED + SEARCHED + ANSWERED]
        # The SDK goes on to tell of the last call at the end of each step.
        assert [call for call in hooks.called if "tool_call" in call][:2] == ["tool_call_created", "tool_call_done"]
        [content] = message.content
        [annotation] = content.text.annotations
        assert content.text.value == "Cake【4:0†favorite_foods.txt】, surely."
        assert (annotation.file_citation.file_id, annotation.start_index, annotation.end_index) == (file, 4, 28)
        assert [step.step_details.type for step in steps] == ["tool_calls", "message_creation"]
        again = client.beta.threads.messages.list(thread).data[0]
        assert plain(again.content) == plain(message.content)
        polled = client.beta.threads.runs.create_and_poll(thread_id=thread, assistant_id=assistant)
        assert polled.status == "completed"
        [found, _] = client.beta.threads.runs.steps.list(
            polled.id, thread_id=thread, order="asc", include=[CONTENT["include[]"]]
        ).data
        [call] = found.step_details.tool_calls
        assert call.file_search.results[0].content[0].text.endswith("Filip Carola: cake")


def test_what_was_found_is_told_on_demand(foods):
    foods.model.script = searches_then_says("Filip", answer=lambda marker: f"Cake{marker}")
    thread = foods.v1.thread("Filip?")["id"]
    run = foods.v1.completed(thread, foods.searcher)
    step = foods.v1.steps(run)[0]
    place = f"{path_of(run)}/steps/{step['id']}"
    assert foods.v1.get(place) == step
    detailed = foods.v1.get(place, **CONTENT)
    [[result]] = foods.found(run)
    assert result["content"] == [{"type": "text", "text": FOODS.content.decode()}]
    assert [result] == detailed["step_details"]["tool_calls"][0]["file_search"]["results"]
    response = foods.v1.request(
        "POST",
        f"/threads/{thread}/runs",
        params=CONTENT,
        json={"assistant_id": foods.searcher, "stream": True},
        stream=True,
    )
    assert '"text":"This file describes' in response.text
    events = f"{path_of(run)}/events"
    assert "This file describes" not in foods.v1.request("GET", events).text
    assert "This file describes" in foods.v1.request("GET", events, params=CONTENT).text


def test_pages_and_quotes_of_long_results(one_library):
    pages = [f"Page {number} speaks of nothing in particular." for number in range(1, 31)]
    pages[6] = "The zebra budget is 4711 euros."
    document = pdf("report.pdf", *pages)
    assistant = one_library.assistant(one_library.store(one_library.file(document)))
    one_library.model.script = searches_then_says("zebra budget euros", answer=lambda *shown: f"4711{shown[0]}")
    run = one_library.v1.completed(one_library.v1.thread("Zebras?")["id"], assistant)
    [[result, *_]] = one_library.found(run)
    assert "zebra budget is 4711" in result["quote"] and len(result["quote"]) <= 300
    assert (result["quote_page"], result["page"], result["last_page"]) == (7, 1, 30)
    assert "】 pages 1–30" in one_library.model.calls[1].tool_outputs[0][1]


# Several searches, several tools


def test_several_searches_in_one_run(library):
    v1 = library.v1
    foods, leave = library.file(FOODS), library.file(LEAVE)
    assistant = library.assistant(library.store(foods, leave))

    def choose(call):
        if len(call.tool_outputs) == 0:
            return Generates(search("연차 휴가"), search("pizza"))
        if len(call.tool_outputs) == 2:
            return Generates(Text("One more look."), search("Filip"))
        first, *_, last = markers(call)
        return Says(f"15일{first} Kuchen{last}{last}")

    library.model.script = Decides(choose)
    stream = v1.stream_run(v1.thread("?")["id"], assistant).rest()
    assert names_of(stream) == CREATED + SEARCHED + [
        *("run.step.created", "run.step.in_progress", "message.created", "message.in_progress", "message.delta"),
        *("message.completed", "run.step.completed", *SEARCHED, *ANSWERED, "done"),
    ]
    run = stream[-2].json
    steps = v1.steps(run)
    assert [step["type"] for step in steps] == ["tool_calls", "message_creation", "tool_calls", "message_creation"]
    assert len(steps[0]["step_details"]["tool_calls"]) == 2
    assert sum(step["usage"]["total_tokens"] for step in steps) == run["usage"]["total_tokens"] == 90
    numbers = [re.match(r"【(\d+):", marker).group(1) for marker in markers(library.model.calls[2])]
    assert sorted(set(numbers)) == ["4", "5", "6"]
    [message] = v1.get(f"/threads/{run['thread_id']}/messages", limit=1)["data"]
    cited = [annotation["file_citation"]["file_id"] for annotation in annotations_of(message)]
    assert cited == [leave, foods, foods]
    assert [call for call, _, _ in library.model.calls[2].tool_calls] == [
        call for call, _ in library.model.calls[2].tool_outputs
    ]


def test_a_search_beside_a_function(library):
    v1 = library.v1
    file = library.file(FOODS)
    assistant = library.assistant(library.store(file), tools=[WEATHER, TOOL])
    library.model.script = Decides(
        lambda call: (
            Says(f"Sun and cake{markers(call)[0]}.")
            if call.is_answered_call
            else Generates(FunctionCall(), search("Filip"), FunctionCall(arguments='{"city":"Busan"}'))
        )
    )
    stream = v1.stream_run(v1.thread("?")["id"], assistant).rest()
    assert names_of(stream)[-2:] == ["run.requires_action", "done"]
    run = v1.get_run(stream[-2].json)
    asked = run["required_action"]["submit_tool_outputs"]["tool_calls"]
    assert [call["type"] for call in asked] == ["function", "function"]
    [waiting] = v1.steps(run)
    assert waiting["status"] == "in_progress"
    assert [call["type"] for call in waiting["step_details"]["tool_calls"]] == ["function", "file_search", "function"]

    rest = v1.stream_submit(run, "sunny", "rainy").rest()

    assert names_of(rest)[0] == "run.step.completed" and names_of(rest)[-2:] == ["run.completed", "done"]
    calls = rest[0].json["step_details"]["tool_calls"]
    assert [call.get("function", {}).get("output") for call in calls] == ["sunny", None, "rainy"]
    assert calls[1]["file_search"]["results"][0]["file_id"] == file
    outputs = [output for _, output in library.model.calls[-1].tool_outputs]
    assert (outputs[0], outputs[2]) == ("sunny", "rainy") and "cake" in outputs[1]
    [annotation] = annotations_of(library.answer(run))
    assert annotation["file_citation"]["file_id"] == file


def test_a_model_that_never_stops_searching_is_stopped(foods):
    foods.model.script = Generates(search("Filip"))
    run = foods.v1.ended(foods.v1.run(foods.v1.thread("?")["id"], foods.searcher), "failed")
    assert run["last_error"]["code"] == "server_error"
    assert len(foods.model.calls) == 51
    assert foods.v1.steps(run)[-1]["status"] == "failed"


def test_without_a_store_no_search_is_offered(one_library):
    v1 = one_library.v1
    assistant = one_library.assistant()
    one_library.model.script = Says("No idea【4:0†x.txt】")
    run = v1.completed(v1.thread("?")["id"], assistant, tool_choice={"type": "file_search"})
    assert one_library.model.calls[0].functions == [] and one_library.model.calls[0].tool_choice is None
    assert text_of(one_library.answer(run)) == "No idea【4:0†x.txt】"


@pytest.mark.parametrize("choice", [{"type": "file_search"}, "required", "none"], ids=str)
def test_the_choice_of_the_tool(foods, choice):
    foods.model.script = (
        Says("No.") if choice == "none" else searches_then_says("Filip", answer=lambda marker: f"Cake{marker}")
    )
    run = foods.v1.completed(foods.v1.thread("?")["id"], foods.searcher, tool_choice=choice)
    assert run["tool_choice"] == choice
    told = "file_search" if isinstance(choice, dict) else choice
    assert [call.tool_choice for call in foods.model.calls] == ([told] if choice == "none" else [told, None])


def test_a_function_of_the_callers_with_the_same_name(foods):
    own = {"type": "function", "function": {"name": "file_search", "parameters": {"type": "object"}}}
    assistant = foods.assistant(foods.store(foods.foods), tools=[own, TOOL])

    def choose(call):
        name = next(function["name"] for function in call.functions if "description" in function)
        if call.is_answered_call:
            return Says(f"Cake{markers(call)[0]}")
        return Generates(search("Filip", name=name), FunctionCall("file_search", "{}"))

    foods.model.script = Decides(choose)
    run = foods.v1.ended(foods.v1.run(foods.v1.thread("?")["id"], assistant), "requires_action")
    run = foods.v1.ended(foods.v1.submit(run, "mine"), "completed")
    assert [name for _, name, _ in foods.model.calls[1].tool_calls] == ["file_search_", "file_search"]
    assert len(annotations_of(foods.answer(run))) == 1


# Stores


def test_the_stores_of_assistant_and_thread_are_searched_together(one_library):
    v1 = one_library.v1
    foods, leave = one_library.file(FOODS), one_library.file(LEAVE)
    assistant = one_library.assistant(one_library.store(foods))
    own = {"file_search": {"vector_store_ids": [one_library.store(leave, foods)]}}
    thread = v1.thread("?", tool_resources=own)["id"]
    one_library.model.script = searches_then_says("Filip cake", "연차 휴가", answer=lambda *m: "".join(m))
    run = v1.completed(thread, assistant)
    [results] = one_library.found(run)
    # What is in both stores is listed twice, and shown once.
    assert sorted(result["file_id"] for result in results) == sorted([foods, foods, leave])
    cited = [annotation["file_citation"]["file_id"] for annotation in annotations_of(one_library.answer(run))]
    assert sorted(cited) == sorted([foods, leave])


def test_results_keep_to_the_tools_limits(one_library):
    v1 = one_library.v1
    files = [one_library.file(text(f"{number}.txt", f"The zebra number {number} eats grass.")) for number in range(6)]
    store = one_library.store(*files)
    tool = {"type": "file_search", "file_search": {"max_num_results": 2}}
    one_library.model.script = searches_then_says("zebra grass", answer=lambda *m: "".join(m))
    run = v1.completed(v1.thread("?")["id"], one_library.assistant(store, tools=[tool]))
    [results] = one_library.found(run)
    assert len(results) == 2 and results[0]["score"] >= results[1]["score"]
    strict = {"ranking_options": {"score_threshold": 1.0}}
    tool = {"type": "file_search", "file_search": strict}
    run = v1.completed(v1.thread("?")["id"], one_library.assistant(store, tools=[tool]))
    [results] = one_library.found(run)
    assert all(result["score"] == 1.0 for result in results)


def test_the_weights_of_the_tool_count(slow_search):
    library, v1 = slow_search, slow_search.v1
    store = library.store(library.file(text("a.txt", "photosynthesis in leaves")))
    # Half a word: its vector is near, but it is no word of the index.
    library.model.script = searches_then_says("photosynthe", answer=lambda *shown: "Found" if shown else "Not found")
    for embedding, words, found in ((1, 0, 1), (0, 1, 0)):
        options = {"score_threshold": 0, "hybrid_search": {"embedding_weight": embedding, "text_weight": words}}
        tool = {"type": "file_search", "file_search": {"ranking_options": options}}
        assistant = v1.get(f"/assistants/{library.assistant(store, tools=[tool])}")
        assert assistant["tools"][0]["file_search"]["ranking_options"]["hybrid_search"] == options["hybrid_search"]
        run = v1.completed(v1.thread("?")["id"], assistant["id"])
        assert len(library.found(run)[0]) == found
        [call] = v1.steps(run)[0]["step_details"]["tool_calls"]
        assert "hybrid_search" not in call["file_search"]["ranking_options"]


def test_wrong_weights_of_the_tool_are_refused(one_v1):
    for weights, param in (({"embedding_weight": 1}, ".text_weight"), ({"embedding_weight": 0, "text_weight": 0}, "")):
        options = {"score_threshold": 0, "hybrid_search": weights}
        tool = {"type": "file_search", "file_search": {"ranking_options": options}}
        answer = one_v1.try_post("/assistants", model="m", tools=[tool])
        refused(answer, param=f"tools[0].file_search.ranking_options.hybrid_search{param}")
    options["hybrid_search"] = None
    assert one_v1.assistant(tools=[tool])["tools"][0]["file_search"]["ranking_options"] == {
        "ranker": "default_2024_08_21",
        "score_threshold": 0.0,
    }


def test_nothing_is_found(foods):
    foods.model.script = Decides(
        lambda call: Says("Not there.") if call.is_answered_call else Generates(search("xylophone"))
    )
    run = foods.v1.completed(foods.v1.thread("?")["id"], foods.searcher)
    assert foods.found(run) == [[]]
    assert foods.model.calls[1].tool_outputs[0][1].startswith("Nothing was found")


@pytest.mark.parametrize(
    "arguments", ["{}", "", '{"queries": []}', "{broken", '{"queries": "Filip"}', '{"query": "Filip"}']
)
def test_calls_of_small_models(foods, arguments):
    foods.model.script = Decides(
        lambda call: Says("Fine.") if call.is_answered_call else Generates(FunctionCall("file_search", arguments))
    )
    run = foods.v1.completed(foods.v1.thread("?")["id"], foods.searcher)
    [results] = foods.found(run)
    assert bool(results) == ("Filip" in arguments)


def test_a_store_that_is_gone(foods):
    store = foods.store(foods.foods)
    assistant = foods.assistant(store)
    foods.v1.delete(f"/vector_stores/{store}")
    foods.model.script = Decides(lambda call: Says("Nothing.") if call.is_answered_call else Generates(search("Filip")))
    foods.v1.completed(foods.v1.thread("?")["id"], assistant)


def test_a_run_waits_for_its_threads_store(one_library):
    v1 = one_library.v1
    assistant = one_library.assistant()
    one_library.model.script = searches_then_says("zebra", answer=lambda *m: "".join(m))
    big = "\n\n".join(f"Paragraph {number} about nothing." for number in range(20_000)) + "\n\nThe zebra."
    thread = v1.thread()["id"]
    attachments = [{"file_id": one_library.file(text("big.txt", big)), "tools": [TOOL]}]
    v1.message(thread, "Zebra?", attachments=attachments)
    run = v1.ended(v1.run(thread, assistant), "completed")
    assert "The zebra." in one_library.found(run)[0][0]["content"][0]["text"]


# Markers


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("A{0}B", "A{0}B"),
        ("A{0}{0}B", "A{0}{0}B"),
        ("A 【4 : 0 † favorite_foods.txt 】 B", "A {0} B"),
        ("A[4:0†favorite_foods.txt]B", "A{0}B"),
        ("A [4:0] B", "A {0} B"),
        ("A【4:0】B", "A{0}B"),
        ("A【4:0†source】B", "A{0}B"),
        ("A【0†favorite_foods.txt】B", "A{0}B"),
        ("A【4:0|Favorite Foods.txt】B", "A{0}B"),
        ("A【4:0†renamed.doc】B", "A{0}B"),
        ("A【9:9†favorite_foods.txt】B", "A{0}B"),
        ("A【4:0†favorite_foods.txt", "A{0}"),
        ("A【9:9†nothing.txt】B", "AB"),
        ("A【4:8】B", "AB"),
        ("A【공지】 [1] (2024) x[4:0] B", "A【공지】 [1] (2024) x[4:0] B"),
        ("한글 🍰🍰{0} 끝 👩‍👩‍👧{0}", "한글 🍰🍰{0} 끝 👩‍👩‍👧{0}"),
    ],
)
@pytest.mark.parametrize("pieces", [1, 1000], ids=["whole", "single"])
def test_markers_of_all_kinds(foods, said, kept, pieces):
    marker = "【4:0†favorite_foods.txt】"
    foods.model.script = searches_then_says("Filip", answer=lambda _: said.replace("{0}", marker), pieces=pieces)
    stream = foods.v1.stream_run(foods.v1.thread("?")["id"], foods.searcher).rest()
    message = foods.answer(stream[-2].json)
    assert text_of(message) == kept.replace("{0}", marker)
    found = message["content"][0]["text"]["annotations"]
    assert [annotation["text"] for annotation in found] == [marker] * kept.count("{0}")
    for annotation in found:
        assert text_of(message)[annotation["start_index"] : annotation["end_index"]] == marker


def test_earlier_answers_may_be_cited_again(foods):
    v1 = foods.v1
    thread = v1.thread("Filip?")["id"]
    foods.model.script = searches_then_says("Filip", answer=lambda marker: f"Cake{marker}")
    v1.completed(thread, foods.searcher)
    v1.message(thread, "Sure?")
    foods.model.script = Says("Yes【4:0†favorite_foods.txt】, and【7:7†favorite_foods.txt】, not【7:7†x.txt】.")
    run = v1.completed(thread, foods.searcher)
    message = foods.answer(run)
    assert text_of(message) == "Yes【4:0†favorite_foods.txt】, and【4:0†favorite_foods.txt】, not."
    assert len(annotations_of(message)) == 2
    assert foods.model.calls[-1].turns[1].text == "Cake【4:0†favorite_foods.txt】"
    v1.message(thread, "Look again")
    foods.model.script = searches_then_says("Filip", answer=lambda *m: f"Cake{m[-1]}")
    run = v1.completed(thread, foods.searcher)
    assert text_of(foods.answer(run)) == "Cake【5:0†favorite_foods.txt】"


def test_forks_keep_citations(foods):
    v1 = foods.v1
    thread = v1.thread("Filip?")["id"]
    foods.model.script = searches_then_says("Filip", answer=lambda marker: f"Cake{marker}")
    v1.completed(thread, foods.searcher)
    fork = v1.post(f"/threads/{thread}/fork")["id"]
    assert [message["content"] for message in v1.messages(fork)] == [m["content"] for m in v1.messages(thread)]
    v1.message(fork, "Sure?")
    foods.model.script = Says("Yes【4:0】")
    run = v1.completed(fork, foods.searcher)
    assert len(annotations_of(foods.answer(run))) == 1


def test_the_events_can_be_read_again(foods):
    thread = foods.v1.thread("Filip?")["id"]
    foods.model.script = searches_then_says("Filip", answer=lambda marker: f"Cake{marker} or {marker}.", pieces=9)
    told = foods.v1.stream_run(thread, foods.searcher).rest()
    run = told[-2].json
    again = foods.v1.request("GET", f"{path_of(run)}/events")
    blocks = [block.split("\n") for block in again.text.split("\n\n") if block]
    assert [block[0].removeprefix("event: ") for block in blocks] == [event.name for event in told]
    assert [block[-1].removeprefix("data: ") for block in blocks] == [event.data for event in told]


def test_messages_being_written_have_their_citations(foods):
    gate, v1 = Gate(), foods.v1

    def choose(call):
        if not call.is_answered_call:
            return Generates(search("Filip"))
        return Generates(Text(f"Cake{markers(call)[0]}", 1), Text(" is it.", 1), middle=gate)

    foods.model.script = Decides(choose)
    run = v1.run(v1.thread("?")["id"], foods.searcher)
    gate.wait_until_reached()
    [message] = wait_until(
        lambda: v1.get(f"/threads/{run['thread_id']}/messages", run_id=run["id"])["data"], "a message"
    )
    assert message["status"] == "in_progress" and len(annotations_of(message)) == 1
    assert [step["status"] for step in v1.steps(run)] == ["completed", "in_progress"]
    gate.open()
    v1.ended(run, "completed")


# Limits of the prompt


def test_results_have_a_budget_of_tokens(start_server, model):
    v1 = V1(start_server(**model.settings(CONTEXT_TOKENS=4000)))
    v1.server.model = model
    library = Library(V1(v1.server))
    words = " ".join(f"zebra{number} eats" for number in range(20_000))
    assistant = library.assistant(library.store(library.file(text("long.txt", words))))
    model.script = Decides(
        lambda call: (
            Says(f"It eats{markers(call)[0]}") if len(call.tool_outputs) == 4 else Generates(search("zebra eats"))
        )
    )
    run = library.v1.completed(library.v1.thread("?")["id"], assistant)
    sizes = [sum(len(result["content"][0]["text"]) for result in results) for results in library.found(run)]
    # A quarter of the context for a search, half of it for all; what comes after that is short. (A token has some
    # four characters here.)
    assert 2000 < sizes[0] < 1000 * 5 and sizes[1] < 1000 * 5
    assert 0 < sizes[2] < 400 * 5 and 0 < sizes[3] < 400 * 5


# Endings


@pytest.fixture
def slow_search(make_server, model, server):
    """A library whose searches wait at a gate, as their queries are embedded there."""
    started = make_server(**model.settings(EMBEDDING_MODEL="scripted-embeddings")).start()
    started.model = model
    library = Library(V1(started))
    library.foods = library.file(FOODS)
    library.searcher = library.assistant(library.store(library.foods))
    library.gate = Gate()
    return library


def test_cancelling_a_search(slow_search):
    library, v1 = slow_search, slow_search.v1
    library.model.embeds.gate = library.gate
    library.model.script = Generates(Text("Let me look."), search("Filip"))
    thread = v1.thread("?")["id"]
    run = v1.run(thread, library.searcher)
    library.gate.wait_until_reached()
    steps = v1.steps(run)
    assert [(step["type"], step["status"]) for step in steps] == [
        ("message_creation", "completed"),
        ("tool_calls", "in_progress"),
    ]
    assert steps[1]["step_details"]["tool_calls"][0]["file_search"]["results"] == []
    v1.cancel(run)
    run = v1.ended(run, "cancelled")
    assert v1.steps(run)[1]["status"] == "cancelled"
    assert v1.texts(thread) == [("user", "?"), ("assistant", "Let me look.")]
    library.gate.open()


@pytest.mark.parametrize("moment", ["in the search", "before the answer", "in the answer"])
def test_kill_9(slow_search, moment):
    library, v1 = slow_search, slow_search.v1
    thread = v1.thread("Filip?")["id"]
    marker = "【4:0†favorite_foods.txt】"

    def answer(call, gated):
        waits = {"before the answer": {"before": library.gate}, "in the answer": {"middle": library.gate}}
        return Generates(Text(f"Cake{markers(call)[0]} it is", 2), **(waits.get(moment, {}) if gated else {}))

    def script(gated):
        return Decides(lambda call: answer(call, gated) if call.is_answered_call else Generates(search("Filip")))

    if moment == "in the search":
        library.model.embeds.gate = library.gate
    library.model.script = script(True)
    run = v1.run(thread, library.searcher)
    library.gate.wait_until_reached()
    v1.server.kill()
    library.gate.open()
    library.model.reset(script(False))
    v1.server.restart()
    run = v1.ended(run, "completed")

    assert v1.texts(thread) == [("user", "Filip?"), ("assistant", f"Cake{marker} it is")]
    assert [annotation["start_index"] for annotation in annotations_of(library.answer(run))] == [4]
    assert [step["type"] for step in v1.steps(run)] == ["tool_calls", "message_creation"]
    assert all(step["status"] == "completed" for step in v1.steps(run))
    # What was searched is not searched again.
    assert len(library.model.calls) == (2 if moment == "in the search" else 1)
    events = v1.request("GET", f"{path_of(run)}/events").text
    assert events.count("event: thread.run.step.completed\n") == 2
    assert events.count("event: thread.message.completed\n") == 1


def test_an_embedding_model_that_is_down_leaves_the_words(slow_search):
    library = slow_search
    library.model.embeds = Embeds(failures=1000)
    library.model.script = searches_then_says("Filip cake", answer=lambda marker: f"Cake{marker}")
    run = library.v1.completed(library.v1.thread("?")["id"], library.searcher)
    assert len(annotations_of(library.answer(run))) == 1


# Embeddings


def test_a_text_is_embedded_once(slow_search):
    library = slow_search
    before = [words for batch in library.model.embedded for words in batch]
    assert FOODS.content.decode() in before
    library.store(library.file(Document("copy.txt", FOODS.content)))
    assert [words for batch in library.model.embedded for words in batch] == before


def test_vectors_find_what_words_do_not(slow_search):
    library = slow_search
    store = library.store(
        library.file(text("a.txt", "photosynthesis in leaves")), library.file(text("b.txt", "combustion of engines"))
    )
    # Half a word: no word of the index, but many of its pairs of letters.
    assert library.stores.search(store, "photosynthe")[0]["filename"] == "a.txt"


def test_batches_are_bounded_and_split(start_server, model):
    server = start_server(**model.settings(EMBEDDING_MODEL="e", EMBEDDING_BATCH_SIZE=8, EMBEDDING_DIMENSIONS=32))
    server.model = model
    model.embeds = Embeds(batch=3)
    library = Library(V1(server))
    words = "\n\n".join(f"Paragraph {number} tells of item {number}. " * 20 for number in range(60))
    store = library.store(library.file(text("many.txt", words)))
    assert library.v1.get(f"/vector_stores/{store}")["file_counts"]["completed"] == 1
    sizes = [len(batch) for batch in model.embedded]
    assert max(sizes) <= 8 and sum(size for size in sizes if size <= 3) > 3
    assert library.stores.search(store, "item 17")


def test_queries_are_rewritten_by_the_model(foods):
    store = foods.store(foods.foods)
    foods.model.script = Says('"Filip favorite food"\nand more')
    answer = foods.v1.post(f"/vector_stores/{store}/search", query="hey, what does Filip like?", rewrite_query=True)
    assert answer["search_query"] == ["Filip favorite food"]
    assert foods.model.calls[0].question == "hey, what does Filip like?"
    assert answer["data"][0]["file_id"] == foods.foods


def test_the_analyst_has_no_use_for_files(server):
    v1 = V1(server)
    stores = Stores(v1)
    store = stores.create(FOODS)["id"]
    assistant = v1.assistant(tools=[TOOL], tool_resources={"file_search": {"vector_store_ids": [store]}})["id"]
    run = v1.completed(v1.thread("Hello")["id"], assistant)
    assert [step["type"] for step in v1.steps(run)] == ["message_creation"]


def test_doctor_checks_the_embeddings(make_server, model, server):
    asked = make_server(**model.settings(EMBEDDING_MODEL="scripted-embeddings"))
    assert "makes embeddings of 64 dimensions" in asked.run("doctor", timeout=30).stdout
    refused = make_server(**model.settings(EMBEDDING_MODEL="e", EMBEDDING_DIMENSIONS=0x10))
    model.embeds = Embeds(failures=9)
    answer = refused.run("doctor", timeout=30)
    assert answer.returncode == 1 and "makes no embeddings" in answer.stdout
