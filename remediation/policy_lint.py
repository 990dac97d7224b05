"""What does a policy say that is surely not meant? Pure: it is given the text, the time, and what is known of accounts.

A policy with such words is valid and is enforced as it stands; these are warnings, not mistakes.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from remediation import policy
from remediation.desired import RecordsBy
from remediation.errors import Fault
from remediation.ids import ResourceId
from remediation.observed import Account
from remediation.policy_document import Policy, Profile
from remediation.policy_file import Location, places
from remediation.policy_sections import Mode, Selector

# More addresses than one office has.
_WIDEST_PREFIX = 24
_LONGEST_GRACE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class _Warning:
    """What is odd, and at which value."""

    at: Location
    says: str


def warnings(
    rules: Policy,
    text: str,
    file_name: str,
    now: datetime,
    accounts: Sequence[Account] | None = None,
) -> tuple[Fault, ...]:
    """`text` is what `rules` were read from. With `accounts` it is also said what matches none of them."""
    known = places(text)
    found = [*_shadowed(rules), *_of_profiles(rules), *_expired(rules, now)]
    if accounts is not None:
        found += _matching_nothing(rules, accounts, now)
    return tuple(
        Fault(f"{file_name}:{line}:{column}", each.says)
        for (line, column), each in sorted(
            ((_place(known, each.at), each) for each in found), key=lambda pair: pair[0]
        )
    )


def _place(known: dict[Location, tuple[int, int]], at: Location) -> tuple[int, int]:
    """Where it stands, or where what holds it does."""
    while at and at not in known:
        at = at[:-1]
    return known.get(at, (1, 1))


def _shadowed(rules: Policy) -> Iterator[_Warning]:
    for number, profile in enumerate(rules.profiles):
        for above in rules.profiles[:number]:
            if _covers(above.match, profile.match):
                says = f"no account gets profile {profile.name}: {above.name} above takes them all"
                yield _Warning(("profiles", number, "name"), says)
                break


def _covers(above: Selector, below: Selector) -> bool:
    """Whether every account that fits `below` fits `above`, as far as the words alone can tell."""
    pairs = (
        (above.subscriptions, below.subscriptions),
        (above.resource_groups, below.resource_groups),
        (above.kinds, below.kinds),
        (above.names, below.names),
    )
    return all(not wide or _within(narrow, wide) for wide, narrow in pairs) and _tags(
        above
    ) <= _tags(below)


def _within(narrow: Sequence[str], wide: Sequence[str]) -> bool:
    known = {each.casefold() for each in wide}
    return "*" in known or (bool(narrow) and {each.casefold() for each in narrow} <= known)


def _tags(selector: Selector) -> set[tuple[str, str]]:
    return {(name.casefold(), value) for name, value in selector.tags.items()}


def _of_profiles(rules: Policy) -> Iterator[_Warning]:
    for number, profile in enumerate(rules.profiles):
        for each in _of_profile(profile):
            yield _Warning(("profiles", number, *each.at), each.says)


def _of_profile(profile: Profile) -> Iterator[_Warning]:
    if profile.endpoint is not None and profile.dns is None:
        says = "an endpoint without dns: of an account that is new, the names are not judged"
        yield _Warning(("endpoint",), says)
    if profile.limits.grace > _LONGEST_GRACE:
        says = "a new account may stay open for longer than a day"
        yield _Warning(("limits", "grace"), says)
    if profile.mode.access is Mode.AUDIT and profile.mode.endpoint is Mode.ENFORCE:
        yield _Warning(("mode",), "the private path is built, and the account is left open")
    yield from _of_ranges(profile)
    yield from _of_names(profile)


def _of_ranges(profile: Profile) -> Iterator[_Warning]:
    ranges = () if profile.public_access is None else profile.public_access.selected.ranges
    for number, each in enumerate(ranges):
        if each.prefixlen < _WIDEST_PREFIX:
            says = f"{each} lets in {each.num_addresses} addresses"
            yield _Warning(("public_access", "selected", "ranges", number), says)


def _of_names(profile: Profile) -> Iterator[_Warning]:
    """Clients of a network that no zone is linked to are led to the public address."""
    endpoint, dns = profile.endpoint, profile.dns
    if endpoint is None or dns is None or dns.records is RecordsBy.EXTERNAL or not dns.link:
        return
    vnet = endpoint.subnet.parent
    if vnet not in dns.link:
        yield _Warning(("dns", "link"), f"the endpoint's own network {vnet.name} is not linked")


def _expired(rules: Policy, now: datetime) -> Iterator[_Warning]:
    for number, each in enumerate(rules.exemptions):
        if each.until <= now:
            says = f"this exemption lapsed on {each.until:%Y-%m-%d}: delete it, or renew it"
            yield _Warning(("exemptions", number, "until"), says)


def _matching_nothing(
    rules: Policy, accounts: Sequence[Account], now: datetime
) -> Iterator[_Warning]:
    wanted = [policy.desired_for(rules, each, (), None, now) for each in accounts]
    in_use = {each.profile for each in wanted if not isinstance(each, policy.OutOfScope)}
    if not in_use:
        yield _Warning(("scope",), "no account that can be seen is in this scope")
        return
    for number, profile in enumerate(rules.profiles):
        if profile.name not in in_use:
            says = f"no account that can be seen has profile {profile.name}"
            yield _Warning(("profiles", number, "name"), says)
    for number, each in enumerate(rules.exemptions):
        if not any(_named(each.accounts, account.id) for account in accounts):
            says = "no account that can be seen is exempted by this"
            yield _Warning(("exemptions", number, "accounts"), says)


def _named(words: Iterable[str], account: ResourceId) -> bool:
    """Patterns of names are taken for matching: only what names one account can be wrong."""
    return any(
        "*" in word or "?" in word or word.casefold() in (account.key, account.name.casefold())
        for word in words
    )
