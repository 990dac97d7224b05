"""A Workflows webhook of Microsoft Teams: does it take this message?"""

import re
from typing import Any

from tests.harness.channels.checks import fields, https, items, require, text
from tests.harness.world import Json

# Source: learn.microsoft.com, connectors-using: about 28 KB for the message with its card.
LARGEST = 28 * 1024
_LONG = 28 * 1024
# Source: adaptivecards.io/schemas/adaptive-card.json, 1.5.
_COLORS = {"default", "dark", "light", "accent", "good", "warning", "attention"}
_SIZES = {"default", "small", "medium", "large", "extraLarge"}
_WEIGHTS = {"default", "lighter", "bolder"}
_LINK = re.compile(r"(?<!\\)\[[^\]]*(?<!\\)\]\(")


def check(body: bytes, message: Any) -> None:
    require(len(body) <= LARGEST, f"the message has {len(body)} bytes; the limit is {LARGEST}")
    message = fields(message, "the message", {"type", "attachments"})
    require(message["type"] == "message", "only messages are taken")
    for attachment in items(message["attachments"], "attachments", 1):
        _attachment(attachment)


def _attachment(attachment: Any) -> None:
    named = fields(attachment, "the attachment", {"contentType", "content"}, {"contentUrl"})
    # Source: the same page: a MessageCard is not taken.
    kind = named["contentType"]
    require(kind == "application/vnd.microsoft.card.adaptive", f"no Adaptive Card: {kind}")
    card = fields(
        named["content"], "the card", {"type", "version", "body"}, {"$schema", "actions", "msteams"}
    )
    require(card["type"] == "AdaptiveCard", "the card is no AdaptiveCard")
    require(card["version"] in ("1.2", "1.3", "1.4", "1.5"), f"version {card['version']}")
    for element in items(card["body"], "the body", 100):
        _element(element)
    # Source: learn.microsoft.com, cards-reference: six actions are shown.
    for action in items(card["actions"], "actions", 6) if "actions" in card else ():
        _action(action)


def _element(element: Any) -> None:
    match element.get("type") if isinstance(element, dict) else None:
        case "RichTextBlock":
            block = fields(element, "a RichTextBlock", {"type", "inlines"})
            for run in items(block["inlines"], "inlines", 50):
                _run(run)
        case "FactSet":
            for fact in items(
                fields(element, "a FactSet", {"type", "facts"})["facts"], "facts", 60
            ):
                _fact(fields(fact, "a fact", {"title", "value"}))
        case kind:
            require(holds=False, why=f"element {kind}: extend tests/harness/channels/teams.py")


def _run(run: Any) -> None:
    known = fields(run, "a TextRun", {"type", "text"}, {"weight", "size", "color"})
    require(known["type"] == "TextRun", "an inline is a TextRun")
    text(known["text"], "the text of a TextRun", _LONG)
    for name, words in (("color", _COLORS), ("size", _SIZES), ("weight", _WEIGHTS)):
        require(known.get(name, "default") in words, f"{name} {known.get(name)}")


def _fact(fact: Json) -> None:
    """What would become a link is not refused by Teams, but must never come from an alert."""
    text(fact["title"], "the title of a fact", _LONG)
    value = text(fact["value"], "the value of a fact", _LONG)
    require(not _LINK.search(value), "a fact holds a link")


def _action(action: Any) -> None:
    known = fields(action, "an action", {"type", "title", "url"})
    require(known["type"] == "Action.OpenUrl", f"action {known['type']}")
    text(known["title"], "the title of an action", 100)
    https(known["url"], "the address of an action")
