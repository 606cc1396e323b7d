"""Holds every answer that a scenario saw against the server's own OpenAPI document."""

from __future__ import annotations

import json
import re
import threading
from typing import Any
from urllib.parse import urlsplit

import jsonschema
import requests
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012


# Where the references in schemas find the document.
ADDRESS = "urn:openapi"

# In an item of the document's paths: the address that passes through, with all that is below it.
PASSES = "x-passes-through"


class Contract:
    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document
        self._registry = Registry().with_resource(ADDRESS, Resource(document, DRAFT202012))
        # What passes through to the model backend is the backend's to describe.
        self._passed = [item[PASSES] for item in document["paths"].values() if PASSES in item]
        self._templates = [
            (
                re.compile(
                    re.sub(
                        r"\{([^}]+)\}",
                        # The name of a model may have slashes.
                        lambda name: ".+" if name[1] == "model" else "[^/]+",
                        re.escape(path).replace(r"\{", "{").replace(r"\}", "}"),
                    )
                    + "$"
                ),
                path,
            )
            for path in sorted(document["paths"], key=lambda path: path.count("{"))
        ]
        self._validators: dict[tuple[str, str, str, str], Any] = {}
        self._lock = threading.Lock()

    def fault(self, response: requests.Response) -> str | None:
        """What the document says differently, or None."""
        method = response.request.method.lower()
        # The router does not mind a slash at the end.
        path = urlsplit(response.request.url).path.rstrip("/") or "/"
        media = response.headers.get("content-type", "").split(";")[0].strip()
        where = f"{response.request.method} {path} -> {response.status_code} {media}"
        if any(path == passed or path.startswith(passed + "/") for passed in self._passed):
            return None
        template = next((template for pattern, template in self._templates if pattern.match(path)), None)
        operation = self.document["paths"].get(template, {}).get(method)
        if operation is None:
            known = template is not None
            expected = 405 if known else 404
            # Whoever may not enter is not told what there is.
            if method in ("options", "head") or response.status_code in (expected, 404, 401, 403, 429):
                return None
            return f"{where}: the document has no such operation, and the answer is not {expected}"
        described = operation["responses"].get(str(response.status_code)) or operation["responses"].get("default")
        if described is None:
            return f"{where}: the document does not have this status"
        described, pointer = self._resolve(described, template, method, response.status_code)
        content = described.get("content", {})
        if content and media not in content:
            return f"{where}: the document has {', '.join(content)}"
        if media != "application/json":
            return None
        return self._body_fault(response, where, pointer)

    def _resolve(
        self, described: dict[str, Any], template: str, method: str, status: int
    ) -> tuple[dict[str, Any], str]:
        if "$ref" in described:
            pointer = described["$ref"].removeprefix("#")
            node: Any = self.document
            for part in pointer.split("/")[1:]:
                node = node[part.replace("~1", "/").replace("~0", "~")]
            return node, pointer
        key = str(status) if str(status) in self.document["paths"][template][method]["responses"] else "default"
        escaped = template.replace("~", "~0").replace("/", "~1")
        return described, f"/paths/{escaped}/{method}/responses/{key}"

    def _body_fault(self, response: requests.Response, where: str, pointer: str) -> str | None:
        reference = f"{ADDRESS}#{pointer}/content/application~1json/schema"
        with self._lock:
            validator = self._validators.get(reference)
            if validator is None:
                validator = jsonschema.Draft202012Validator({"$ref": reference}, registry=self._registry)
                self._validators[reference] = validator
        try:
            body = json.loads(response.content)
        except ValueError as error:
            return f"{where}: not JSON: {error}: {response.content[:200]!r}"
        error = jsonschema.exceptions.best_match(validator.iter_errors(body))
        if error is None:
            return None
        return f"{where}: {error.json_path}: {error.message[:300]}"
