"""What may a policy say, for editors? The JSON schema with the texts that stand under the fields. Pure.

The texts are read from the source: nothing of it is needed where a policy is only enforced.
"""

import ast
import inspect
from collections.abc import Iterator
from itertools import pairwise
from types import ModuleType
from typing import Any

from remediation import policy_alerts, policy_brakes, policy_document, policy_sections
from remediation.report import Json


def document() -> Json:
    """The JSON schema of policy files."""
    schema = policy_document.Policy.model_json_schema()
    told = sections()
    for name, section in (("Policy", schema), *schema["$defs"].items()):
        section.pop("title", None)
        for field, value in section.get("properties", {}).items():
            _describe(value, told[name].get(field) or told["Selector"][field])
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Latch policy"}
    return head | schema


def sections() -> dict[str, dict[str, str]]:
    """For each section of a policy the text under each key."""
    parts = (policy_sections, policy_brakes, policy_alerts, policy_document)
    return {name: fields for part in parts for name, fields in texts(part).items()}


def texts(module: ModuleType) -> dict[str, dict[str, str]]:
    """For each class the text under each field, on one line."""
    tree = ast.parse(inspect.getsource(module))
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef)]
    return {each.name: dict(_fields(each)) for each in classes}


def _describe(value: dict[str, Any], text: str) -> None:
    """Keeps only defaults that can be written as they stand; an empty list or an ISO duration cannot."""
    value.pop("title", None)
    default = value.pop("default", None)
    if isinstance(default, str) and not default.startswith("PT"):
        value["default"] = default
    value["description"] = text


def _fields(node: ast.ClassDef) -> Iterator[tuple[str, str]]:
    for above, below in pairwise(node.body):
        if isinstance(above, ast.AnnAssign) and isinstance(below, ast.Expr):
            yield ast.unparse(above.target), " ".join(ast.literal_eval(below.value).split())
