"""How does a message look in Microsoft Teams? An Adaptive Card, as a Workflows webhook takes it. Pure.

Source: learn.microsoft.com, connectors-using: Adaptive Cards only, about 28 KB for the message with its card.
"""

from collections.abc import Sequence
from typing import Any

from remediation.channel import Links, Standing
from remediation.channels.facts import Fact, buttons, facts
from remediation.channels.letter import Form, Letter
from remediation.channels.text import cut, shown, size
from remediation.plan import Severity
from remediation.report import Json

# Well below the limit: how exactly Teams counts is not published.
LARGEST = 20_000
_LONGEST_HEADLINE = 1_000
_MOST_LINES = 40
_LONGEST_LINE = 300

_COLORS = {Severity.CRITICAL: "attention", Severity.WARNING: "warning", Severity.NOTICE: "accent"}


def message(letter: Letter, links: Links) -> Json:
    """Facts and lines give way from the end until it fits, and the card says how many are left out."""
    body = _lines(letter) if letter.form is not Form.SINGLE else facts(letter.word)
    actions = buttons(letter.word, links) if letter.form is Form.SINGLE else ()
    kept = len(body)
    while size(made := _message(letter, body[:kept], len(body) - kept, actions)) > LARGEST and kept:
        kept -= 1
    return made


def _lines(letter: Letter) -> tuple[Fact, ...]:
    lines = [cut(line, _LONGEST_LINE) for line in letter.lines]
    return tuple(
        (str(number), line) for number, line in enumerate(shown(lines, _MOST_LINES), start=1)
    )


def _message(letter: Letter, kept: Sequence[Fact], left: int, actions: Sequence[Fact]) -> Json:
    shown_facts = [*kept, ("Left out", f"{left}, too long for Teams")] if left else list(kept)
    card: Json = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.5",
        "body": [_headline(letter), *_fact_set(shown_facts)],
        "msteams": {"width": "full"},
    }
    if actions:
        card["actions"] = [
            {"type": "Action.OpenUrl", "title": title, "url": url} for title, url in actions
        ]
    return {
        "type": "message",
        "attachments": [
            {
                "contentType": "application/vnd.microsoft.card.adaptive",
                "contentUrl": None,
                "content": card,
            }
        ],
    }


def _headline(letter: Letter) -> Json:
    """A RichTextBlock knows no markdown, so none can hide in it (learn.microsoft.com, adaptive-cards text-features)."""
    color = "good" if letter.standing is Standing.OVER else _COLORS[letter.severity]
    run = {
        "type": "TextRun",
        "text": cut(letter.headline, _LONGEST_HEADLINE),
        "weight": "bolder",
        "size": "medium",
        "color": color,
    }
    return {"type": "RichTextBlock", "inlines": [run]}


def _fact_set(shown_facts: Sequence[Fact]) -> list[Any]:
    if not shown_facts:
        return []
    pairs = [{"title": title, "value": plain(value)} for title, value in shown_facts]
    return [{"type": "FactSet", "facts": pairs}]


_MARKDOWN = str.maketrans({mark: f"\\{mark}" for mark in "\\`*_[]<>~|#"})


def plain(text: str) -> str:
    """Facts know links and emphasis (learn.microsoft.com, cards-format): a name must not make any."""
    return text.translate(_MARKDOWN)
