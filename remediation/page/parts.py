"""Which parts has a private path, and which of them does a finding break? Pure: no clock, no network, no logging."""

from enum import StrEnum

from remediation.catalog import RULES
from remediation.desired import RuleGroup
from remediation.verdicts import UNPROVEN_RULE


class Part(StrEnum):
    """The legs of the private path, in the order in which a client depends on them."""

    ACCESS = "public access"
    ENDPOINT = "endpoint"
    ADDRESS = "address"
    ZONE = "zone"
    LINK = "link"
    PROOF = "proof"


class State(StrEnum):
    """Whether a leg carries."""

    OK = "ok"
    BROKEN = "broken"
    WAITING = "waiting"
    HELD = "held"
    NOT_ASKED = "not asked"
    UNKNOWN = "unknown"


_OF_RULE = {
    UNPROVEN_RULE: Part.PROOF,
    "custom-subdomain": Part.ENDPOINT,
    "endpoint-members": Part.ADDRESS,
    "zone-link": Part.LINK,
    "link-settings": Part.LINK,
    "custom-dns": Part.LINK,
}
_TAKES_ALONG = {
    "endpoint-missing": (Part.ENDPOINT, Part.ADDRESS, Part.ZONE),
    "zone-missing": (Part.ZONE, Part.LINK),
    "network-support": (Part.ACCESS, Part.ENDPOINT, Part.ADDRESS, Part.ZONE, Part.LINK),
}
_OF_GROUP = {
    RuleGroup.ACCESS: Part.ACCESS,
    RuleGroup.ENDPOINT: Part.ENDPOINT,
    RuleGroup.DNS: Part.ZONE,
}


def part_of(rule: str) -> Part:
    """The leg that a finding of this rule breaks."""
    known = RULES.get(rule)
    return _OF_RULE.get(rule) or (Part.ACCESS if known is None else _OF_GROUP[known.group])


def parts_of(rule: str) -> tuple[Part, ...]:
    """What is not there takes along what depends on it, of which the planner then says nothing."""
    return _TAKES_ALONG.get(rule) or (part_of(rule),)
