"""How far does the policy let Latch go? Pure: no clock, no network, no logging."""

from remediation.brakes import NO_LIMITS, BlastLimit, FightLimit, Limits
from remediation.policy_document import Policy


def of_profile(policy: Policy, name: str) -> Limits:
    """The limits of a profile; none, when the policy has no such profile."""
    profile = next((each for each in policy.profiles if each.name == name), None)
    if profile is None:
        return NO_LIMITS
    fight, blast = profile.limits.fight, profile.limits.blast_radius
    return Limits(
        FightLimit(fight.reverts, fight.within),
        BlastLimit(blast.accounts, blast.percent, blast.within),
    )
