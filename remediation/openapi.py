"""How does Latch's HTTP interface describe itself? OpenAPI 3.1, from the very types that are answered with. Pure."""

from typing import Any

from pydantic import TypeAdapter

from remediation import openapi_posture
from remediation.batch import Entry
from remediation.recheck_form import LONGEST_KEY, LONGEST_WAIT
from remediation.report import Actor, Json, Report

_REFERENCE = "#/components/schemas/{model}"
# Groups and accounts as resource-name-rules.md has them; Latch itself compares without regard to case.
_ID = (
    r"^/subscriptions/[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
    r"/resourceGroups/[A-Za-z0-9_()][A-Za-z0-9_().-]{0,89}"
    r"/providers/Microsoft\.CognitiveServices/accounts/[A-Za-z0-9][A-Za-z0-9_.-]{1,63}$"
)


def document(version: str) -> Json:
    """The whole description; `version` is that of Latch."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Latch",
            "version": version,
            "description": "Looks again at Cognitive Services accounts, and tells how isolated they are.",
        },
        "servers": [{"url": "/api"}],
        "security": [{"key": []}],
        "paths": {
            "/recheck": {"post": _ask()},
            "/recheck/{id}": {"get": _progress()},
            **openapi_posture.paths(),
            "/openapi.json": {"get": _description()},
        },
        "components": {
            "securitySchemes": {
                "key": {"type": "apiKey", "in": "header", "name": "x-functions-key"}
            },
            "schemas": _schemas(),
        },
    }


def _ask() -> Json:
    return {
        "operationId": "recheck",
        "summary": "Look at one account now, or at many.",
        "parameters": [_key()],
        "requestBody": {"required": True, "content": _json(_ref("Ask"))},
        "responses": {
            "200": _answer("Converged or remedied; of many, all are done.", _either()),
            "202": _answer("It takes longer: come back to Location.", _either(), located=True),
            "400": _refusal("The body or a header makes no sense; the message says why."),
            "401": {"description": "The function key is missing or wrong."},
            "404": _refusal("The policy does not speak of it, or there is no such account."),
            "409": _answer("Something is held back, or a person must act.", _ref("Report")),
            "422": _refusal("The Idempotency-Key was used to ask for something else."),
        },
    }


def _progress() -> Json:
    of = {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
    form = {
        "name": "format",
        "in": "query",
        "schema": {"type": "string", "enum": ["csv", "json"]},
        "description": "`csv` for a table; so does `Accept: text/csv`.",
    }
    content = {**_json(_ref("Progress")), "text/csv": {"schema": {"type": "string"}}}
    return {
        "operationId": "progress",
        "summary": "How far a look is, and what was found.",
        "parameters": [of, form],
        "responses": {
            "200": {"description": "As far as it is.", "content": content},
            "401": {"description": "The function key is missing or wrong."},
            "404": _refusal("There is no such look."),
        },
    }


def _description() -> Json:
    return {
        "operationId": "openapi",
        "summary": "This description.",
        "responses": {
            "200": _answer("OpenAPI 3.1.", {"type": "object"}),
            "401": {"description": "The function key is missing or wrong."},
        },
    }


def _key() -> Json:
    return {
        "name": "Idempotency-Key",
        "in": "header",
        "description": "Asking again with the same key starts nothing new.",
        "schema": {"type": "string", "maxLength": LONGEST_KEY, "pattern": "^[ -~]*$"},
    }


def _schemas() -> Json:
    schemas: Json = {"Ask": _asked(), "Progress": _counted(), "Refusal": _refused()}
    schemas |= openapi_posture.schemas()
    for type_ in (Report, Entry, Actor):
        schema = TypeAdapter(type_).json_schema(ref_template=_REFERENCE, mode="serialization")
        schemas |= schema.pop("$defs", {})
        schemas[type_.__name__] = schema
    return schemas


def _asked() -> Json:
    mode = {"type": "string", "enum": ["audit", "enforce"], "default": "audit"}
    wait = {"type": "number", "minimum": 0, "maximum": LONGEST_WAIT, "default": 0}
    targets: dict[str, Json] = {
        "account": {"type": "string", "pattern": _ID},
        "subscription": {"type": "string", "format": "uuid"},
        "all": {"const": True},
    }
    return {
        "oneOf": [
            {
                "type": "object",
                "properties": {name: schema, "mode": mode, "wait": wait},
                "required": [name],
                "additionalProperties": False,
            }
            for name, schema in targets.items()
        ]
    }


def _counted() -> Json:
    properties: dict[str, Any] = {
        "id": {"type": "string"},
        "scope": {"type": "string"},
        "mode": {"type": "string", "enum": ["audit", "enforce"]},
        "asked": {"type": "string", "format": "date-time"},
        "by": _ref("Actor"),
        "state": {"type": "string", "enum": ["listing", "running", "done"]},
        "total": {"type": "integer"},
        "done": {"type": "integer"},
        "verdicts": {"type": "object", "additionalProperties": {"type": "integer"}},
        "accounts": {"type": "array", "items": _ref("Entry")},
    }
    return {"type": "object", "properties": properties, "required": list(properties)}


def _refused() -> Json:
    text = {"type": "string"}
    error = {
        "type": "object",
        "properties": {"code": text, "message": text},
        "required": ["code", "message"],
    }
    return {"type": "object", "properties": {"error": error}, "required": ["error"]}


def _either() -> Json:
    return {"anyOf": [_ref("Report"), _ref("Progress")]}


def _ref(name: str) -> Json:
    return {"$ref": _REFERENCE.format(model=name)}


def _json(schema: Json) -> Json:
    return {"application/json": {"schema": schema}}


def _answer(description: str, schema: Json, *, located: bool = False) -> Json:
    headers = {
        "Location": {"schema": {"type": "string"}},
        "Retry-After": {"schema": {"type": "string"}},
    }
    answer: Json = {"description": description, "content": _json(schema)}
    return {**answer, "headers": headers} if located else answer


def _refusal(description: str) -> Json:
    return _answer(description, _ref("Refusal"))
