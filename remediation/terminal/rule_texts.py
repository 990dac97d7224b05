"""What does a rule look for, for those who meet only its name? Pure: written from the catalog and the losses."""

from dataclasses import dataclass

from remediation.catalog import RULES, Default
from remediation.losses import LOSSES

# What no loss speaks of.
_BESIDE = {
    "network-support": "The account cannot be closed, or is of a kind that the profile does not allow.",
    "endpoint-settings": "The private endpoint differs from what the profile spells out.",
    "flapping": "Somebody undoes what Latch does, again and again.",
}
_DEFAULTS = {
    Default.AUTOMATIC: "Latch restores it wherever the profile enforces this group of rules.",
    Default.OPT_IN: "Latch restores it where the profile says so.",
    Default.NEVER: "Latch only reports it: a person must act.",
}


@dataclass(frozen=True, slots=True)
class RuleText:
    """One rule for people: `says` what is wrong where it finds something, `cure` what becomes of it."""

    name: str
    group: str
    says: str
    cure: str

    @property
    def title(self) -> str:
        """The name as a phrase."""
        return self.name.replace("-", " ").capitalize()


def _said(name: str) -> list[str]:
    """The losses that the rule is the first to find; at least one that it finds at all."""
    first = [loss.what for loss in LOSSES.values() if loss.rules[:1] == (name,)]
    return first[:2] or [loss.what for loss in LOSSES.values() if name in loss.rules][:1]


def of(name: str) -> RuleText:
    """The text of any rule that a report may name."""
    rule = RULES.get(name)
    says = _BESIDE.get(name) or " ".join(_said(name))
    if rule is None:
        return RuleText(name, "access", says, _DEFAULTS[Default.NEVER])
    asks = f" It asks for `{rule.asks}`." if rule.asks else ""
    word = f" It asks for `rules: {{{name}: enforce}}`." if rule.waits_for_a_word else ""
    return RuleText(name, rule.group.value, says, f"{_DEFAULTS[rule.default]}{asks}{word}")
