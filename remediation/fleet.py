"""What does the index of Azure tell about an account, and what has to be read of it? Pure: no clock, no network.

The index (Resource Graph) is some seconds old and knows less than Resource Manager, so it only finds whom to look at:

| what                                        | in the index                       | found                          |
|---------------------------------------------|------------------------------------|--------------------------------|
| access, rules, keys, outbound, connections  | yes                                | by the next sweep              |
| endpoint, its addresses, its connection     | yes                                | by the next sweep              |
| zones, links, networks of the policy        | yes                                | by the next sweep              |
| a zone group that is gone                   | its trace: names by the endpoint   | by the next sweep              |
| an A record                                 | where the index has it, zone by zone | by the next sweep, or the turn |
| which zones a zone group holds, perimeters  | no                                 | in turn                        |
| what only the last converged state asks for | not compared                       | in turn                        |
| zones of kinds that must be asked for them  | not compared                       | in turn                        |

In turn: each account gets a FULL pass once in so many sweeps (`ROTATION`), whatever the index says of it.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from remediation import planner
from remediation.desired import Desired, RecordsBy
from remediation.ids import ResourceId
from remediation.observed import Account, Endpoint, Network, Observed, Record, Vnet, Zone
from remediation.plan import Finding

# A sweep every quarter of an hour makes this once a day.
ROTATION = 96


class Why(StrEnum):
    """Why an account is looked at: in this order, the first that holds."""

    DRIFTED = "drifted"
    UNSEEN = "unseen"
    DUE = "due"
    VANISHED = "vanished"


@dataclass(frozen=True, slots=True)
class Names:
    """A zone and its records by name; `records` is None when the index does not hold those of this zone."""

    zone: Zone
    records: Mapping[str, Record] | None = None


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Everything around the accounts, as the index shows it.

    `unregistered` are endpoints that show their names themselves: they do so as long as they have no zone group
    (cloud-adoption-framework#1020).
    """

    endpoints: Mapping[ResourceId, Endpoint] = field(default_factory=dict)
    unregistered: frozenset[ResourceId] = frozenset()
    zones: Mapping[ResourceId, Names] = field(default_factory=dict)
    vnets: Mapping[ResourceId, Vnet] = field(default_factory=dict)

    def network(self, account: Account, desired: Desired) -> Network:
        """The private path of one account, chosen as a FULL pass would."""
        wanted = () if desired.endpoint is None else (desired.endpoint.id,)
        endpoints = self._endpoints(wanted)
        if not endpoints:
            endpoints = self._endpoints(c.endpoint for c in account.connections if c.endpoint)
        subnet = next((e.subnet for e in endpoints), None)
        if desired.endpoint is not None:
            subnet = desired.endpoint.subnet
        vnet = None if subnet is None else self.vnets.get(subnet.parent)
        return Network(endpoints, self._zones(account, desired), vnet)

    def is_sure(self, finding: Finding) -> bool:
        """False for what the index cannot know: then there is no finding, and the account waits for its turn."""
        if finding.rule == "zone-group":
            return finding.resource in self.unregistered
        if finding.rule in ("record", "record-ttl"):
            names = self.zones.get(finding.resource)
            return names is not None and names.records is not None
        return True

    def _endpoints(self, ids: Iterable[ResourceId]) -> tuple[Endpoint, ...]:
        return tuple(self.endpoints[id_] for id_ in ids if id_ in self.endpoints)

    def _zones(self, account: Account, desired: Desired) -> tuple[Zone, ...]:
        if desired.dns is None or desired.dns.records_by is RecordsBy.EXTERNAL:
            return ()
        record = (account.subdomain or account.id.name).casefold()
        known = (self.zones[spec.id] for spec in desired.dns.zones if spec.id in self.zones)
        return tuple(replace(n.zone, record=(n.records or {}).get(record)) for n in known)


def drifts(desired: Desired, account: Account, around: Surroundings) -> tuple[Finding, ...]:
    """What the planner finds with all that the index knows."""
    observed = Observed(account, around.network(account, desired))
    found = planner.plan(desired, observed).findings
    return tuple(finding for finding in found if around.is_sure(finding))


def is_due(account: ResourceId, sweep: int, rotation: int = ROTATION) -> bool:
    """Once in `rotation` sweeps in a row, and each account at its own time."""
    turn = int.from_bytes(hashlib.sha256(account.key.encode()).digest()[:8])
    return turn % rotation == sweep % rotation


# Blind spots -----------------------------------------------------------------------------------------------------


class Blindness(StrEnum):
    """What Latch cannot see."""

    EVERYWHERE = "everywhere"
    SUBSCRIPTION = "subscription"
    ACCOUNTS = "accounts"
    ENDPOINTS = "endpoints"
    EVENTS = "events"
    EVENTS_UNKNOWN = "events-unknown"
    INDEX = "index"


_SAYS = {
    Blindness.EVERYWHERE: "the policy speaks of {}, and Latch can see none",
    Blindness.SUBSCRIPTION: "the policy names subscription {}, and Latch cannot see it",
    Blindness.ACCOUNTS: "Latch may not read the accounts of subscription {}",
    Blindness.ENDPOINTS: "Latch sees none of the private endpoints in subscription {} that accounts are connected to",
    Blindness.EVENTS: "no event subscription brings changes in subscription {} to Latch",
    Blindness.EVENTS_UNKNOWN: "Latch may not read whether changes in subscription {} are sent to it",
    Blindness.INDEX: "{} does not answer, so the fleet is only looked at in turn",
}
_ADVICE = {
    Blindness.EVERYWHERE: "Give Latch its roles at the subscriptions; seeing them takes "
    "Microsoft.Resources/subscriptions/read. Accounts that Latch knows go on being looked at in turn.",
    Blindness.SUBSCRIPTION: "Give Latch its roles there, or take the subscription out of the policy. "
    "Until then nothing in it is protected.",
    Blindness.ACCOUNTS: "Give Latch its roles at the subscription. Until then nothing in it is protected.",
    Blindness.ENDPOINTS: "Give Latch its network role there, or wait until the index has caught up.",
    Blindness.EVENTS: "Deploy infra/onboard.bicep there. Until then only the sweep finds changes, which is slower.",
    Blindness.EVENTS_UNKNOWN: "Let Latch read system topics and their event subscriptions there.",
    Blindness.INDEX: "Read the error and mend it: AccessDenied may mean that Latch has no "
    "Microsoft.ResourceGraph/resources/read. Accounts that Latch knows go on being looked at in turn.",
}


@dataclass(frozen=True, slots=True)
class BlindSpot:
    """One thing that Latch cannot see; `subject` is a subscription, or the service that does not answer."""

    kind: Blindness
    subject: str
    detail: str = ""

    def __str__(self) -> str:
        says = _SAYS[self.kind].format(self.subject)
        return f"Blind spot: {says}" + (f" ({self.detail})" if self.detail else "")

    @property
    def advice(self) -> str:
        """What a person can do about it."""
        return _ADVICE[self.kind]


@dataclass(frozen=True, slots=True)
class OpenSpot:
    """A blind spot, and the beginning of the sweep that first met it: both together name its alert."""

    spot: BlindSpot
    since: datetime


def opened(
    known: Iterable[OpenSpot], found: Iterable[BlindSpot], since: datetime
) -> tuple[OpenSpot, ...]:
    """The spots that are open now; one that was open before keeps its beginning."""
    before = {each.spot: each for each in known}
    return tuple(before.get(spot) or OpenSpot(spot, since) for spot in dict.fromkeys(found))


# Progress --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """How far the sweep is. `after` is the last account done, empty at the start and at the end.

    `number` counts the sweeps that came to their end, `ended` is when the last of them did. `asked` is how many FULL
    passes this one has asked for.
    """

    number: int = 0
    began: datetime | None = None
    after: str = ""
    looked: int = 0
    asked: int = 0
    ended: datetime | None = None
    spots: tuple[OpenSpot, ...] = ()

    @property
    def is_interrupted(self) -> bool:
        """True when a sweep began and did not come to its end."""
        return self.began is not None and (self.ended is None or self.ended < self.began)
