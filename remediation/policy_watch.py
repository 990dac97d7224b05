"""What does the policy watch, and where? Pure: no clock, no network, no logging.

Where only an id is known, such as that of a deleted account, every profile that the id does not rule out may speak:
a word too many is better than a silence.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from fnmatch import fnmatchcase

from remediation.desired import Desired
from remediation.ids import ResourceId
from remediation.observed import Account
from remediation.policy import desired_for, speaks_of
from remediation.policy_document import Policy, Profile
from remediation.policy_sections import Selector
from remediation.watch import Place, Topic

type Topics = frozenset[Topic]

_PERIMETER = "microsoft.network/networksecurityperimeters"


def of_profile(policy: Policy, name: str) -> Topics:
    """What a profile watches; nothing, when the policy has no such profile any more."""
    return _union(profile for profile in policy.profiles if profile.name == name)


def of_account(policy: Policy, account: Account, now: datetime) -> Topics:
    """What is watched on an account that was read."""
    desired = desired_for(policy, account, (), None, now)
    return of_profile(policy, desired.profile) if isinstance(desired, Desired) else frozenset()


def of_id(policy: Policy, account: ResourceId) -> Topics:
    """What may be watched on an account that nobody read."""
    if not speaks_of(policy, account):
        return frozenset()
    return _union(_candidates(policy, account.subscription, account.group, account.name))


def of_place(policy: Policy, place: Place) -> Topics:
    """What is watched in a whole group or subscription.

    A perimeter counts as its whole subscription: no id tells which accounts it governs. No other single resource is
    watched by the policy alone.
    """
    if place.resource is None:
        return _union(_profiles_at(policy, place.subscription, place.group))
    if place.resource.type.startswith(_PERIMETER):
        return _union(_profiles_at(policy, place.subscription, ""))
    return frozenset()


def _candidates(policy: Policy, subscription: str, group: str, name: str) -> Iterator[Profile]:
    """In order, until the first that fits for certain: what comes after it is never taken."""
    for profile in policy.profiles:
        match = profile.match
        if _may_fit(match, subscription, group) and _matches(name, match.names):
            yield profile
            if not (match.kinds or match.tags):
                return


def _profiles_at(policy: Policy, subscription: str, group: str) -> Iterator[Profile]:
    """Those whose accounts, networks or zones may be there; no group means the whole subscription."""
    for profile in policy.profiles:
        accounts = all(
            _may_fit(each, subscription, group) for each in (policy.scope, profile.match)
        )
        if accounts or any(
            subscription == home[0] and group in ("", home[1]) for home in _homes(profile)
        ):
            yield profile


def _homes(profile: Profile) -> Iterator[tuple[str, str]]:
    """Subscription and group of what a profile builds private paths from."""
    if profile.endpoint is not None:
        subnet = profile.endpoint.subnet
        yield subnet.subscription, subnet.group
        if profile.endpoint.resource_group is not None:
            yield subnet.subscription, profile.endpoint.resource_group.casefold()
    if profile.dns is not None:
        if profile.dns.resource_group is not None:
            parts = profile.dns.resource_group.casefold().split("/")
            yield parts[2], parts[4]
        yield from ((zone.subscription, zone.group) for _, zone in profile.dns.zones.values())


def _may_fit(selector: Selector, subscription: str, group: str) -> bool:
    if selector.subscriptions and subscription not in selector.subscriptions:
        return False
    return not group or _matches(group, selector.resource_groups)


def _matches(name: str, patterns: tuple[str, ...]) -> bool:
    plain = name.casefold()
    return not patterns or any(fnmatchcase(plain, pattern.casefold()) for pattern in patterns)


def _union(profiles: Iterable[Profile]) -> Topics:
    return frozenset(topic for profile in profiles for topic in profile.watch)
