"""What may Latch do, profile by profile, and what holds it back now? Pure: no clock, no network, no logging."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from remediation.desired import RuleGroup
from remediation.guard import FIGHT_RULE
from remediation.ids import ResourceId
from remediation.page.standing import Standing
from remediation.policy_document import Policy
from remediation.report import Drift
from remediation.restraint import Reason

# What no policy says in advance: a pause has a notice of its own.
_BRAKES = (Reason.FLAPPING.value, Reason.TOO_MANY.value)


@dataclass(frozen=True, slots=True)
class Terms:
    """What a profile says: the mode of each group of rules, and those of single rules. Without groups, nothing."""

    profile: str
    groups: tuple[tuple[str, str], ...] = ()
    rules: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Charge:
    """The accounts of a profile: how many there are, and of how many something is held back for which reason."""

    terms: Terms
    accounts: int
    held: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Hold:
    """A brake that holds back what would be put back: why, of whom, and until when it does so at the latest."""

    reason: str
    says: str
    accounts: tuple[ResourceId, ...]
    until: datetime | None = None


def terms(policy: Policy) -> tuple[Terms, ...]:
    """In the order of the policy: the first profile that matches an account is the one."""
    return tuple(
        Terms(
            profile.name,
            tuple((group.value, profile.mode.of(group).value) for group in RuleGroup),
            tuple((str(name), mode.value) for name, mode in profile.rules.items()),
        )
        for profile in policy.profiles
    )


def charges(known: Sequence[Terms], standings: Sequence[Standing]) -> tuple[Charge, ...]:
    """Each profile of the policy, then those that only the past knows."""
    accounts = Counter(each.profile for each in standings if each.profile)
    held: dict[str, Counter[str]] = defaultdict(Counter)
    for each in standings:
        held[each.profile].update({drift.withheld for drift in each.open_drifts if drift.withheld})
    past = sorted(accounts.keys() - {each.profile for each in known})
    return tuple(
        Charge(each, accounts[each.profile], tuple(sorted(held[each.profile].items())))
        for each in (*known, *map(Terms, past))
    )


def holds(standings: Iterable[Standing]) -> tuple[Hold, ...]:
    """The brakes that are on, each with all the accounts that it holds back; the widest first."""
    found: dict[tuple[str, str], dict[ResourceId, datetime | None]] = defaultdict(dict)
    for each in standings:
        for drift in each.open_drifts:
            if drift.withheld in _BRAKES:
                found[drift.withheld, _word(drift)][each.account] = drift.until
    made = (
        Hold(reason, says, tuple(about), max(filter(None, about.values()), default=None))
        for (reason, says), about in found.items()
    )
    return tuple(sorted(made, key=lambda each: (-len(each.accounts), each.reason, each.says)))


def _word(drift: Drift) -> str:
    """The fight itself is a finding, which tells of it as evidence; all others give it as their reason."""
    return drift.actual if drift.rule == FIGHT_RULE else drift.message
