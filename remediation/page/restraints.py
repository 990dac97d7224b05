"""How do modes and brakes read as parts of the page? Pure."""

from collections.abc import Iterable, Iterator

from remediation.page import frame
from remediation.page.form import Ask
from remediation.page.markup import Element, Node, foreign, tag
from remediation.page.modes import Charge, Hold
from remediation.page.words import count, moment

_MOST = 10
_NAMED = 5
_LONG = 600


def modes(charges: Iterable[Charge]) -> Element | None:
    """A table of profiles; None without any."""
    rows = [_charge(each) for each in charges]
    if not rows:
        return None
    head = tag("tr", *(tag("th", n, scope="col") for n in ("Profile", "Mode", "Accounts", "Held")))
    table = tag("table", tag("thead", head), tag("tbody", rows), class_="stack")
    return tag(
        "section",
        tag("h2", "What Latch may do"),
        tag("div", table, class_="wide", role="region", aria_label="Profiles", tabindex="0"),
    )


def brakes(holds: tuple[Hold, ...], ask: Ask) -> Element | None:
    """What holds Latch back, and for how long; None when nothing does."""
    if not holds:
        return None
    more = len(holds) - _MOST
    return tag(
        "section",
        tag("h2", f"{count(len(holds), 'brake')} on", class_="small"),
        tag("p", "Closing goes on; nothing else is put back there.", class_="small"),
        tag("ul", [_hold(each, ask) for each in holds[:_MOST]]),
        tag("p", f"And {more:,} more.") if more > 0 else None,
        class_="notice",
        id="brakes",
    )


def _hold(hold: Hold, ask: Ask) -> Element:
    until = f". Until {moment(hold.until)} at the latest" if hold.until is not None else ""
    more = len(hold.accounts) - _NAMED
    rest = f" and {more:,} more" if more > 0 else ""
    named = list(_links(hold, ask))
    return tag(
        "li", tag("b", hold.reason), " ", named, f"{rest}: ", foreign(hold.says, _LONG), until
    )


def _links(hold: Hold, ask: Ask) -> Iterator[Node]:
    for number, account in enumerate(hold.accounts[:_NAMED]):
        yield ", " if number else None
        yield tag("a", foreign(account.name), href=f"posture/account{ask.about(account)}")


def _charge(charge: Charge) -> Element:
    return tag(
        "tr",
        tag("th", foreign(charge.terms.profile), scope="row"),
        tag("td", frame.label("Mode"), list(_mode(charge))),
        tag("td", frame.label("Accounts"), f"{charge.accounts:,}", class_="number"),
        tag("td", frame.label("Held"), _held(charge)),
    )


def _mode(charge: Charge) -> Iterator[Node]:
    """One word where it is the same for all; single rules after it."""
    words = dict(charge.terms.groups)
    if not words:
        yield "not in the policy any more"
        return
    if len(set(words.values())) == 1:
        yield _chip(next(iter(words.values())))
    else:
        for group, mode in words.items():
            yield _chip(f"{group}: {mode}")
    for rule, mode in charge.terms.rules:
        yield _chip(f"{rule}: {mode}")


def _chip(told: str) -> Node:
    kind = "held" if told.endswith("audit") else "ok"
    return [tag("span", told, class_=f"chip {kind}"), " "]


def _held(charge: Charge) -> str:
    told = (f"{reason}: {count(n, 'account')}" for reason, n in charge.held)
    return ", ".join(told) or "nothing"
