"""How do the looks of a run read as one HTML file? Pure: no script, nothing from elsewhere, every name escaped."""

from collections.abc import Iterator
from html import escape

from remediation.report import Drift
from remediation.terminal.changes import changes
from remediation.terminal.look import Exit, Look, Survey

_STYLE = """\
:root{color-scheme:light dark}
body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:72rem;padding:0 1rem}
h1{font-size:1.5rem}h2{font-size:1.1rem;margin:2rem 0 .3rem;overflow-wrap:anywhere}
.id{color:GrayText;font-size:.85rem;overflow-wrap:anywhere}
table{border-collapse:collapse;width:100%;margin:.5rem 0}
th,td{text-align:left;vertical-align:top;padding:.3rem .6rem;border-bottom:1px solid GrayText;overflow-wrap:anywhere}
pre{overflow-x:auto;padding:.6rem;border:1px solid GrayText}
.critical,.error{font-weight:bold}
"""
_WORDS = {
    Exit.CLEAN: "Everything is as the policy wants it.",
    Exit.DRIFT: "Something differs from the policy.",
    Exit.ERROR: "Not everything could be seen or done.",
}


def to_html(survey: Survey) -> str:
    """A page that may be mailed about: it asks nothing of anybody."""
    return "\n".join(_page(survey)) + "\n"


def _page(survey: Survey) -> Iterator[str]:
    title = f"Latch {escape(survey.command)}, {survey.at:%Y-%m-%d %H:%M} UTC"
    yield '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">'
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    yield f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>{title}</title>\n<style>\n{_STYLE}</style>\n</head>\n<body>\n<main>"
    yield f"<h1>{title}</h1>"
    yield f"<p>{_WORDS[survey.exit]} Accounts: {len(survey.looks)}, clean: {survey.clean}.</p>"
    yield from (f'<p class="error">{escape(text)}</p>' for text in survey.blind)
    yield from (f"<p>{escape(text)}</p>" for text in survey.notes)
    for look in sorted(survey.looks, key=lambda each: (each.exit is Exit.CLEAN, each.id)):
        yield from _look(look)
    yield "</main>\n</body>\n</html>"


def _look(look: Look) -> Iterator[str]:
    yield f"<h2>{escape(look.id.name)}: {escape(look.note or look.state)}</h2>"
    profile = f" · profile {escape(look.report.profile)}" if look.report.profile else ""
    yield f'<div class="id">{escape(look.id.text)}{profile}</div>'
    if look.report.drifts:
        yield "<table>\n<thead><tr><th>rule</th><th>severity</th><th>resource</th><th>wanted</th>"
        yield "<th>found</th><th>held back</th></tr></thead>\n<tbody>"
        yield from map(_row, look.report.drifts)
        yield "</tbody>\n</table>"
    lines = [str(change) for change in changes(look)]
    if lines:
        yield f"<pre>{escape('\n'.join(lines))}</pre>"
    yield from (f'<p class="error">{escape(each.message)}</p>' for each in look.failures)


def _row(drift: Drift) -> str:
    name = drift.resource.rsplit("/", 1)[-1]
    held = " ".join(part for part in (drift.withheld, drift.message) if part)
    cells = (drift.rule, drift.severity, name, drift.expected, drift.actual, held)
    inside = "".join(f"<td>{escape(cell)}</td>" for cell in cells)
    return f'<tr class="{escape(drift.severity)}">{inside}</tr>'
