"""What is one thing to tell people, and how does it read as a CloudEvent? Pure."""

from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from remediation.channel import Kind
from remediation.ids import ResourceId
from remediation.plan import Severity
from remediation.report import REPORTS, Cause, Codec, Json, Report
from remediation.watch import Notice

_CAUSES = Codec(Cause)


@dataclass(frozen=True, slots=True)
class Letter:
    """A queue message that Latch gave up on; `text` is its beginning, or empty when that may hold personal data."""

    queue: str
    characters: int
    sha256: str
    text: str


@dataclass(frozen=True, slots=True)
class Alert:
    """One thing to tell people. Its id is a pure function of what it tells, so a duplicate is recognizable.

    `incident` is shared by all alerts of one drift, from its beginning to its end.
    """

    id: str
    kind: Kind
    severity: Severity
    at: datetime
    headline: str
    advice: str
    account: ResourceId | None = None
    incident: str = ""
    report: Report | None = None
    letter: Letter | None = None
    notice: Notice | None = None
    place: str = ""


def to_event(alert: Alert) -> Json:
    """The alert as a CloudEvent 1.0."""
    subject = str(alert.account) if alert.account else _subject(alert)
    return {
        "specversion": "1.0",
        "id": alert.id,
        "source": f"/latch{subject}",
        "type": f"Latch.Alert.{alert.kind}",
        "subject": subject,
        "time": alert.at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "datacontenttype": "application/json",
        "data": _data(alert),
    }


def _subject(alert: Alert) -> str:
    """What an alert without an account is about."""
    if alert.notice is not None:
        return alert.notice.place.text
    return f"/queues/{alert.letter.queue}" if alert.letter else alert.place


def _data(alert: Alert) -> Json:
    data: Json = {
        "headline": alert.headline,
        "severity": alert.severity.value,
        "advice": alert.advice,
        "runbook": alert.kind.anchor,
        "account": str(alert.account) if alert.account else None,
        "incident": alert.incident,
    }
    if alert.report is not None:
        data |= _facts(alert.report)
    if alert.letter is not None:
        data["message"] = asdict(alert.letter)
    if alert.notice is not None:
        cause = _camel(_CAUSES.to_json(alert.notice.cause))
        data |= {
            "topic": alert.notice.operation.topic.value,
            "actor": _camel(cause.pop("actor")),
            "cause": cause,
        }
    return data


def _facts(report: Report) -> Json:
    told = REPORTS.to_json(report)
    cause = _camel(told["cause"])
    return {
        "verdict": told["verdict"],
        "lane": told["lane"],
        "profile": told["profile"],
        "report": told["id"],
        "attempt": told["attempt"],
        "actor": _camel(cause.pop("actor")),
        "cause": cause,
        "drifts": told["drifts"],
        "results": [_camel(result) for result in told["results"]],
        "driftedAt": told["drifted_at"],
        "startedAt": told["started"],
        "endedAt": told["ended"],
        "exposedSeconds": told["exposed_seconds"],
        "proof": _proof(report),
    }


def _proof(report: Report) -> Json | None:
    """What clients see, in one sentence and claim by claim; None when nobody looked."""
    if report.proof is None:
        return None
    statements = [
        {
            "claim": s.claim,
            "standing": s.standing.value,
            "evidence": s.evidence,
            "diagnosis": s.diagnosis,
        }
        for s in report.proof.statements
    ]
    return {"holds": report.proof.holds, "summary": report.proof.summary, "statements": statements}


def _camel(members: Json) -> Json:
    """Names as CloudEvents of Azure have them."""
    return {_camel_name(*name.split("_")): value for name, value in members.items()}


def _camel_name(first: str, *others: str) -> str:
    return first + "".join(word.title() for word in others)
