"""Every bound of the Assistants API: the largest legal value passes, the next one is refused with the right error."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest

from scripted_model import Gate, Says
from v1_api import WEATHER, outputs_of, path_of, refused

FAMILY = "👩‍👩‍👧"  # one character on the screen, five code points


def function(**members: Any) -> dict[str, Any]:
    return {"type": "function", "function": {"name": "f"} | members}


def functions(count: int) -> list[dict[str, Any]]:
    return [function(name=f"f{number}") for number in range(count)]


def users(count: int) -> list[dict[str, Any]]:
    return [{"role": "user", "content": str(number)} for number in range(count)]


def pairs(count: int) -> dict[str, str]:
    return {f"k{number}": "v" for number in range(count)}


def schema_format(**members: Any) -> dict[str, Any]:
    return {"type": "json_schema", "json_schema": {"name": "n", "schema": {"type": "object"}} | members}


# Texts of the errors


def too_long(what: str, limit: int, kind: str = "string") -> str:
    article = "an" if kind == "array" else "a"
    return (
        f"Invalid '{what}': {kind} too long. Expected {article} {kind} with maximum length {limit},"
        f" but got {article} {kind} with length {limit + 1} instead."
    )


def empty_string(what: str) -> str:
    return (
        f"Invalid '{what}': string too short. Expected a string with minimum length 1, but got an empty string instead."
    )


def above(what: str, kind: str, limit: Any, given: Any) -> str:
    return f"Invalid '{what}': {kind} above maximum value. Expected a value <= {limit}, but got {given} instead."


def below(what: str, kind: str, limit: Any, given: Any) -> str:
    return f"Invalid '{what}': {kind} below minimum value. Expected a value >= {limit}, but got {given} instead."


def wrong_type(what: str, expected: str, given: str) -> str:
    return f"Invalid type for '{what}': expected {expected}, but got {given} instead."


def unsupported(given: str, *supported: str) -> str:
    *most, last = [f"'{value}'" for value in supported]
    values = f"{most[0]} and {last}" if len(most) == 1 else f"{', '.join(most)}, and {last}"
    return f"Invalid value: '{given}'. Supported values are: {values}."


@dataclass
class Bound:
    """A member of a request, its last legal value and the first illegal one. `text` None leaves the wording open."""

    member: str
    legal: Any
    illegal: Any
    code: str | tuple[str, ...]
    text: str | None = None
    #: Where the fault is, when it is not the member itself.
    param: str | None = None

    def __str__(self) -> str:
        return f"{self.param or self.member}-{self.code if isinstance(self.code, str) else self.code[0]}"


ABSENT = object()

NUMBERS = [
    Bound("temperature", 2, 2.1, "decimal_above_max_value", above("temperature", "decimal", 2, 2.1)),
    Bound("temperature", 0, -0.1, "decimal_below_min_value", below("temperature", "decimal", 0, -0.1)),
    Bound("temperature", 1.5, "warm", "invalid_type", wrong_type("temperature", "a decimal", "a string")),
    Bound("top_p", 1, 1.5, "decimal_above_max_value", above("top_p", "decimal", 1, 1.5)),
    Bound("top_p", 0, -1, "decimal_below_min_value"),
]

METADATA = [
    Bound(
        "metadata",
        pairs(16),
        pairs(17),
        "object_above_max_properties",
        "Invalid 'metadata': too many properties. Expected an object with at most 16 properties,"
        " but got an object with 17 properties instead.",
    ),
    Bound("metadata", {"k" * 64: ""}, {"k" * 65: ""}, "string_above_max_length", param="metadata*"),
    Bound(
        "metadata",
        {"k": FAMILY * 102 + "xx"},
        {"k": FAMILY * 102 + "xxx"},
        "string_above_max_length",
        too_long("metadata.k", 512),
        "metadata.k",
    ),
    Bound(
        "metadata",
        {"k": "1"},
        {"k": 1},
        "invalid_type",
        wrong_type("metadata.k", "a string", "an integer"),
        "metadata.k",
    ),
    Bound(
        "metadata",
        {"k": "true"},
        {"modified": True},
        "invalid_type",
        wrong_type("metadata.modified", "a string", "a boolean"),
        "metadata.modified",
    ),
    Bound("metadata", None, "text", "invalid_type", wrong_type("metadata", "an object", "a string")),
]

TOOLS = [
    Bound("tools", functions(128), functions(129), "array_above_max_length", too_long("tools", 128, "array")),
    Bound("tools", [], {}, "invalid_type", wrong_type("tools", "an array of objects", "an object")),
    Bound(
        "tools",
        [{"type": "code_interpreter"}, {"type": "file_search"}],
        [{"type": "retrieval"}],
        "invalid_value",
        unsupported("retrieval", "code_interpreter", "function", "file_search"),
        "tools[0].type",
    ),
    Bound(
        "tools",
        [function()],
        [function(), {"function": {"name": "g"}}],
        "missing_required_parameter",
        "Missing required parameter: 'tools[1].type'.",
        "tools[1].type",
    ),
    Bound(
        "tools",
        [function()],
        [{"type": "function"}],
        "missing_required_parameter",
        "Missing required parameter: 'tools[0].function'.",
        "tools[0].function",
    ),
    Bound(
        "tools",
        [function(name="a-B_9")],
        [{"type": "function", "function": {"description": "nameless"}}],
        "missing_required_parameter",
        "Missing required parameter: 'tools[0].function.name'.",
        "tools[0].function.name",
    ),
    Bound(
        "tools",
        [function(name="n" * 64)],
        [function(name="n" * 65)],
        ("string_above_max_length", "invalid_value"),
        param="tools[0].function.name",
    ),
    Bound("tools", [function()], [function(name="two words")], "invalid_value", param="tools[0].function.name"),
    Bound(
        "tools",
        [function(description="d" * 1024)],
        [function(description="d" * 1025)],
        "string_above_max_length",
        too_long("tools[0].function.description", 1024),
        "tools[0].function.description",
    ),
    Bound(
        "tools",
        [function(parameters={"type": "object", "properties": {}})],
        [function(parameters=[])],
        "invalid_type",
        wrong_type("tools[0].function.parameters", "an object", "an array"),
        "tools[0].function.parameters",
    ),
    Bound(
        "tools",
        [function(strict=None)],
        [function(strict="yes")],
        "invalid_type",
        wrong_type("tools[0].function.strict", "a boolean", "a string"),
        "tools[0].function.strict",
    ),
    Bound(
        "tools",
        [{"type": "file_search", "file_search": {"max_num_results": 50}}],
        [{"type": "file_search", "file_search": {"max_num_results": 51}}],
        "integer_above_max_value",
        above("tools[0].file_search.max_num_results", "integer", 50, 51),
        "tools[0].file_search.max_num_results",
    ),
    Bound(
        "tools",
        [{"type": "file_search", "file_search": {"max_num_results": 1}}],
        [{"type": "file_search", "file_search": {"max_num_results": 0}}],
        "integer_below_min_value",
        below("tools[0].file_search.max_num_results", "integer", 1, 0),
        "tools[0].file_search.max_num_results",
    ),
    Bound(
        "tools",
        [{"type": "file_search", "file_search": {"ranking_options": {"score_threshold": 1}}}],
        [{"type": "file_search", "file_search": {"ranking_options": {"score_threshold": 1.1}}}],
        "decimal_above_max_value",
        above("tools[0].file_search.ranking_options.score_threshold", "decimal", 1, 1.1),
        "tools[0].file_search.ranking_options.score_threshold",
    ),
]

EFFORT = [
    Bound(
        "reasoning_effort",
        effort,
        "huge",
        "invalid_value",
        unsupported("huge", "none", "minimal", "low", "medium", "high", "xhigh", "max"),
    )
    for effort in (None, "none", "minimal", "low", "medium", "high", "xhigh", "max")
]

FORMATS = [
    Bound("response_format", "auto", "json", "invalid_value", param="response_format"),
    Bound("response_format", {"type": "text"}, {"type": "xml"}, "invalid_value", param="response_format*"),
    Bound("response_format", {"type": "json_object"}, {}, "missing_required_parameter", param="response_format*"),
    Bound(
        "response_format",
        schema_format(description="d", strict=True),
        {"type": "json_schema"},
        "missing_required_parameter",
        "Missing required parameter: 'response_format.json_schema'.",
        "response_format.json_schema",
    ),
    Bound(
        "response_format",
        schema_format(strict=None),
        {"type": "json_schema", "json_schema": {"schema": {}}},
        "missing_required_parameter",
        "Missing required parameter: 'response_format.json_schema.name'.",
        "response_format.json_schema.name",
    ),
    Bound("response_format", None, 5, "invalid_type", param="response_format"),
]

ASSISTANT = [
    Bound("name", "n" * 256, "n" * 257, "string_above_max_length", too_long("name", 256)),
    Bound(
        "name",
        FAMILY * 51 + "n",
        FAMILY * 51 + "nn",
        "string_above_max_length",
        too_long("name", 256),
    ),
    Bound("name", None, 5, "invalid_type", wrong_type("name", "a string", "an integer")),
    Bound("description", "d" * 512, "d" * 513, "string_above_max_length", too_long("description", 512)),
    Bound("instructions", "가" * 256_000, "가" * 256_001, "string_above_max_length", too_long("instructions", 256_000)),
    Bound(
        "tool_resources",
        {"file_search": {"vector_store_ids": []}},
        {"file_search": {"vector_store_ids": ["vs_a", "vs_b"]}},
        "array_above_max_length",
        too_long("tool_resources.file_search.vector_store_ids", 1, "array"),
        "tool_resources.file_search.vector_store_ids",
    ),
    Bound(
        "tool_resources",
        {"code_interpreter": {"file_ids": []}},
        {"code_interpreter": {"file_ids": [f"file-{number}" for number in range(21)]}},
        "array_above_max_length",
        too_long("tool_resources.code_interpreter.file_ids", 20, "array"),
        "tool_resources.code_interpreter.file_ids",
    ),
    Bound("file_ids", ABSENT, [], "unknown_parameter", "Unknown parameter: 'file_ids'."),
    *NUMBERS,
    *METADATA,
    *TOOLS,
    *EFFORT,
    *FORMATS,
]

CONTENT = [
    Bound("content", "가" * 256_000, "가" * 256_001, "string_above_max_length", too_long("content", 256_000)),
    Bound("content", "x", "", ("empty_string", "string_below_min_length"), empty_string("content")),
    Bound(
        "content",
        [{"type": "text", "text": "x"}],
        [],
        ("empty_array", "array_below_min_length"),
        "Invalid 'content': empty array. Expected an array with minimum length 1, but got an empty array instead.",
    ),
    Bound(
        "content",
        "x",
        5,
        "invalid_type",
        wrong_type("content", "one of an array of objects or string", "an integer"),
    ),
    Bound("content", "x", ABSENT, "missing_required_parameter", "Missing required parameter: 'content'."),
    Bound(
        "content",
        [{"type": "text", "text": "t" * 256_000}],
        [{"type": "text", "text": "t" * 256_001}],
        "string_above_max_length",
        too_long("content[0].text", 256_000),
        "content[0].text",
    ),
    Bound("content", "x", [{"type": "audio"}], "invalid_value", param="content[0].type"),
    Bound(
        "content",
        [{"type": "image_url", "image_url": {"url": "https://example.com/a.png"}}],
        [{"type": "image_url", "image_url": {}}],
        "missing_required_parameter",
        "Missing required parameter: 'content[0].image_url.url'.",
        "content[0].image_url.url",
    ),
    Bound(
        "content",
        [{"type": "image_url", "image_url": {"url": "https://example.com/a.png", "detail": "low"}}],
        [{"type": "image_url", "image_url": {"url": "https://example.com/a.png", "detail": "sharp"}}],
        "invalid_value",
        unsupported("sharp", "auto", "low", "high"),
        "content[0].image_url.detail",
    ),
    Bound("role", "user", "system", "invalid_value", unsupported("system", "user", "assistant")),
    Bound("role", "assistant", "human", "invalid_value", unsupported("human", "user", "assistant")),
    Bound("role", "user", ABSENT, "missing_required_parameter", "Missing required parameter: 'role'."),
    Bound("attachments", None, {}, "invalid_type", wrong_type("attachments", "an array of objects", "an object")),
    Bound("file_ids", ABSENT, ["file-a"], "unknown_parameter", "Unknown parameter: 'file_ids'."),
]

THREAD = [
    Bound("messages", users(32), users(33), "array_above_max_length", too_long("messages", 32, "array")),
    Bound("messages", [], {}, "invalid_type", wrong_type("messages", "an array of objects", "an object")),
    Bound(
        "messages",
        users(2),
        [*users(3), {"role": "user", "content": "x" * 256_001}],
        "string_above_max_length",
        too_long("messages[3].content", 256_000),
        "messages[3].content",
    ),
    Bound(
        "messages",
        users(1),
        [{"role": "tool", "content": "x"}],
        "invalid_value",
        unsupported("tool", "user", "assistant"),
        "messages[0].role",
    ),
    Bound("title", ABSENT, "x", "unknown_parameter", "Unknown parameter: 'title'."),
    *METADATA,
]

RUN = [
    Bound("instructions", "i" * 256_000, "i" * 256_001, "string_above_max_length", too_long("instructions", 256_000)),
    Bound(
        "max_prompt_tokens",
        None,
        0,
        "integer_below_min_value",
        below("max_prompt_tokens", "integer", 1, 0),
    ),
    Bound(
        "max_completion_tokens",
        16,
        0,
        "integer_below_min_value",
        below("max_completion_tokens", "integer", 1, 0),
    ),
    Bound(
        "max_completion_tokens",
        256,
        25.5,
        "invalid_type",
        wrong_type("max_completion_tokens", "an integer", "a decimal"),
    ),
    Bound(
        "truncation_strategy", {"type": "auto"}, {"type": "middle"}, "invalid_value", param="truncation_strategy.type"
    ),
    Bound(
        "truncation_strategy",
        {"type": "last_messages", "last_messages": 1},
        {"type": "last_messages", "last_messages": 0},
        "integer_below_min_value",
        below("truncation_strategy.last_messages", "integer", 1, 0),
        "truncation_strategy.last_messages",
    ),
    Bound(
        "truncation_strategy",
        {"type": "auto", "last_messages": None},
        {"type": "last_messages"},
        "missing_required_parameter",
        "Missing required parameter: 'truncation_strategy.last_messages'.",
        "truncation_strategy.last_messages",
    ),
    Bound("tool_choice", "none", "always", "invalid_value", param="tool_choice"),
    Bound(
        "tool_choice",
        {"type": "function", "function": {"name": "get_weather"}},
        {"type": "function", "function": {"name": "unheard_of"}},
        (None, "invalid_value"),
        param="tool_choice*",
    ),
    Bound(
        "parallel_tool_calls", False, "no", "invalid_type", wrong_type("parallel_tool_calls", "a boolean", "a string")
    ),
    Bound("stream", False, "yes", "invalid_type", wrong_type("stream", "a boolean", "a string")),
    Bound("model", None, 7, "invalid_type", wrong_type("model", "a string", "an integer")),
    Bound("bogus", ABSENT, 1, "unknown_parameter", "Unknown parameter: 'bogus'."),
    *NUMBERS,
    *METADATA,
    *TOOLS,
    *FORMATS,
]

RUN_IN_THREAD = [
    *RUN,
    *EFFORT,
    Bound(
        "additional_instructions",
        "i" * 256_000,
        "i" * 256_001,
        "string_above_max_length",
        too_long("additional_instructions", 256_000),
    ),
    Bound(
        "additional_messages",
        users(32),
        users(33),
        "array_above_max_length",
        too_long("additional_messages", 32, "array"),
    ),
    Bound(
        "additional_messages",
        None,
        [{"role": "system", "content": "x"}],
        "invalid_value",
        unsupported("system", "user", "assistant"),
        "additional_messages[0].role",
    ),
]

THREAD_AND_RUN = [
    *RUN,
    Bound(
        "thread",
        {"messages": users(32)},
        {"messages": users(33)},
        "array_above_max_length",
        too_long("thread.messages", 32, "array"),
        "thread.messages",
    ),
]


def checked(api, endpoint, base, bound):
    """Sends the legal value, which must pass, and returns the answer; then the illegal one, which must not."""
    body = base | {bound.member: bound.legal}
    legal = api.try_post(endpoint(), **{name: value for name, value in body.items() if value is not ABSENT})
    assert legal.status_code == 200, f"the legal value: {legal.text[:1000]}"
    body = base | {bound.member: bound.illegal}
    answer = api.try_post(endpoint(), **{name: value for name, value in body.items() if value is not ABSENT})
    error = refused(answer)
    param = bound.param or bound.member
    codes = (bound.code,) if isinstance(bound.code, str) else bound.code
    assert error["code"] in codes, error
    if param.endswith("*"):
        assert (error["param"] or param).startswith(param[:-1]), error
    else:
        assert error["param"] == param, error
    if bound.text is not None:
        assert error["message"] == bound.text
    return legal.json()


def bounds(cases):
    return pytest.mark.parametrize("bound", cases, ids=str)


@bounds(ASSISTANT)
def test_bounds_of_a_new_assistant(one_v1, bound):
    checked(one_v1, lambda: "/assistants", {"model": "scripted-model"}, bound)


@bounds(ASSISTANT)
def test_bounds_of_a_changed_assistant(one_v1, bound):
    assistant = one_v1.assistant()["id"]
    checked(one_v1, lambda: f"/assistants/{assistant}", {}, bound)


@pytest.mark.parametrize("how", ["create", "modify"])
def test_an_assistant_needs_a_model(one_v1, how):
    path = "/assistants" if how == "create" else f"/assistants/{one_v1.assistant()['id']}"
    error = refused(one_v1.try_post(path, model=""), param="model", message=empty_string("model"))
    assert error["code"] in ("empty_string", "string_below_min_length")
    if how == "create":
        missing = "Missing required parameter: 'model'."
        refused(one_v1.try_post(path), param="model", code="missing_required_parameter", message=missing)


@pytest.mark.parametrize("kind", ["json_object", "json_schema"])
def test_a_response_format_does_not_go_with_built_in_tools(one_v1, kind):
    response_format = schema_format() if kind == "json_schema" else {"type": kind}
    text = f"Invalid tools: all tools must be of type `function` when `response_format` is of type `{kind}`."
    tools = [WEATHER, {"type": "file_search"}]
    refused(
        one_v1.try_post("/assistants", model="scripted-model", tools=tools, response_format=response_format),
        message=text,
        code=None,
    )
    plain = one_v1.assistant(tools=tools)["id"]
    refused(one_v1.try_post(f"/assistants/{plain}", response_format=response_format), message=text)
    thread = one_v1.thread("Hello")["id"]
    refused(
        one_v1.try_post(f"/threads/{thread}/runs", assistant_id=plain, response_format=response_format), message=text
    )


@bounds(THREAD)
def test_bounds_of_a_new_thread(one_v1, bound):
    checked(one_v1, lambda: "/threads", {}, bound)


@bounds(METADATA)
@pytest.mark.parametrize("kind", ["thread", "message", "run"])
def test_bounds_of_changed_metadata(one_v1, kind, bound):
    thread = one_v1.thread("Hello")["id"]
    if kind == "thread":
        path = f"/threads/{thread}"
    elif kind == "message":
        path = f"/threads/{thread}/messages/{one_v1.messages(thread)[0]['id']}"
    else:
        path = path_of(one_v1.completed(thread, one_v1.assistant()["id"]))
    checked(one_v1, lambda: path, {}, bound)


@bounds([*CONTENT, *METADATA])
def test_bounds_of_a_new_message(one_v1, bound):
    thread = one_v1.thread()["id"]
    checked(one_v1, lambda: f"/threads/{thread}/messages", {"role": "user", "content": "Hello"}, bound)
    assert len(one_v1.messages(thread)) == 1, "the refused message is not there"


@bounds(RUN_IN_THREAD)
def test_bounds_of_a_new_run(one_v1, bound):
    assistant = one_v1.assistant(tools=[WEATHER])["id"]
    thread = one_v1.thread("Hello")["id"]
    run = checked(one_v1, lambda: f"/threads/{one_v1.settled_thread(thread)}/runs", {"assistant_id": assistant}, bound)
    assert [listed["id"] for listed in one_v1.get(f"/threads/{thread}/runs")["data"]] == [run["id"]]


@bounds(THREAD_AND_RUN)
def test_bounds_of_a_new_thread_with_its_run(one_v1, bound):
    base = {"assistant_id": one_v1.assistant(tools=[WEATHER])["id"]}
    if bound.member != "thread":
        base["thread"] = {"messages": users(1)}
    checked(one_v1, lambda: "/threads/runs", base, bound)


# Lists


@pytest.mark.parametrize("kind", ["assistants", "messages", "runs", "steps"])
def test_bounds_of_a_page(one_v1, kind):
    thread = one_v1.thread("Hello")["id"]
    run = one_v1.completed(thread, one_v1.assistant()["id"])
    path = {
        "assistants": "/assistants",
        "messages": f"/threads/{thread}/messages",
        "runs": f"/threads/{thread}/runs",
        "steps": f"{path_of(run)}/steps",
    }[kind]

    def page(**query):
        return one_v1.request("GET", path, params=query)

    for limit in (1, 100):
        assert page(limit=limit).status_code == 200
    refused(page(limit=101), param="limit", code="integer_above_max_value", message=above("limit", "integer", 100, 101))
    refused(page(limit=0), param="limit", code="integer_below_min_value", message=below("limit", "integer", 1, 0))
    refused(page(limit="many"), param="limit", code="invalid_type")
    refused(page(order="up"), param="order", code="invalid_value", message=unsupported("up", "asc", "desc"))
    assert page(unheard_of="x").status_code == 200, "unknown queries are ignored"
    if kind == "steps":
        refused(page(**{"include[]": "everything"}), code="invalid_value")


# What is not there

NOWHERE = {
    "assistant": ("GET", "/assistants/asst_none", "No assistant found with id 'asst_none'."),
    "changed assistant": ("POST", "/assistants/asst_none", "No assistant found with id 'asst_none'."),
    "deleted assistant": ("DELETE", "/assistants/asst_none", "No assistant found with id 'asst_none'."),
    "thread": ("GET", "/threads/thread_none", "No thread found with id 'thread_none'."),
    "changed thread": ("POST", "/threads/thread_none", "No thread found with id 'thread_none'."),
    "deleted thread": ("DELETE", "/threads/thread_none", "No thread found with id 'thread_none'."),
    "thread of messages": ("GET", "/threads/thread_none/messages", "No thread found with id 'thread_none'."),
    "thread of runs": ("GET", "/threads/thread_none/runs", "No thread found with id 'thread_none'."),
    "message": ("GET", "/threads/{thread}/messages/msg_none", "No message found with id 'msg_none'."),
    "deleted message": ("DELETE", "/threads/{thread}/messages/msg_none", "No message found with id 'msg_none'."),
    "run": ("GET", "/threads/{thread}/runs/run_none", "No run found with id 'run_none'."),
    "changed run": ("POST", "/threads/{thread}/runs/run_none", "No run found with id 'run_none'."),
    "cancelled run": ("POST", "/threads/{thread}/runs/run_none/cancel", "No run found with id 'run_none'."),
    "run of steps": ("GET", "/threads/{thread}/runs/run_none/steps", "No run found with id 'run_none'."),
    "step": ("GET", "/threads/{thread}/runs/{run}/steps/step_123", "No run step found with id 'step_123'."),
    "message of another thread": (
        "GET",
        "/threads/{other}/messages/{message}",
        "No message found with id '{message}'.",
    ),
    "run of another thread": ("GET", "/threads/{other}/runs/{run}", "No run found with id '{run}'."),
    "step of another run": (
        "GET",
        "/threads/{thread}/runs/{second}/steps/{step}",
        "No run step found with id '{step}'.",
    ),
}


@pytest.mark.parametrize("what", NOWHERE)
def test_what_is_not_there_is_not_found(one_v1, what):
    method, path, text = NOWHERE[what]
    names = {"thread": one_v1.thread("Hello")["id"], "other": one_v1.thread("Hello")["id"]}
    if "{run}" in path + text or "{step}" in path:
        assistant = one_v1.assistant()["id"]
        run = one_v1.completed(names["thread"], assistant)
        names |= {"run": run["id"], "step": one_v1.steps(run)[0]["id"]}
        names["second"] = one_v1.completed(names["thread"], assistant)["id"]
    names["message"] = one_v1.messages(names["thread"])[0]["id"]
    answer = one_v1.request(method, path.format(**names), json={} if method == "POST" else None)
    refused(answer, 404, message=text.format(**names), param=None, code=None)


def test_tool_outputs_for_a_run_that_is_not_there(one_v1):
    thread = one_v1.thread()["id"]
    outputs = [{"tool_call_id": "call_a", "output": "x"}]
    answer = one_v1.try_post(f"/threads/{thread}/runs/run_none/submit_tool_outputs", tool_outputs=outputs)
    refused(answer, 404, message="No run found with id 'run_none'.")


@pytest.mark.parametrize("stream", [False, True], ids=["plain", "stream"])
@pytest.mark.parametrize("path", ["/threads/{thread}/runs", "/threads/runs"], ids=["run", "thread and run"])
def test_a_run_of_an_assistant_that_is_not_there(one_v1, path, stream):
    thread = one_v1.thread("Hello")["id"]
    answer = one_v1.try_post(path.format(thread=thread), assistant_id="asst_none", stream=stream)
    refused(answer, 404, message="No assistant found with id 'asst_none'.", param=None, code=None)
    missing = {"param": "assistant_id", "code": "missing_required_parameter"}
    refused(
        one_v1.try_post(path.format(thread=thread)), message="Missing required parameter: 'assistant_id'.", **missing
    )


@pytest.mark.parametrize("stream", [False, True], ids=["plain", "stream"])
def test_a_run_needs_something_to_do(one_v1, stream):
    text = "Run creation requires a Thread with a user message or an assistant with instructions."
    thread, assistant = one_v1.thread()["id"], one_v1.assistant()["id"]
    answer = one_v1.try_post(f"/threads/{thread}/runs", assistant_id=assistant, stream=stream)
    refused(answer, message=text, param=None, code="invalid_thread")
    one_v1.message(thread, "I said that", role="assistant")
    refused(one_v1.try_post(f"/threads/{thread}/runs", assistant_id=assistant), code="invalid_thread")
    one_v1.completed(thread, assistant, instructions="Say something.")


MALFORMED = {
    "thread": ("/threads/{bad}", "thread_id", "thread"),
    "assistant": ("/assistants/{bad}", "assistant_id", "asst"),
    "message": ("/threads/{thread}/messages/{bad}", "message_id", "msg"),
    "run": ("/threads/{thread}/runs/{bad}", "run_id", "run"),
    "step": ("/threads/{thread}/runs/{run}/steps/{bad}", "step_id", "step"),
}


@pytest.mark.parametrize("bad", ["undefined", "null"])
@pytest.mark.parametrize("what", MALFORMED)
def test_an_id_of_the_wrong_form_is_refused(one_v1, what, bad):
    path, param, prefix = MALFORMED[what]
    thread = one_v1.thread("Hello")["id"]
    run = one_v1.completed(thread, one_v1.assistant()["id"])["id"] if what == "step" else ""
    refused(
        one_v1.request("GET", path.format(thread=thread, run=run, bad=bad)),
        message=f"Invalid '{param}': '{bad}'. Expected an ID that begins with '{prefix}'.",
        param=param,
        code="invalid_value",
    )


# States


def test_only_active_runs_are_cancelled_and_only_waiting_ones_take_outputs(one_v1):
    thread, assistant = one_v1.thread("Hello")["id"], one_v1.assistant()["id"]
    run = one_v1.completed(thread, assistant)
    refused(
        one_v1.request("POST", f"{path_of(run)}/cancel"),
        message="Cannot cancel run with status 'completed'.",
        param=None,
        code=None,
    )
    outputs = [{"tool_call_id": "call_a", "output": "x"}]
    submitted = one_v1.try_post(f"{path_of(run)}/submit_tool_outputs", tool_outputs=outputs)
    refused(submitted, message='Runs in status "completed" do not accept tool outputs.', param=None, code=None)
    gate = Gate()
    one_v1.model.script = Says(before=gate)
    run = one_v1.run(thread, assistant)
    gate.wait_until_reached()
    submitted = one_v1.try_post(f"{path_of(run)}/submit_tool_outputs", tool_outputs=outputs, stream=True)
    refused(submitted, message='Runs in status "in_progress" do not accept tool outputs.')
    gate.open()
    one_v1.ended(run, "completed")


SUBMITTED = {
    "none": ([], "[]"),
    "one of two": ([0], "['{0}']"),
    "an unknown one": ([0, 1, "call_x"], "['{0}', '{1}', 'call_x']"),
    "one twice": ([0, 0, 1], "['{0}', '{0}', '{1}']"),
}


@pytest.mark.parametrize("how", SUBMITTED)
def test_all_tool_outputs_are_expected_at_once(one_v1, waiting, how):
    chosen, got = SUBMITTED[how]
    ids = [output["tool_call_id"] for output in outputs_of(waiting, ("a", "b"))]
    outputs = [{"tool_call_id": ids[one] if isinstance(one, int) else one, "output": "x"} for one in chosen]
    answer = one_v1.try_post(f"{path_of(waiting)}/submit_tool_outputs", tool_outputs=outputs)
    text = f"Expected tool outputs for call_ids ['{ids[0]}', '{ids[1]}'], got {got.format(*ids)}"
    refused(answer, message=text, param=None, code=None)
    assert one_v1.get_run(waiting)["status"] == "requires_action"
    one_v1.ended(one_v1.submit(waiting, "sunny", ""), "completed")


def test_bounds_of_tool_outputs(one_v1, waiting):
    path = f"{path_of(waiting)}/submit_tool_outputs"
    missing = {"param": "tool_outputs", "code": "missing_required_parameter"}
    refused(one_v1.try_post(path), message="Missing required parameter: 'tool_outputs'.", **missing)
    outputs = outputs_of(waiting, ("a", "b"))
    outputs[1]["output"] = {"weather": "sunny"}
    refused(
        one_v1.try_post(path, tool_outputs=outputs),
        message=wrong_type("tool_outputs[1].output", "a string", "an object"),
        param="tool_outputs[1].output",
        code="invalid_type",
    )
    del outputs[1]["output"]
    assert one_v1.try_post(path, tool_outputs=outputs).status_code == 200, "an output may be absent"
    one_v1.ended(waiting, "completed")
    [step, _] = one_v1.steps(waiting)
    assert [call["function"]["output"] for call in step["step_details"]["tool_calls"]] == ["a", ""]


# Bodies, headers, addresses


@pytest.mark.parametrize("body", [b"{", b"[1, 2", b'{"a": nope}', b'{"a": "\xff"}', b"{} {}", b"\x00"], ids=repr)
def test_a_body_that_is_not_json_is_refused(one_v1, body):
    answer = one_v1.request("POST", "/threads", data=body, headers={"content-type": "application/json"})
    assert refused(answer)["message"].startswith("We could not parse the JSON body of your request")


@pytest.mark.parametrize("body", [[], "text", 5, None], ids=repr)
def test_a_body_that_is_no_object_is_refused(one_v1, body):
    answer = one_v1.request("POST", "/threads", data=json.dumps(body), headers={"content-type": "application/json"})
    assert refused(answer)["code"] in ("invalid_type", "invalid_json", None)


@pytest.mark.parametrize("headers", [{}, {"content-type": "application/x-www-form-urlencoded"}], ids=["none", "form"])
def test_an_empty_body_is_an_empty_object(one_v1, headers):
    answer = one_v1.request("POST", "/threads", data=b"", headers=headers)
    assert answer.status_code == 200, answer.text


HEADERS = {
    "none": (
        None,
        "You must provide the 'OpenAI-Beta' header to access the Assistants API. Please try again by setting the"
        " header 'OpenAI-Beta: assistants=v2'.",
    ),
    "unknown": ("foo=v1", None),
    "v1": ("assistants=v1", None),
    "malformed": (
        "v2",
        "Invalid beta header provided: 'v2'. The header should be in the format 'OpenAI-Beta: example_beta=v1'.",
    ),
}


@pytest.mark.parametrize("path", ["/assistants", "/threads"])
@pytest.mark.parametrize("which", HEADERS)
def test_the_beta_header_is_asked_for(one_v1, path, which):
    value, text = HEADERS[which]
    body = {"model": "scripted-model"} if path == "/assistants" else {}
    answer = one_v1.request("POST", path, json=body, headers={"openai-beta": value})
    error = refused(answer, code="invalid_beta")
    if text:
        assert error["message"] == text


@pytest.mark.parametrize("value", ["assistants=v2", "responses=v1, assistants=v2", "assistants=v2,foo=v1"])
def test_the_beta_header_may_hold_several_values(one_v1, value):
    assert one_v1.request("POST", "/threads", json={}, headers={"openai-beta": value}).status_code == 200


def test_models_need_no_beta_header(one_v1):
    assert one_v1.request("GET", "/models", headers={"openai-beta": None}).status_code == 200


def test_an_address_that_is_nothing(one_v1):
    answer = one_v1.request("POST", "/nothing/here", json={})
    refused(answer, 404, message="Invalid URL (POST /v1/nothing/here)", param=None, code=None)
    answer = one_v1.request("PUT", "/threads", json={})
    refused(answer, 405)
    answer = one_v1.request("PATCH", f"/threads/{one_v1.thread()['id']}", json={})
    refused(answer, 405)
