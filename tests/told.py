"""Alerts as the outbox holds them."""

from datetime import datetime, timedelta
from typing import Any

from remediation.channel import Links
from remediation.report import Json
from tests.builders import ACCOUNT, NOW

LINKS = Links(runbook="https://example.org/runbook.md")
_KINDS = {"Closed": "notice", "Restored": "notice", "Resolved": "notice", "Held": "warning"}


def alert(number: int = 1, kind: str = "Closed", **data: Any) -> Json:
    """One account was opened by terraform-ci, or what `data` says."""
    account = data.pop("account", f"{ACCOUNT}-{number}")
    at: datetime = data.pop("at", NOW)
    name = str(account).rsplit("/", 1)[-1]
    told = {
        "headline": f"{name} was open to the internet for 14 s, changed by app terraform-ci: {kind}",
        "severity": _KINDS.get(kind, "critical"),
        "advice": "Nothing to do.",
        "runbook": f"docs/runbook.md#{kind.lower()}",
        "account": str(account),
        "incident": f"incident-{number}",
        "profile": "production",
        "actor": {
            "kind": "app",
            "name": "terraform-ci",
            "objectId": "",
            "appId": "c11e47aa",
            "ip": "",
        },
        "cause": {"trigger": "event", "correlationId": "correlation-1"},
        "drifts": [
            {
                "rule": "public-access",
                "resource": str(account),
                "expected": "public network access Disabled",
                "actual": "it is Enabled: all networks can reach it",
                "severity": "critical",
                "withheld": "",
            }
        ],
        "results": [{"action": f"Close public network access of {name}", "outcome": "done"}],
        "driftedAt": (at - timedelta(seconds=14)).isoformat(),
        "endedAt": at.isoformat(),
        "exposedSeconds": 14.0,
    }
    return {
        "specversion": "1.0",
        "id": f"{kind.lower()}-{number}",
        "source": f"/latch{account}",
        "type": f"Latch.Alert.{kind}",
        "subject": str(account),
        "time": at.isoformat(),
        "datacontenttype": "application/json",
        "data": told | data,
    }
