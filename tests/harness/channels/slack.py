"""An incoming webhook of Slack: does it take this message?

Source: docs.slack.dev, reference/block-kit/blocks: the limits of each block.
"""

import re
from typing import Any

from tests.harness.channels.checks import fields, https, items, require, text

_BLOCKS = 50
_HEADER = 150
_SECTION = 3_000
_FIELD = 2_000
_FIELDS = 10
_ELEMENTS = 25
_BUTTON = 75
_TEXT = 40_000
# Source: docs.slack.dev, formatting-message-text: unescaped, these mention people or make links.
_LIVE = re.compile(r"<[@#!]|<https?:|[<>]|&(?!amp;|lt;|gt;)")


def check(message: Any) -> None:
    known = fields(message, "the message", {"text", "blocks"})
    require(not _LIVE.search(text(known["text"], "text", _TEXT)), "text is not escaped")
    for block in items(known["blocks"], "blocks", _BLOCKS):
        _block(block)


def _block(block: Any) -> None:
    match block.get("type") if isinstance(block, dict) else None:
        case "header":
            _plain(fields(block, "a header", {"type", "text"})["text"], "a header", _HEADER)
        case "section":
            _section(fields(block, "a section", {"type"}, {"text", "fields"}))
        case "actions":
            elements = fields(block, "actions", {"type", "elements"})["elements"]
            for element in items(elements, "elements", _ELEMENTS):
                _button(element)
        case kind:
            require(holds=False, why=f"block {kind}: extend tests/harness/channels/slack.py")


def _section(section: dict[str, Any]) -> None:
    require("text" in section or "fields" in section, "a section has neither text nor fields")
    if "text" in section:
        _text(section["text"], "a section", _SECTION)
    for field in items(section["fields"], "fields", _FIELDS) if "fields" in section else ():
        _text(field, "a field", _FIELD)


def _text(value: Any, where: str, most: int) -> None:
    if isinstance(value, dict) and value.get("type") == "plain_text":
        _plain(value, where, most)
        return
    known = fields(value, where, {"type", "text"}, {"verbatim"})
    require(known["type"] == "mrkdwn", f"{where} has text of type {known['type']}")
    require(not _LIVE.search(text(known["text"], where, most)), f"{where} is not escaped")


def _plain(value: Any, where: str, most: int) -> None:
    known = fields(value, where, {"type", "text"}, {"emoji"})
    require(known["type"] == "plain_text", f"{where} needs plain text")
    text(known["text"], where, most)


def _button(button: Any) -> None:
    known = fields(button, "a button", {"type", "text", "url"})
    require(known["type"] == "button", f"element {known['type']}")
    _plain(known["text"], "a button", _BUTTON)
    https(known["url"], "the address of a button")
