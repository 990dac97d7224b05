"""What do the files say that a template loads?"""

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

# Source: learn.microsoft.com, bicep-functions-files. The limit of loadTextContent, and any of loadYamlContent, is
# not verified.
_JSON_LIMIT = 1_048_576
_TEXT_LIMIT = 131_072
_BINARY_LIMIT = 98_304


def _json(file: Path, path: str = "") -> Any:
    if path:
        raise TypeError("loadJsonContent() with a path inside the file is not supported")
    return json.loads(_text(file, _JSON_LIMIT))


def _yaml(file: Path) -> Any:
    return yaml.safe_load(_text(file, _JSON_LIMIT))


def _text(file: Path, limit: int = _TEXT_LIMIT) -> str:
    text = file.read_text("utf-8")
    if len(text) > limit:
        raise TypeError(f"{file.name} has more than {limit} characters")
    return text


def _base64(file: Path) -> str:
    content = file.read_bytes()
    if len(content) > _BINARY_LIMIT:
        raise TypeError(f"{file.name} has more than {_BINARY_LIMIT} bytes")
    return base64.b64encode(content).decode()


LOADERS: dict[str, Callable[..., Any]] = {
    "loadFileAsBase64": _base64,
    "loadJsonContent": _json,
    "loadTextContent": _text,
    "loadYamlContent": _yaml,
}
