"""How do the pages for people and monitors describe themselves? The part of `openapi` that only reads. Pure.

`/health/live` is left out: it is for load balancers, needs no key, and has nothing to describe.
"""

from collections.abc import Sequence
from enum import StrEnum

from remediation.page.form import LAST_PAGE, LONGEST_TEXT, Format, Only
from remediation.page.health import Standing
from remediation.report import Json

_ID = (
    r"^/subscriptions/[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
    r"/resourceGroups/[A-Za-z0-9_()][A-Za-z0-9_().-]{0,89}"
    r"/providers/Microsoft\.CognitiveServices/accounts/[A-Za-z0-9][A-Za-z0-9_.-]{1,63}$"
)
_TEXT: Json = {"type": "string"}
_OBJECT: Json = {"type": "object"}
_UNAUTHORIZED: Json = {"description": "The function key is missing or wrong."}


def paths() -> Json:
    """What can be asked for."""
    return {
        "/posture": {"get": _posture()},
        "/posture/account": {"get": _account()},
        "/health": {"get": _health()},
    }


def schemas() -> Json:
    """The shapes that they answer with."""
    check = _strict({"name": _TEXT, "status": _enum(Standing), "says": _TEXT})
    health = {"status": _enum(Standing), "at": _moment(), "checks": _array(check)}
    posture: Json = {
        "at": _moment(),
        "paused": {"type": "boolean"},
        "sweep": _OBJECT,
        "tiles": _OBJECT,
        "profiles": _array(_OBJECT),
        "brakes": _array(_OBJECT),
        "page": {"type": "integer"},
        "pages": {"type": "integer"},
        "found": {"type": "integer"},
        "accounts": _array(_OBJECT),
        "actors": _array(_OBJECT),
        "days": _array(_OBJECT),
    }
    story: Json = {
        "now": {"type": ["object", "null"]},
        "reports": _array({"$ref": "#/components/schemas/Report"}),
    }
    return {"Health": _strict(health), "Posture": _strict(posture), "Story": _strict(story)}


def _posture() -> Json:
    page = {"type": "integer", "minimum": 1, "maximum": LAST_PAGE, "default": 1}
    search = {"type": "string", "maxLength": LONGEST_TEXT}
    return {
        "operationId": "posture",
        "summary": "How the fleet stands: a page for people, JSON or CSV for programs.",
        "parameters": [
            _query("show", _enum(Only), "Which accounts are listed."),
            _query("q", search, "A part of an account's id, its profile, or who changed it."),
            _query("page", page, "Which page of the list."),
            _query("format", _enum(Format), "How it is written; so does `Accept`."),
        ],
        "responses": {
            "200": _written("Posture", ("text/html", "text/csv")),
            "400": _refusal("A filter makes no sense; the message says why."),
            "401": _UNAUTHORIZED,
            "503": _refusal("Storage does not answer."),
        },
    }


def _account() -> Json:
    form = {"type": "string", "enum": [Format.HTML.value, Format.JSON.value]}
    id_ = _query("id", {"type": "string", "pattern": _ID}, "The account's resource id.")
    return {
        "operationId": "posture_account",
        "summary": "How one account stands, and what happened to it.",
        "parameters": [
            {**id_, "required": True},
            _query("format", form, "How it is written; so does `Accept`."),
        ],
        "responses": {
            "200": _written("Story", ("text/html",)),
            "400": _refusal("It is no resource id; the message says why."),
            "401": _UNAUTHORIZED,
            "404": _refusal("No pass has seen such an account."),
            "503": _refusal("Storage does not answer."),
        },
    }


def _health() -> Json:
    return {
        "operationId": "health",
        "summary": "Whether Latch's own plumbing is well.",
        "responses": {
            "200": _answer("Nothing fails; something may deserve a look.", "Health"),
            "401": _UNAUTHORIZED,
            "503": _answer("Something fails.", "Health"),
        },
    }


def _query(name: str, schema: Json, description: str) -> Json:
    return {"name": name, "in": "query", "schema": schema, "description": description}


def _written(model: str, texts: Sequence[str]) -> Json:
    answer = _answer("What was asked for.", model)
    answer["content"] |= {kind: {"schema": _TEXT} for kind in texts}
    return answer


def _refusal(description: str) -> Json:
    return _answer(description, "Refusal")


def _answer(description: str, model: str) -> Json:
    schema = {"$ref": f"#/components/schemas/{model}"}
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _strict(properties: Json) -> Json:
    return {"type": "object", "properties": properties, "required": list(properties)}


def _array(items: Json) -> Json:
    return {"type": "array", "items": items}


def _enum(kind: type[StrEnum]) -> Json:
    return {"type": "string", "enum": [each.value for each in kind]}


def _moment() -> Json:
    return {"type": "string", "format": "date-time"}
