"""How does a message look as plain text? A title and lines, for whatever has no renderer of its own. Pure."""

from remediation.channel import Links
from remediation.channels.facts import buttons, facts
from remediation.channels.letter import Form, Letter
from remediation.channels.text import cut, shown

_TITLE = 250
_BODY = 4_000
_MOST_LINES = 40


def title(letter: Letter) -> str:
    return cut(letter.headline, _TITLE)


def body(letter: Letter, links: Links) -> str:
    """The whole headline first: a title may be cut, or not shown at all."""
    if letter.form is Form.SINGLE:
        told = (*facts(letter.word), *buttons(letter.word, links))
        lines = [f"{name}: {value}" for name, value in told]
    else:
        lines = [f"- {line}" for line in shown(letter.lines, _MOST_LINES)]
    return cut("\n".join([letter.headline, *lines]), _BODY)
