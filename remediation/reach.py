"""Where must a look at the whole fleet go? Pure: no clock, no network, no logging.

The policy names subscriptions for accounts. Their endpoints, zones and networks may live in others, which have to be
asked about too; whose accounts are nobody's business here.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from remediation.ids import ResourceId
from remediation.policy_document import Policy, Profile


@dataclass(frozen=True, slots=True)
class Subscription:
    """A subscription that the identity can see."""

    id: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Reach:
    """Whose accounts are looked at, and where else their private paths lead.

    `everything` is each subscription that can be seen: a new one is in reach from then on.
    """

    subscriptions: tuple[str, ...] = ()
    everything: bool = False
    networks: tuple[str, ...] = ()
    vnets: tuple[ResourceId, ...] = ()

    def accounts_in(self, visible: Iterable[Subscription]) -> tuple[str, ...]:
        """The subscriptions whose accounts are looked at: the named ones, whether they can be seen or not, and more."""
        more = (each.id for each in visible if self.everything)
        return tuple(dict.fromkeys(id_.casefold() for id_ in (*self.subscriptions, *more)))

    def unseen(self, visible: Iterable[Subscription]) -> tuple[str, ...]:
        """The subscriptions that the policy names and nobody can see."""
        there = {each.id.casefold() for each in visible}
        named = (id_.casefold() for id_ in self.subscriptions)
        return tuple(id_ for id_ in named if id_ not in there)


def reach_of(policy: Policy) -> Reach:
    """What the policy says about where to look."""
    parts = [part for profile in policy.profiles for part in _named(profile)]
    networks = dict.fromkeys(part.split("/")[2].casefold() for part in parts)
    return Reach(
        tuple(policy.scope.subscriptions),
        everything=not policy.scope.subscriptions,
        networks=tuple(networks),
        vnets=_vnets(policy.profiles),
    )


def _named(profile: Profile) -> Iterator[str]:
    if profile.endpoint is not None:
        yield profile.endpoint.subnet.text
    if profile.dns is not None:
        yield from (zone.text for _, zone in profile.dns.zones.values())
        if profile.dns.resource_group is not None:
            yield profile.dns.resource_group


def _vnets(profiles: Sequence[Profile]) -> tuple[ResourceId, ...]:
    subnets = (profile.endpoint.subnet for profile in profiles if profile.endpoint is not None)
    return tuple(dict.fromkeys(subnet.parent for subnet in subnets))
