"""How does a message look in Slack? Block Kit, as an incoming webhook takes it. Pure.

Source: docs.slack.dev, blocks: 50 blocks in a message; 150 characters in a header, 3,000 in a section, 2,000 in a
field and 10 of them; 75 on a button and 3,000 in its address.
"""

import re
from collections.abc import Iterator, Sequence

from remediation.channel import Links
from remediation.channels.facts import Fact, buttons, facts
from remediation.channels.letter import Form, Letter
from remediation.channels.text import cut, shown
from remediation.report import Json

_HEADER = 150
_SECTION = 3_000
_FIELD = 2_000
_FIELDS = 10
_SHORT = 120
_BUTTON = 75
_ADDRESS = 3_000
_MOST_LINES = 40
_LINES_A_SECTION = 8
_LONGEST_LINE = 300
_FALLBACK = 1_000

_HALF_ENTITY = re.compile(r"&[a-z]{0,3}…$")
# Source: docs.slack.dev, formatting-message-text: these three make links, mentions and channels.
_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


def message(letter: Letter, links: Links) -> Json:
    """`text` is what a notification shows; the blocks are the message."""
    fallback = _cut_escaped(letter.headline, _FALLBACK)
    return {"text": fallback, "blocks": list(_blocks(letter, links))}


def escaped(text: str) -> str:
    """A name must not mention anybody, or lead anywhere."""
    return text.translate(_ENTITIES)


def _blocks(letter: Letter, links: Links) -> Iterator[Json]:
    yield {"type": "header", "text": _plain(cut(letter.headline, _HEADER))}
    if len(letter.headline) > _HEADER:
        yield {"type": "section", "text": _plain(cut(letter.headline, _SECTION))}
    if letter.form is Form.SINGLE:
        yield from _facts(facts(letter.word))
        yield from _buttons(buttons(letter.word, links))
    else:
        yield from _lines(letter)


def _facts(told: Sequence[Fact]) -> Iterator[Json]:
    """Short facts stand in two columns, at the place of the first of them; a long one has a section of its own."""
    short = [fact for fact in told if len(fact[1]) <= _SHORT and "\n" not in fact[1]][:_FIELDS]
    for fact in told:
        if short and fact == short[0]:
            fields = [_mrkdwn(each, _FIELD) for each in short]
            yield {"type": "section", "fields": fields}
        elif fact not in short:
            yield {"type": "section", "text": _mrkdwn(fact, _SECTION)}


def _lines(letter: Letter) -> Iterator[Json]:
    lines = shown([cut(line, _LONGEST_LINE) for line in letter.lines], _MOST_LINES)
    for start in range(0, len(lines), _LINES_A_SECTION):
        text = "\n".join(lines[start : start + _LINES_A_SECTION])
        yield {"type": "section", "text": _plain(cut(text, _SECTION))}


def _buttons(found: Sequence[Fact]) -> Iterator[Json]:
    fitting = [(title, url) for title, url in found if len(url) <= _ADDRESS]
    if fitting:
        yield {"type": "actions", "elements": [_button(*each) for each in fitting]}


def _button(title: str, url: str) -> Json:
    return {"type": "button", "text": _plain(cut(title, _BUTTON)), "url": url}


def _plain(text: str) -> Json:
    return {"type": "plain_text", "text": text, "emoji": False}


def _mrkdwn(fact: Fact, longest: int) -> Json:
    """Verbatim: Slack makes no links of what looks like one."""
    title, value = fact
    text = f"*{title}*\n"
    text += _cut_escaped(value, longest - len(text))
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def _cut_escaped(text: str, longest: int) -> str:
    """Half an entity would show as it is written."""
    return _HALF_ENTITY.sub("…", cut(escaped(text), longest))
