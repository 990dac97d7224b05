"""How does the whole fleet read as a page? Pure."""

from collections.abc import Iterator

from remediation.page import frame, plot, restraints
from remediation.page.form import KEY, LONGEST_TEXT, Format, Only
from remediation.page.markup import Element, Node, foreign, tag
from remediation.page.standing import Standing
from remediation.page.view import DAYS, Culprit, View
from remediation.page.words import count, lasted, moment, share

_ACCOUNT = "posture/account"
_NAMES = {
    Only.ALL: "All",
    Only.OPEN: "Something differs",
    Only.EXPOSED: "Open to the internet",
    Only.HELD: "Held",
    Only.WAITING: "Waiting",
    Only.STALLED: "Need a person",
    Only.FLAPPING: "Flapping",
    Only.CLEAN: "As wanted",
}
_COLUMNS = ("Account", "Verdict", "Private path", "Last exposure", "Last look")
_FEW_SPOTS = 10


def page(view: View) -> str:
    """Everything that a person who looks wants to know first."""
    top = [
        tag("h1", "Posture of the fleet"),
        tag("p", f"As of {moment(view.fleet.at)}", class_="soft small"),
    ]
    return frame.document(
        "Latch: posture of the fleet",
        top,
        list(_state(view)),
        _tiles(view),
        _recent(view),
        restraints.modes(view.charges),
        _accounts(view),
    )


def _state(view: View) -> Iterator[Node]:
    """Coverage, and what holds Latch back."""
    fleet, swept = view.fleet, view.fleet.swept
    if fleet.paused:
        paused = " by LATCH_PAUSE: Latch looks and tells, and changes nothing."
        yield frame.notice("bad", tag("b", "Paused"), paused)
    if view.tiles.exposed:
        open_now = count(view.tiles.exposed, "account is", "accounts are")
        yield frame.notice("bad", tag("b", f"{open_now} open to the internet."))
    yield restraints.brakes(view.holds, view.ask)
    if view.counts[Only.FLAPPING]:
        flapping = count(view.counts[Only.FLAPPING], "account was", "accounts were")
        yield tag("p", f"{flapping} put back again and again of late.", class_="small")
    if swept.spots:
        spots = [tag("li", foreign(str(each.spot), 400)) for each in swept.spots[:_FEW_SPOTS]]
        yield tag(
            "section",
            tag("h2", f"{count(len(swept.spots), 'blind spot')}", class_="small"),
            tag("ul", spots),
            class_="notice",
        )
    yield tag("p", _coverage(view), class_="soft small")


def _coverage(view: View) -> str:
    swept = view.fleet.swept
    if swept.ended is None:
        return f"No sweep has come to its end yet. Passes have seen {count(view.tiles.accounts, 'account')}."
    blind = "no blind spots" if not swept.spots else count(len(swept.spots), "blind spot")
    return (
        f"The last sweep ended {moment(swept.ended)} and looked at {count(swept.looked, 'account')}, {blind}. "
        f"Passes have seen {count(view.tiles.accounts, 'account')}."
    )


def _tiles(view: View) -> Element:
    tiles = view.tiles
    told = (
        ("Accounts", f"{tiles.accounts:,}", "seen whole by a pass"),
        ("Private", share(tiles.private_percent), "of those that could be read"),
        ("Open findings", f"{tiles.drifts:,}", count(view.counts[Only.OPEN], "account")),
        ("Median exposure", lasted(tiles.median_exposure), f"of what ended in {DAYS} days"),
        ("95th percentile", lasted(tiles.p95_exposure), f"of what ended in {DAYS} days"),
    )
    cells = (
        tag(
            "div",
            tag("dt", name),
            tag("dd", value, tag("span", more, class_="small soft")),
            class_="tile",
        )
        for name, value, more in told
    )
    return tag("dl", *cells, class_="tiles")


def _recent(view: View) -> Element:
    trend = tag(
        "section",
        tag("h2", f"The last {DAYS} days"),
        tag("div", plot.trend(view.days), class_="card"),
    )
    return tag("div", trend, _culprits(view), class_="two")


def _culprits(view: View) -> Element:
    rows = [
        tag(
            "tr",
            tag("th", foreign(each.name), _id(each), scope="row"),
            tag("td", f"{each.incidents:,}", class_="number"),
            tag("td", f"{each.accounts:,}", class_="number"),
        )
        for each in view.culprits
    ]
    head = tag("tr", *(tag("th", name, scope="col") for name in ("Who", "Drifts", "Accounts")))
    table = tag("table", tag("thead", head), tag("tbody", rows))
    inside: Node = (
        table if rows else tag("p", "Nobody changed anything that Latch had to put back.")
    )
    return tag("section", tag("h2", "Top actors"), tag("div", inside, class_="card"))


def _id(culprit: Culprit) -> Element | None:
    """Two people may have one name."""
    if culprit.id in ("", culprit.name):
        return None
    return tag("div", foreign(culprit.id), class_="soft small")


def _accounts(view: View) -> Element:
    return tag(
        "section",
        tag("h2", "Accounts", id="accounts"),
        _filters(view),
        _search(view),
        _table(view) if view.rows else tag("p", "No account fits.", class_="card"),
        _pages(view),
        _exports(view),
    )


def _filters(view: View) -> Element:
    shown = (
        only for only in Only if view.counts[only] or only is Only.ALL or only is view.ask.only
    )
    items = (
        tag(
            "li",
            tag(
                "a",
                f"{_NAMES[only]} ({view.counts[only]:,})",
                href=f"posture{view.ask.showing(only)}#accounts",
                aria_current="true" if only is view.ask.only else None,
            ),
        )
        for only in shown
    )
    return tag("nav", tag("ul", *items), aria_label="Filter")


def _search(view: View) -> Element:
    """The key goes with the form, since a browser can send it in no other way."""
    hidden = [tag("input", type="hidden", name="show", value=view.ask.only.value)]
    if view.ask.key:
        hidden.append(tag("input", type="hidden", name=KEY, value=view.ask.key))
    field = tag(
        "input", type="search", name="q", id="q", value=view.ask.text, maxlength=str(LONGEST_TEXT)
    )
    label = tag("label", "Name, group, subscription, profile or actor", for_="q")
    return tag(
        "form",
        hidden,
        tag("div", label, field),
        tag("button", "Search"),
        method="get",
        action="posture",
    )


def _table(view: View) -> Element:
    told = f"{count(view.found, 'account')}, the worst first; page {view.ask.page} of {view.pages}."
    head = tag("tr", *(tag("th", name, scope="col") for name in _COLUMNS))
    rows = [_row(each, view) for each in view.rows]
    table = tag(
        "table", tag("caption", told), tag("thead", head), tag("tbody", rows), class_="fleet stack"
    )
    # A table that scrolls must be reachable by keyboard.
    return tag("div", table, class_="wide", role="region", aria_label="Accounts", tabindex="0")


def _row(each: Standing, view: View) -> Element:
    account = each.account
    name = tag("a", foreign(account.name), href=f"{_ACCOUNT}{view.ask.about(account)}")
    place = tag(
        "div",
        foreign(f"{account.group_text} · {each.profile or 'no profile'}"),
        class_="soft small",
    )
    return tag(
        "tr",
        tag("th", name, place, scope="row"),
        tag("td", frame.verdict(each.verdict), _flapping(each, view), _actor(each)),
        tag("td", frame.chain(each), frame.findings(each)),
        tag("td", frame.label("Last exposure"), _exposure(each, view), class_="number"),
        tag("td", frame.label("Last look"), moment(each.looked), class_="number small"),
    )


def _flapping(each: Standing, view: View) -> Element | None:
    if not each.is_flapping(view.fleet.at):
        return None
    return tag("div", f"put back {each.reverts} times", class_="small")


def _actor(each: Standing) -> Element | None:
    """Of an account that is as wanted, whoever made it so does not matter."""
    if not each.drifts:
        return None
    return tag("div", "by ", foreign(str(each.actor)), class_="small soft")


def _exposure(each: Standing, view: View) -> str:
    if not each.is_exposed:
        known = each.exposed_seconds
        return lasted(view.exposures.get(each.account) if known is None else known)
    since = each.drifted_at or each.looked
    return f"open for {lasted((view.fleet.at - since).total_seconds())}"


def _pages(view: View) -> Element | None:
    if view.pages == 1 and view.ask.page == 1:
        return None
    near = {1, view.ask.page - 1, view.ask.page, view.ask.page + 1, view.pages}
    items = (
        tag(
            "li",
            tag(
                "a",
                f"Page {number:,}",
                href=f"posture{view.ask.on_page(number)}#accounts",
                aria_current="page" if number == view.ask.page else None,
            ),
        )
        for number in sorted(each for each in near if 1 <= each <= view.pages)
    )
    return tag("nav", tag("ul", *items), aria_label="Pages")


def _exports(view: View) -> Element:
    links = (
        tag("li", tag("a", name, href=f"posture{view.ask.written(format_)}"))
        for name, format_ in (("CSV", Format.CSV), ("JSON", Format.JSON))
    )
    return tag("nav", tag("ul", tag("li", "What was asked for, as"), *links), aria_label="Exports")
