"""How does the posture read for programs? JSON and CSV. Pure."""

import csv
import io
from collections.abc import Iterable, Sequence

from remediation.page.legs import legs
from remediation.page.modes import Charge, Hold
from remediation.page.standing import Standing
from remediation.page.view import View
from remediation.report import REPORTS, Codec, Json, Report

_STANDINGS = Codec(Standing)
_COLUMNS = (
    "account",
    "verdict",
    "profile",
    "private",
    "looked",
    "drifted_at",
    "exposed_seconds",
    "actor",
    "rules",
)
# Where a spreadsheet takes a text for a formula (OWASP, CSV Injection).
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def to_json(view: View) -> Json:
    """One page of accounts; `pages` says how many there are."""
    fleet, tiles = view.fleet, view.tiles
    return {
        "at": fleet.at.isoformat(),
        "paused": fleet.paused,
        "sweep": {
            "ended": fleet.swept.ended and fleet.swept.ended.isoformat(),
            "looked": fleet.swept.looked,
            "blind_spots": [str(each.spot) for each in fleet.swept.spots],
        },
        "tiles": {
            "accounts": tiles.accounts,
            "private_percent": tiles.private_percent,
            "open_findings": tiles.drifts,
            "exposed": tiles.exposed,
            "median_exposure_seconds": tiles.median_exposure,
            "p95_exposure_seconds": tiles.p95_exposure,
        },
        "profiles": [_charge(each) for each in view.charges],
        "brakes": [_hold(each) for each in view.holds],
        "page": view.ask.page,
        "pages": view.pages,
        "found": view.found,
        "accounts": [of_account(each) for each in view.rows],
        "actors": [
            {
                "name": each.name,
                "id": each.id,
                "incidents": each.incidents,
                "accounts": each.accounts,
            }
            for each in view.culprits
        ],
        "days": [
            {
                "day": each.day.isoformat(),
                "incidents": each.incidents,
                "exposed_seconds": each.exposed_seconds,
            }
            for each in view.days
        ],
    }


def of_account(standing: Standing) -> Json:
    """All that is known of one account, and its path leg by leg."""
    told = _STANDINGS.to_json(standing)
    path = [
        {"part": leg.part.value, "state": leg.state.value, "says": leg.says}
        for leg in legs(standing)
    ]
    kept = ("account", "verdict", "looked", "profile", "drifted_at", "actor", "exposed_seconds")
    return {
        **{name: told[name] for name in kept},
        "private": standing.is_private,
        "next_look": told["next_look"],
        "put_back": standing.reverts,
        "findings": [] if standing.is_clean else told["drifts"],
        "path": path,
    }


def of_story(standing: Standing | None, reports: Sequence[Report]) -> Json:
    """One account, and what happened to it, the newest first."""
    return {
        "now": None if standing is None else of_account(standing),
        "reports": [REPORTS.to_json(report) for report in reports],
    }


def to_csv(standings: Iterable[Standing]) -> str:
    """One line an account, after a line of names (RFC 4180); no cell is a formula."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(_COLUMNS)
    for each in standings:
        told = of_account(each)
        told |= {"actor": str(each.actor) if each.drifts else ""}
        told["rules"] = " ".join(drift.rule for drift in each.open_drifts)
        writer.writerow([_cell(told[column]) for column in _COLUMNS])
    return text.getvalue()


def _charge(charge: Charge) -> Json:
    terms = charge.terms
    return {
        "name": terms.profile,
        "mode": dict(terms.groups),
        "rules": dict(terms.rules),
        "accounts": charge.accounts,
        "held": dict(charge.held),
    }


def _hold(hold: Hold) -> Json:
    return {
        "reason": hold.reason,
        "says": hold.says,
        "accounts": [account.text for account in hold.accounts],
        "until": hold.until and hold.until.isoformat(),
    }


def _cell(value: object) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text
