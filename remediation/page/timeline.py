"""How does the story of one account read as a page? Pure."""

from collections.abc import Sequence

from remediation import alerts
from remediation.page import frame
from remediation.page.form import Ask, AskOne, Format
from remediation.page.legs import legs
from remediation.page.markup import Element, Node, foreign, plain, tag
from remediation.page.standing import Standing
from remediation.page.words import lasted, moment
from remediation.report import Drift, Report, Result

_LONG = 600


def page(ask: AskOne, standing: Standing | None, reports: Sequence[Report]) -> str:
    """How it stands, and what happened, the newest first."""
    account = ask.account
    back = tag("a", "Posture of the fleet", href=f"../posture{Ask(key=ask.key).query}")
    top = [
        tag("nav", back, aria_label="Breadcrumb"),
        tag("h1", foreign(account.name)),
        tag("p", foreign(account.text, _LONG), class_="soft small"),
    ]
    title = f"Latch: {plain(account.name)}"
    return frame.document(title, top, _now(standing), _story(reports), _export(ask))


def _now(standing: Standing | None) -> Node:
    if standing is None:
        return frame.notice(
            "", "Nothing is known of how it stands now: it is gone, or out of the policy's scope."
        )
    told = (
        (
            tag("dt", leg.part.value),
            tag("dd", tag("b", leg.state.value), " — ", foreign(leg.says, _LONG)),
        )
        for leg in legs(standing)
    )
    when = f"Last look {moment(standing.looked)}, profile "
    return tag(
        "section",
        tag("h2", "Now ", frame.verdict(standing.verdict)),
        tag("p", when, foreign(standing.profile or "unknown"), class_="soft small"),
        tag("div", frame.chain(standing), tag("dl", list(told), class_="change"), class_="card"),
    )


def _story(reports: Sequence[Report]) -> Element:
    items = [tag("li", _report(report)) for report in reports]
    inside = tag("ol", items, class_="timeline") if items else tag("p", "No pass is remembered.")
    return tag("section", tag("h2", "What happened, the newest first"), inside)


def _export(ask: AskOne) -> Element:
    link = tag("a", "JSON", href=f"account{ask.written(Format.JSON)}")
    return tag("nav", tag("ul", tag("li", "All of it, as"), tag("li", link)), aria_label="Exports")


def _report(report: Report) -> Element:
    alert = alerts.for_report(report)
    word = None if alert is None else tag("p", tag("b", "Told: "), foreign(alert.headline, _LONG))
    return tag(
        "article",
        tag("h3", moment(report.ended), " ", frame.verdict(report.verdict)),
        tag("p", _cause(report), class_="soft small"),
        word,
        tag("ul", map(_drift, report.drifts), class_="findings") if report.drifts else None,
        tag("ul", map(_result, report.results), class_="findings") if report.results else None,
        _proof(report),
        class_="card",
    )


def _cause(report: Report) -> list[Node]:
    lane = f"{report.lane.value.upper()} pass, woken by "
    who: list[Node] = [" of ", foreign(str(report.cause.actor))] if report.cause.operation else []
    open_for = (
        "" if report.exposed_seconds is None else f"; open for {lasted(report.exposed_seconds)}"
    )
    what = foreign(report.cause.operation or report.cause.trigger.value)
    return [lane, what, *who, f" at {moment(report.cause.at)}{open_for}"]


def _drift(drift: Drift) -> Element:
    """Before is what was found, after is what was wanted instead."""
    held = " ".join(part for part in (drift.withheld, drift.message) if part)
    told: list[tuple[str, str]] = [("Found", drift.actual), ("Wanted", drift.expected)]
    if held:
        told.append(("Held back", held))
    if drift.until is not None:
        told.append(("Until", moment(drift.until)))
    told.append(("Where", drift.resource))
    pairs = [(tag("dt", name), tag("dd", foreign(value, _LONG))) for name, value in told]
    return tag(
        "li",
        tag("b", foreign(drift.rule)),
        f" ({drift.severity})",
        tag("dl", pairs, class_="change"),
    )


def _result(result: Result) -> Element:
    why: list[Node] = [": ", foreign(result.message, _LONG)] if result.message else []
    return tag("li", foreign(result.action), f" — {result.outcome.value}", *why)


def _proof(report: Report) -> Element | None:
    if report.proof is None:
        return None
    lines = (
        tag(
            "li",
            f"{each.standing.value}: ",
            foreign(each.claim),
            " — ",
            foreign(each.evidence, _LONG),
        )
        for each in report.proof.statements
    )
    return tag(
        "details",
        tag("summary", "Proof: ", foreign(report.proof.summary, _LONG)),
        tag("ul", *lines, class_="findings"),
    )
