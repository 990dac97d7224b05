"""A fleet in which everything that the posture page can show happens, at a moment that never changes."""

from dataclasses import replace
from datetime import datetime, timedelta

from remediation.fleet import Blindness, BlindSpot, Checkpoint, OpenSpot
from remediation.ids import ResourceId
from remediation.page.modes import Terms
from remediation.page.parts import State
from remediation.page.standing import Incident, Proven, Standing
from remediation.page.view import Fleet
from remediation.report import (
    Actor,
    ActorKind,
    Cause,
    Drift,
    Lane,
    Outcome,
    Report,
    Result,
    Trigger,
    Verdict,
)
from tests.builders import NOW, SUBSCRIPTION

ROBIN = Actor(ActorKind.USER, "robin@contoso.example", "object-1")
TERRAFORM = Actor(ActorKind.APP, "terraform-ci", "object-2", "app-2")
# What a name may be made of, where somebody else chooses it: markup, a change of direction, and no end.
HOSTILE = (
    "\N{RIGHT-TO-LEFT OVERRIDE}<script>document.title='owned'</script><img src=x onerror=alert(1)>gnp.exe"
    + "x" * 600
)
PROVEN = Proven(NOW, State.OK, "All 4 claims that could be looked at are proven.")


def _modes(access: str, endpoint: str, dns: str) -> tuple[tuple[str, str], ...]:
    return (("access", access), ("endpoint", endpoint), ("dns", dns))


# Profiles that do everything, one that only tells of endpoints and of most names, and one that only tells.
TERMS = (
    Terms("production", _modes("enforce", "enforce", "enforce")),
    Terms("new", _modes("enforce", "audit", "audit"), (("zone-link", "enforce"),)),
    Terms("sandbox", _modes("enforce", "enforce", "enforce")),
    Terms("archive", _modes("audit", "audit", "audit")),
)


def account(name: str, group: str = "rg-ai") -> ResourceId:
    root = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{group}/providers"
    return ResourceId.parse(f"{root}/Microsoft.CognitiveServices/accounts/{name}")


def fleet(clean: int = 58) -> Fleet:
    calm = [_clean(f"aoai-team-{n:05d}", n) for n in range(clean)]
    blind = BlindSpot(Blindness.EVENTS, "22222222-2222-4222-8222-222222222222")
    swept = Checkpoint(96, _ago(12), "", clean + 6, 4, _ago(11), (OpenSpot(blind, _ago(500)),))
    return Fleet(NOW, (*_troubled(), *calm), _incidents(), swept, terms=TERMS)


def hostile() -> Fleet:
    """Every text that somebody else may choose says something evil."""
    who = Actor(ActorKind.USER, HOSTILE)
    drift = Drift(HOSTILE[:60], HOSTILE, HOSTILE, HOSTILE, "critical", "FLAPPING", HOSTILE)
    name = account("<b onclick=alert(1)>", "rg&<i>")
    standing = Standing(name, Verdict.HELD, NOW, HOSTILE, (drift,), NOW, who)
    spot = OpenSpot(BlindSpot(Blindness.INDEX, HOSTILE, HOSTILE), NOW)
    ended = Incident("r", name, "e", NOW, NOW, who, (HOSTILE,), 5.0)
    swept = Checkpoint(1, NOW, spots=(spot,), ended=NOW)
    terms = (Terms(HOSTILE, _modes("audit", "enforce", "audit")),)
    return Fleet(NOW, (standing,), (ended,), swept, terms=terms)


def reports(of: ResourceId) -> tuple[Report, ...]:
    """An account that was opened, closed, and restored, told from its end."""
    opened = Cause(
        Trigger.EVENT, _ago(60), "Microsoft.CognitiveServices/accounts/write", actor=ROBIN
    )
    closing = Result(f"Close public network access of {of.name}", Outcome.DONE)
    linking = Result("Link vnet-hub to privatelink.openai.azure.com", Outcome.DONE)
    link = Drift("zone-link", of.text, "vnet-hub is linked", "it is not linked", "critical")
    return (
        _told(of, Verdict.CONVERGED, 5, Cause(Trigger.SWEEP, _ago(5))),
        _told(of, Verdict.REMEDIED, 58, opened, (_open(of), link), (closing, linking)),
        _told(of, Verdict.REMEDIED, 59.9, opened, (_open(of),), (closing,), Lane.FAST, 4.2),
    )


def _told(
    of: ResourceId,
    verdict: Verdict,
    minutes: float,
    cause: Cause,
    drifts: tuple[Drift, ...] = (),
    results: tuple[Result, ...] = (),
    lane: Lane = Lane.FULL,
    exposed: float | None = None,
) -> Report:
    at = _ago(minutes)
    id_ = f"{verdict}-{minutes}"
    return Report(
        id_, id_, of, lane, verdict, cause, at, at, "production", drifts, results, cause.at, exposed
    )


def _clean(name: str, number: int) -> Standing:
    return Standing(
        account(name),
        Verdict.CONVERGED,
        _ago(3 + number * 13 % 700),
        "production",
        has_endpoint=True,
        has_names=True,
        proven=PROVEN if number % 3 else None,
    )


def _troubled() -> tuple[Standing, ...]:
    chat, vision, speech = account("aoai-chat"), account("cv-forms"), account("speech-call-center")
    search, lab, gone = account("aoai-search"), account("aoai-lab", "rg-lab"), account("aoai-dark")
    held = _open(vision, "GRACE", "new accounts may stay open until 2026-10-14 10:00 UTC")
    endpoint = Drift("endpoint-state", chat.text, "it is Succeeded", "it is Failed", "critical")
    link = Drift(
        "zone-link", speech.text, "vnet-spoke is linked", "Azure links it", "critical", awaits=True
    )
    fought = Drift(
        "connection-state",
        search.text,
        "it is Approved",
        "it is Rejected",
        "critical",
        "FLAPPING",
        "done 5 times (Approve connection pe-aoai-search), undone each time by terraform-ci (app id app-2)",
        until=NOW + timedelta(minutes=54),
    )
    broken = ("production", (endpoint,), _ago(41))
    linking = ("production", (link,), _ago(4))
    rejected = ("production", (fought,), _ago(55))
    restored = ("sandbox", (_open(lab),), _ago(18))
    return (
        Standing(vision, Verdict.HELD, _ago(2), "new", (held,), _ago(38), ROBIN),
        _wired(Standing(chat, Verdict.STALLED, _ago(9), *broken, TERRAFORM)),
        _wired(Standing(speech, Verdict.WAITING, _ago(1), *linking, ROBIN)),
        _wired(
            Standing(search, Verdict.HELD, _ago(6), *rejected, TERRAFORM, reverts=5, calm_at=NOW)
        ),
        _wired(Standing(lab, Verdict.REMEDIED, _ago(15), *restored, ROBIN, 4.2)),
        Standing(gone, Verdict.WAITING, _ago(1), "production", failure="ARM answered 503"),
    )


def _wired(standing: Standing) -> Standing:
    """With an endpoint and names when it was last well."""
    return replace(standing, has_endpoint=True, has_names=True)


def _open(of: ResourceId, withheld: str = "", message: str = "") -> Drift:
    return Drift(
        "public-access",
        of.text,
        "nobody gets in from the internet",
        "it is Enabled: everybody gets in",
        "critical",
        withheld,
        message,
    )


def _incidents() -> tuple[Incident, ...]:
    """Thirty days with two busy ones."""
    made: list[Incident] = []
    for day in range(30):
        times = {3: 7, 4: 4, 17: 9, 18: 2}.get(day, day % 3)
        for number in range(times):
            at = _ago(day * 1440 + number * 7)
            who = TERRAFORM if (day + number) % 3 else ROBIN
            name = account(f"aoai-team-{(day * 5 + number) % 40:05d}")
            seconds = 2.5 + (day * 7 + number * 3) % 9 + (90 if number == 6 else 0)
            made.append(
                Incident(
                    f"r-{day}-{number}",
                    name,
                    f"e-{day}-{number}",
                    at,
                    at,
                    who,
                    ("public-access",),
                    seconds,
                )
            )
    return tuple(made)


def _ago(minutes: float) -> datetime:
    return NOW - timedelta(minutes=minutes)
