"""Which rules are there, and which of them may act by themselves? Pure data.

| default   | the remedy of what the rule finds                                        |
|-----------|--------------------------------------------------------------------------|
| AUTOMATIC | is applied wherever the rule's group is enforced                         |
| OPT_IN    | is applied there too, once the profile states what the rule `asks` for;  |
|           | a rule that asks for nothing is audited until `rules` says `enforce`     |
| NEVER     | there is none: a person must act                                         |
"""

from dataclasses import dataclass
from enum import StrEnum

from remediation.desired import RuleGroup


class Default(StrEnum):
    """What happens where a profile says nothing about it."""

    AUTOMATIC = "automatic"
    OPT_IN = "opt-in"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Rule:
    """A name that findings bear. `asks` is what a profile must state before an OPT_IN rule has anything to remedy."""

    name: str
    group: RuleGroup
    default: Default = Default.AUTOMATIC
    asks: str = ""

    @property
    def waits_for_a_word(self) -> bool:
        """True when enforcing the rule's group is not enough: `rules` must name it."""
        return self.default is Default.OPT_IN and not self.asks


_ACCESS, _ENDPOINT, _DNS = RuleGroup.ACCESS, RuleGroup.ENDPOINT, RuleGroup.DNS

SELECTED = "public_access: {selected: ...}"
NO_BYPASS = "trusted_services: none"
NO_KEYS = "local_auth: disabled"
OUTBOUND = "outbound: restricted"
REBUILD = "endpoint: {recreate: broken}"

RULES = {
    rule.name: rule
    for rule in (
        Rule("public-access", _ACCESS),
        Rule("network-acls", _ACCESS),
        Rule("ip-rules", _ACCESS, Default.OPT_IN, SELECTED),
        Rule("subnet-rules", _ACCESS, Default.OPT_IN, SELECTED),
        Rule("bypass", _ACCESS, Default.OPT_IN, NO_BYPASS),
        Rule("local-auth", _ACCESS, Default.OPT_IN, NO_KEYS),
        Rule("outbound", _ACCESS, Default.OPT_IN, OUTBOUND),
        Rule("network-injection", _ACCESS, Default.NEVER),
        Rule("custom-subdomain", _ACCESS, Default.NEVER),
        Rule("network-support", _ACCESS, Default.NEVER),
        Rule("perimeter", _ACCESS, Default.NEVER),
        Rule("endpoint-missing", _ENDPOINT),
        Rule("endpoint-state", _ENDPOINT),
        Rule("connection-state", _ENDPOINT),
        Rule("endpoint-members", _ENDPOINT, Default.OPT_IN, REBUILD),
        Rule("endpoint-settings", _ENDPOINT, Default.NEVER),
        Rule("unknown-connection", _ENDPOINT, Default.NEVER),
        Rule("subnet-policies", _ENDPOINT, Default.NEVER),
        Rule("zone-missing", _DNS),
        Rule("zone-link", _DNS),
        Rule("link-settings", _DNS, Default.OPT_IN),
        Rule("zone-group", _DNS),
        Rule("record", _DNS),
        Rule("record-ttl", _DNS, Default.OPT_IN),
        Rule("custom-dns", _DNS, Default.NEVER),
    )
}
