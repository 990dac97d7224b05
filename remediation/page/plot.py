"""How do thirty days look as a plot? Inline SVG, colored by the style sheet, with a table beside it. Pure."""

from collections.abc import Iterator, Sequence

from remediation.page.markup import Element, Node, tag
from remediation.page.view import Day
from remediation.page.words import lasted

_WIDTH, _HEIGHT = 640.0, 160.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 34.0, 4.0, 10.0, 28.0
_FLOOR = _HEIGHT - _BOTTOM
_EVERY = 7


def trend(days: Sequence[Day]) -> Element:
    """Drifts that ended, day by day."""
    most = max((day.incidents for day in days), default=0)
    total = sum(day.incidents for day in days)
    says = f"Drifts that ended on each of the last {len(days)} days: {total} in all, at most {most} on one day."
    return tag(
        "figure",
        tag(
            "svg",
            tag("title", says),
            list(_axis(most)),
            list(_bars(days, most or 1)),
            viewBox=f"0 0 {_WIDTH:.0f} {_HEIGHT:.0f}",
            role="img",
        ),
        tag("figcaption", says, class_="small soft"),
        _table(days),
    )


def _bars(days: Sequence[Day], most: int) -> Iterator[Node]:
    step = (_WIDTH - _LEFT - _RIGHT) / max(len(days), 1)
    for number, day in enumerate(days):
        left = _LEFT + number * step
        height = day.incidents / most * (_FLOOR - _TOP)
        if day.incidents:
            hint = tag(
                "title", f"{day.day:%B %-d}: {day.incidents}, open {lasted(day.exposed_seconds)}"
            )
            yield tag(
                "rect",
                hint,
                class_="bar",
                x=f"{left + step * 0.15:.1f}",
                y=f"{_FLOOR - height:.1f}",
                width=f"{step * 0.7:.1f}",
                height=f"{height:.1f}",
                rx="2",
            )
        if (len(days) - 1 - number) % _EVERY == 0:
            middle = f"{left + step * 0.85:.1f}"
            yield tag(
                "text", f"{day.day:%b %-d}", x=middle, y=f"{_HEIGHT - 4:.0f}", text_anchor="end"
            )


def _axis(most: int) -> Iterator[Node]:
    for count, y in ((most, _TOP), (0, _FLOOR)):
        place = f"{y:.1f}"
        yield tag("line", class_="axis", x1=f"{_LEFT:.0f}", x2=f"{_WIDTH:.0f}", y1=place, y2=place)
        if count or y == _FLOOR:
            yield tag("text", str(count), x=f"{_LEFT - 6:.0f}", y=f"{y + 4:.1f}", text_anchor="end")


def _table(days: Sequence[Day]) -> Element:
    happened = [day for day in days if day.incidents]
    rows = [
        tag(
            "tr",
            tag("th", f"{day.day:%Y-%m-%d}", scope="row"),
            tag("td", str(day.incidents), class_="number"),
            tag("td", lasted(day.exposed_seconds), class_="number"),
        )
        for day in happened
    ]
    head = tag(
        "tr", *(tag("th", name, scope="col") for name in ("Day", "Drifts ended", "Time open"))
    )
    table = tag("table", tag("thead", head), tag("tbody", rows))
    inside = table if happened else tag("p", "Nothing happened.")
    return tag("details", tag("summary", "The same as a table", class_="small"), inside)
