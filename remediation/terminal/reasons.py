"""Why does an account have the profile that it has? Pure."""

from collections.abc import Iterator

from remediation.desired import Desired
from remediation.observed import Account
from remediation.policy_document import Policy, Profile
from remediation.policy_sections import Selector
from remediation.terminal.look import Look


def why(policy: Policy, look: Look) -> tuple[str, ...]:
    """The sentences before everything else that is told of an account."""
    return tuple(_why(policy, look))


def _why(policy: Policy, look: Look) -> Iterator[str]:
    if look.note:
        yield look.note
        return
    if look.account is not None:
        yield f"It is {_traits(look.account)}."
    for profile in policy.profiles:
        if profile.name == look.report.profile:
            yield f"Profile {profile.name} is the first that matches: {_asks(profile.match)}."
            yield from _wants(profile, look.desired)
            break
        yield f"Profile {profile.name} does not match: {_asks(profile.match)}."
    for each in () if look.desired is None else look.desired.exemptions:
        rules = ", ".join(sorted(each.rules)) or "all rules"
        yield f"Exempt from {rules} until {each.until:%Y-%m-%d %H:%M} UTC: {each.reason} ({each.owner})."


def _traits(account: Account) -> str:
    tags = ", ".join(f"{name}={value}" for name, value in account.tags) or "none"
    group = account.id.group_text
    return f"of kind {account.kind}, in {account.location}, in group {group}, with tags: {tags}"


def _asks(selector: Selector) -> str:
    """The conditions as the policy has them."""
    named = {
        "subscriptions": selector.subscriptions,
        "resource groups": selector.resource_groups,
        "kinds": selector.kinds,
        "names": selector.names,
        "tags": tuple(f"{name}={value}" for name, value in selector.tags.items()),
    }
    asked = [f"{what} {' or '.join(v)}" for what, v in named.items() if v and what != "tags"]
    asked += [f"tag {tag}" for tag in named["tags"]]
    return f"it asks for {', '.join(asked)}" if asked else "it asks for nothing in particular"


def _wants(profile: Profile, desired: Desired | None) -> Iterator[str]:
    modes = profile.mode
    yield f"Modes: access {modes.access}, endpoint {modes.endpoint}, dns {modes.dns}."
    access = "selected networks only" if profile.public_access else "nobody from the internet"
    yield f"It lets in: {access}."
    endpoint = None if desired is None else desired.endpoint
    if endpoint is None:
        yield "No endpoint is stated or remembered: whichever serves the account is right."
    else:
        source = "" if profile.endpoint else ", as it was when all was well"
        yield f"Its endpoint is {endpoint.id.name}, in {endpoint.subnet}{source}."
    dns = None if desired is None else desired.dns
    if dns is None:
        yield "No zones are stated or remembered: those that its endpoint registers in are right."
    else:
        source = "" if profile.dns else ", as they were when all was well"
        zones = ", ".join(str(zone.id) for zone in dns.zones)
        yield f"Its zones are {zones}{source}; records by {dns.records_by}."
