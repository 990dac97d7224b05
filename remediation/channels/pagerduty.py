"""How does a message look to PagerDuty? Events API v2: one incident from its trigger to its end. Pure.

Source: PagerDuty api-schema, events-v2: summary up to 1,024 characters, dedup_key up to 255, an event up to 512 KB.
"""

from datetime import UTC

from remediation.channel import Links, Standing
from remediation.channels.facts import buttons, facts
from remediation.channels.letter import Form, Letter
from remediation.channels.text import cut, shown
from remediation.plan import Severity
from remediation.report import Json

_SUMMARY = 1_024
_MOST_LINES = 100

_SEVERITIES = {
    Severity.CRITICAL: "critical",
    Severity.WARNING: "warning",
    Severity.NOTICE: "info",
}


def events(letter: Letter, links: Links, routing_key: str) -> tuple[Json, ...]:
    """In order. What is over when it is told is triggered, so that it is on record, and resolved at once."""
    head = {"routing_key": routing_key, "dedup_key": letter.dedup_key}
    resolve = {**head, "event_action": "resolve"}
    if not letter.begins:
        return (resolve,)
    trigger = {**head, "event_action": "trigger", **_told(letter, links)}
    return (trigger,) if letter.standing is Standing.OPEN else (trigger, resolve)


def _told(letter: Letter, links: Links) -> Json:
    severity = letter.severity if letter.standing is Standing.OPEN else Severity.NOTICE
    payload: Json = {
        "summary": cut(letter.headline, _SUMMARY),
        "source": letter.word.account or letter.word.subject or "latch",
        "severity": _SEVERITIES[severity],
        "timestamp": letter.at.astimezone(UTC).isoformat(),
        "class": letter.word.kind.value if letter.form is Form.SINGLE else letter.form.value,
        "custom_details": _details(letter),
    }
    if letter.form is Form.SINGLE and letter.word.account:
        payload |= {"component": letter.word.name, "group": letter.word.resource_group}
    told: Json = {"payload": payload, "client": "Latch"}
    found = buttons(letter.word, links) if letter.form is Form.SINGLE else ()
    if found:
        told["links"] = [{"href": url, "text": title} for title, url in found]
    return told


def _details(letter: Letter) -> Json:
    if letter.form is Form.SINGLE:
        return dict(facts(letter.word))
    return {"Alerts": shown(letter.lines, _MOST_LINES)}
