"""What do all pages have in common? Head, landmarks, chips for states, and the chain of legs. Pure."""

from remediation.page.legs import Leg, legs
from remediation.page.markup import Element, Node, foreign, render, tag
from remediation.page.parts import State
from remediation.page.standing import Standing
from remediation.page.style import STYLE
from remediation.report import Verdict

# Never by color alone: each state has a sign and a word.
_SIGNS = {
    State.OK: "✓",
    State.BROKEN: "✗",
    State.WAITING: "…",
    State.HELD: "‖",
    State.NOT_ASKED: "—",
    State.UNKNOWN: "?",
}
_CLASSES = {State.NOT_ASKED: "none", State.UNKNOWN: "none"}
_VERDICTS = {
    Verdict.CONVERGED: "ok",
    Verdict.REMEDIED: "ok",
    Verdict.WAITING: "waiting",
    Verdict.HELD: "held",
    Verdict.STALLED: "stalled",
}
# What a screen reader says instead of a sign is the word beside it.
_SAID = {"aria_hidden": "true"}


def document(title: str, top: Node, *parts: Node) -> str:
    """A whole page."""
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="robots", content="noindex"),
        tag("title", title),
        STYLE,
    )
    body = tag(
        "body",
        tag("a", "Skip to the content", href="#content", class_="skip"),
        tag("header", top),
        tag("main", *parts, id="content"),
        tag("footer", tag("p", "What Latch last saw. Only Azure Resource Manager is believed.")),
    )
    return "<!doctype html>\n" + render(tag("html", head, body, lang="en")) + "\n"


def verdict(of: Verdict) -> Element:
    return tag("span", of.value, class_=f"chip {_VERDICTS.get(of, 'none')}")


def chain(standing: Standing) -> Element:
    """The legs of the path in their order, each with its state."""
    return tag("ul", *map(_leg, legs(standing)), class_="chain", aria_label="Private path")


def findings(standing: Standing) -> Element | None:
    """A sentence for each leg that needs one."""
    told = [leg for leg in legs(standing) if leg.state not in (State.OK, State.NOT_ASKED)]
    if not told:
        return None
    items = (tag("li", tag("b", leg.part.value), ": ", foreign(leg.says, 600)) for leg in told)
    return tag("ul", *items, class_="findings")


def label(text: str) -> Element:
    """The name of a column beside its cell, where a phone shows no head."""
    return tag("span", f"{text}: ", class_="label soft")


def notice(kind: str, *inside: Node) -> Element:
    return tag("p", *inside, class_=f"notice {kind}".strip())


def _leg(leg: Leg) -> Element:
    word = tag("span", f": {leg.state.value}") if leg.state is not State.OK else None
    sign = tag("span", f"{_SIGNS[leg.state]} ", **_SAID)
    class_ = f"leg {_CLASSES.get(leg.state, leg.state.value)}"
    said = tag("span", ": ok", class_="hidden") if leg.state is State.OK else None
    return tag("li", tag("span", sign, leg.part.value, word, said, class_=class_))
