"""Holds answers and events of `/v1` against OpenAI's own description of the Assistants API.

The description is not part of this repository; it is looked for beside it, and whoever needs it is skipped, with that
reason, where it is absent. Three things are done to it before it can judge:

- 3.0's `nullable` becomes a union with null, as a validator of JSON Schema ignores it;
- `oneOf` becomes `anyOf`, as several of its unions overlap;
- the places where the live service did not obey its own description are waived, each with its reason.
"""

from __future__ import annotations

import json
import re
import threading
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jsonschema
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

DESCRIPTION = Path(__file__).resolve().parents[2].parent / "shared/openai/assistants-v2.openapi.json"
ABSENT = f"OpenAI's description of its API is not here ({DESCRIPTION}); answers are not held against it"

# Where the references in schemas find the document.
ADDRESS = "urn:openai"

#: Members of the objects in the order in which the service sent them. `+` marks those that only the description has:
#: they may be there, anywhere. Anything else must not be.
MEMBERS = {
    "assistant": """id object created_at name description model instructions tools top_p temperature reasoning_effort
        tool_resources metadata response_format""",
    "thread": "id object created_at metadata tool_resources",
    "thread.message": """id object created_at assistant_id thread_id run_id +status +incomplete_details +incomplete_at
        +completed_at role content attachments metadata""",
    "thread.run": """id object created_at assistant_id thread_id status started_at expires_at cancelled_at failed_at
        completed_at required_action last_error model instructions tools tool_resources metadata temperature top_p
        reasoning_effort max_completion_tokens max_prompt_tokens truncation_strategy incomplete_details usage
        response_format tool_choice parallel_tool_calls""",
    "thread.run.step": """id object created_at run_id assistant_id thread_id type status cancelled_at completed_at
        expires_at failed_at last_error step_details usage +expired_at +metadata""",
    "thread.message.delta": "id object delta",
    "thread.run.step.delta": "id object delta",
    "list": "object data first_id last_id has_more",
    "model": "id object created owned_by",
    "file": "object id purpose filename bytes created_at expires_at status status_details",
    "upload": "id object bytes created_at filename purpose status expires_at +file",
    "upload.part": "id object created_at upload_id",
    "vector_store": """id object created_at name description usage_bytes file_counts status expires_after expires_at
        last_active_at metadata""",
    "vector_store.file": """id object usage_bytes created_at vector_store_id status last_error chunking_strategy
        attributes""",
    "vector_store.file_batch": "id object created_at status vector_store_id file_counts",
    "vector_store.search_results.page": "object search_query data has_more next_page",
    "vector_store.file_content.page": "object data has_more next_page",
}

#: Members of `usage`, two of which the description does not know.
USAGE = ["prompt_tokens", "completion_tokens", "total_tokens", "prompt_token_details", "completion_tokens_details"]


_STRINGS = re.compile(r'"(?:\\.|[^"\\])*"')


def _waive(schemas: dict[str, Any]) -> None:
    """Where the live service departed from the description, and clients expect what it did."""
    run = schemas["RunObject"]["properties"]
    run["instructions"]["nullable"] = True  # null when there are none
    for limit in ("max_prompt_tokens", "max_completion_tokens"):
        run[limit]["minimum"] = 1  # 16 was accepted
    # An empty list has no first and no last item.
    for name in ("Assistants", "Messages", "Runs", "RunSteps", "Files", "VectorStores", "VectorStoreFiles"):
        ends = schemas[f"List{name}Response"]["properties"]
        ends["first_id"]["nullable"] = ends["last_id"]["nullable"] = True
    run["tools"]["maxItems"] = 128  # an assistant may have as many, and a run inherits them
    # A run stopped by a content filter is incomplete without a reason that the description has.
    run["incomplete_details"].pop("required", None)
    # What a file or a store does not have is null.
    file = schemas["OpenAIFile"]["properties"]
    file["expires_at"]["nullable"] = file["status_details"]["nullable"] = True
    file["purpose"]["enum"].append("evals")  # which may be uploaded, and is told of in the list of purposes
    store = schemas["VectorStoreObject"]["properties"]
    store["name"]["nullable"] = True
    store["expires_after"] = {"anyOf": [store["expires_after"], {"type": "null"}]}
    # The service named batches so.
    schemas["VectorStoreFileBatchObject"]["properties"]["object"]["enum"] = ["vector_store.file_batch"]
    # Ours to add: the passage that fits best, and pages.
    result = schemas["VectorStoreSearchResultItem"]["properties"]
    result |= {"quote": {"type": "string"}} | dict.fromkeys(["quote_page", "page", "last_page"], {"type": "integer"})
    # The error of a stream comes wrapped, as both SDKs expect it.
    schemas["ErrorEvent"]["properties"]["data"] = {"$ref": "#/components/schemas/ErrorResponse"}


def _rewritten(node: Any) -> Any:
    if isinstance(node, list):
        return [_rewritten(item) for item in node]
    if not isinstance(node, dict):
        return node
    node = {name: value if name in ("default", "enum", "const") else _rewritten(value) for name, value in node.items()}
    if "$recursiveRef" in node:
        return {"$ref": f"{ADDRESS}#/components/schemas/CompoundFilter"}
    if "$ref" in node and node["$ref"].startswith("#"):
        node["$ref"] = ADDRESS + node["$ref"]
    if "oneOf" in node:
        node["anyOf"] = node.pop("oneOf")
    node.pop("discriminator", None)
    parts = node.get("allOf")
    if isinstance(parts, list) and _NOTHING_BUT_NULL in parts:
        rest = {"allOf": [part for part in parts if part != _NOTHING_BUT_NULL]}
        return {"anyOf": [node | rest, {"type": "null"}]}
    if node.get("nullable") is True:
        del node["nullable"]
        if not node:
            return dict(_NOTHING_BUT_NULL)
        return {"anyOf": [node, {"type": "null"}]}
    return node


# What becomes of `{"nullable": true}` alone, an element of `allOf`.
_NOTHING_BUT_NULL = {"x-null": True}


class Description:
    """OpenAI's description, ready to judge. Safe to use from several threads."""

    def __init__(self, path: Path = DESCRIPTION) -> None:
        document = json.loads(path.read_text())
        _waive(document["components"]["schemas"])
        self.document = _rewritten(document)
        self._registry = Registry().with_resource(ADDRESS, Resource(self.document, DRAFT202012))
        self._validators: dict[str, Any] = {}
        self._lock = threading.Lock()
        self._templates = [
            (re.compile("/v1" + re.sub(r"\{[^}]+\}", "[^/]+", path) + "$"), path)
            for path in sorted(self.document["paths"], key=lambda path: path.count("{"))
        ]
        self.events = dict(self._events())

    @staticmethod
    def if_present() -> Description | None:
        return Description() if DESCRIPTION.exists() else None

    def schema(self, name: str) -> dict[str, Any]:
        return self.document["components"]["schemas"][name]

    def template(self, path: str) -> str | None:
        """The path of the description that a path of a request belongs to."""
        return next((template for pattern, template in self._templates if pattern.match(path)), None)

    def answer_fault(self, method: str, url: str, status: int, media: str, content: bytes) -> str | None:
        """What the description says differently about a whole answer, or None."""
        path = urlsplit(url).path
        where = f"{method} {path} -> {status}"
        template = self.template(path)
        operation = self.document["paths"].get(template, {}).get(method.lower())
        if operation is None and status < 400:
            return None  # more than OpenAI had
        if template == "/files/{file_id}/content" and status == 200:
            return None if media == "application/octet-stream" else f"{where}: {media}"
        if media.split(";")[0].strip() != "application/json":
            return f"{where}: {media or 'no content type'} instead of application/json"
        body = json.loads(content)
        if status >= 400:
            return self._fault(where, "/components/schemas/ErrorResponse", body) or self._error_members(where, body)
        escaped = template.replace("/", "~1")
        pointer = f"/paths/{escaped}/{method.lower()}/responses/200/content/application~1json/schema"
        return self._fault(where, pointer, body) or member_fault(where, body)

    def event_fault(self, name: str, data: str) -> str | None:
        """What the description says differently about an event of a stream, or None."""
        where = f"event {name}"
        if name not in self.events:
            return f"{where}: there is no such event"
        if name == "done":
            return None if data == "[DONE]" else f"{where}: {data!r}"
        body = json.loads(data)
        if re.search(r"\s", _STRINGS.sub("", data)):
            return f"{where}: its JSON is not compact"
        return self._fault(where, self.events[name], body) or (None if name == "error" else member_fault(where, body))

    def schema_fault(self, name: str, body: Any) -> str | None:
        """What a schema of the description says differently about a value, or None."""
        return self._fault(name, f"/components/schemas/{name}", body)

    def _events(self):
        """(name, pointer to the schema of its data) of every event that a stream may have."""
        for union in self.schema("AssistantStreamEvent")["anyOf"]:
            name = union["$ref"].rsplit("/", 1)[1]
            schema = self.schema(name)
            place = f"/components/schemas/{name}"
            branches = schema.get("anyOf")
            for number, branch in enumerate(branches or [schema]):
                inner = f"{place}/anyOf/{number}" if branches else place
                yield branch["properties"]["event"]["enum"][0], f"{inner}/properties/data"

    def _fault(self, where: str, pointer: str, body: Any) -> str | None:
        with self._lock:
            validator = self._validators.get(pointer)
            if validator is None:
                schema = {"$ref": f"{ADDRESS}#{pointer}"}
                validator = jsonschema.Draft202012Validator(schema, registry=self._registry)
                self._validators[pointer] = validator
        error = jsonschema.exceptions.best_match(validator.iter_errors(body))
        return None if error is None else f"{where}: {error.json_path}: {error.message[:300]}"

    def _error_members(self, where: str, body: Any) -> str | None:
        if list(body) != ["error"]:
            return f"{where}: {list(body)} beside the error"
        if list(body["error"]) != ["message", "type", "param", "code"]:
            return f"{where}: the error has {list(body['error'])}"
        return None


def member_fault(where: str, body: Any) -> str | None:
    """What is wrong with the members of an object, their order included, or None; goes into the items of a list."""
    kind = body.get("object")
    if kind == "file" and "deleted" in body:
        return None
    if kind == "list":
        given = list(body)
        if "first_id" in given and given != MEMBERS["list"].split():
            return f"{where}: a list with {given}"
        if body["data"] and "first_id" in given:
            ends = (body["first_id"], body["last_id"])
            if ends != (body["data"][0]["id"], body["data"][-1]["id"]):
                return f"{where}: first_id and last_id are {ends}"
        return next((fault for fault in (member_fault(where, item) for item in body["data"]) if fault), None)
    if kind not in MEMBERS:
        return None
    names = MEMBERS[kind].split()
    recorded = [name for name in names if not name.startswith("+")]
    given = list(body)
    unknown = set(given) - {name.removeprefix("+") for name in names}
    if unknown:
        return f"{where}: {kind} has {sorted(unknown)}, which nobody knows"
    if [name for name in given if name in recorded] != recorded:
        return f"{where}: {kind} has the members {given}, not {recorded} in this order"
    usage = body.get("usage")
    if usage is not None and list(usage) != USAGE:
        return f"{where}: usage has {list(usage)}, not {USAGE}"
    return None
