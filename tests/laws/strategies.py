"""Which worlds are tried? A compliant or a brand-new account, and a few things that happened to it."""

from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy
from hypothesis.vendor.pretty import RepresentationPrinter

from remediation.model import (
    Account,
    Desired,
    Endpoint,
    NetworkAcls,
    Observed,
    RecordsBy,
    ResourceId,
    SubnetRule,
    Zone,
    ZoneConfig,
)
from tests.builders import (
    AI_SERVICES,
    ENDPOINT,
    FOREIGN_ENDPOINT,
    FOREIGN_ZONE,
    GUID,
    HUB,
    OPENAI,
    OTHER_ACCOUNT,
    OTHER_ENDPOINT,
    OTHER_GUID,
    OTHER_SUBNET,
    SPOKE,
    account,
    connection,
    desired,
    dns_spec,
    endpoint,
    link,
    observed,
    record,
    resource,
    zone,
    zone_group,
    zone_names,
)


@dataclass(frozen=True, slots=True, repr=False)
class World:
    """What is wanted and what is there; `final` when something happened that only a person can undo."""

    desired: Desired
    seen: Observed
    final: bool = False
    story: tuple[str, ...] = ()
    # Two things about Azure that nobody has verified, see tests/memory/cloud.py.
    approves: bool = True
    group_put_restores: bool = True

    def __repr__(self) -> str:
        happened = ", then ".join(self.story) or "nothing happened"
        return f"<{happened}; {self.approves=} {self.group_put_restores=}>"

    def _repr_pretty_(self, printer: RepresentationPrinter, _: bool) -> None:  # noqa: FBT001 - IPython's protocol
        """A counterexample is told as a story; what came of it is long."""
        printer.text(repr(self))


@dataclass(slots=True)
class Draft:
    """A world in the making: things happen to it one after the other."""

    kind: str
    desired: Desired
    account: Account
    endpoints: list[Endpoint]
    zones: list[Zone]
    final: bool = False
    story: list[str] = field(default_factory=list)

    @property
    def is_declared(self) -> bool:
        """Whether the policy asks for the very endpoint that is there."""
        spec = self.desired.endpoint
        return spec is not None and bool(self.endpoints) and spec.id == self.endpoints[0].id

    def change_account(self, **changes: Any) -> None:
        self.account = replace(self.account, **changes)

    def change_endpoint(self, **changes: Any) -> None:
        if self.endpoints:
            self.endpoints[0] = replace(self.endpoints[0], **changes)

    def change_zone(self, draw: DrawFn, **changes: Any) -> None:
        if self.zones:
            which = draw(st.integers(0, len(self.zones) - 1))
            self.zones[which] = replace(self.zones[which], **changes)

    def connect(self, status: str, to: ResourceId, guid: str) -> None:
        others = tuple(c for c in self.account.connections if c.endpoint != to)
        mine = () if status == "Disconnected" else (connection(status, to, guid),)
        self.change_account(connections=(*others, *mine))

    def world(self) -> World:
        seen = observed(self.kind, account=self.account, endpoints=self.endpoints, zones=self.zones)
        return World(self.desired, seen, self.final, tuple(self.story))


class Happening(Protocol):
    """Something that changes a draft."""

    __name__: str

    def __call__(self, draw: DrawFn, draft: Draft, /) -> None: ...


words_of_access = st.sampled_from([None, "Enabled", "enabled", "", "Disabled", "Sometimes"])
network_acls: SearchStrategy[NetworkAcls | None] = st.none() | st.builds(
    NetworkAcls,
    st.sampled_from([None, "Allow", "Deny", "deny"]),
    st.sampled_from([None, "None", "AzureServices"]),
    st.sampled_from([(), ("203.0.113.7",), ("198.51.100.0/24", "203.0.113.7")]),
    st.sampled_from([(), (SubnetRule(OTHER_SUBNET.text),)]),
)


# What may happen to the account ----------------------------------------------------------------------------------


def access_was_opened(draw: DrawFn, draft: Draft) -> None:
    draft.change_account(
        public_network_access=draw(words_of_access),
        acls=draw(network_acls) if draft.account.subdomain else None,
    )


def account_is_changing(_: DrawFn, draft: Draft) -> None:
    draft.change_account(state="Accepted")


def perimeter_took_over(_: DrawFn, draft: Draft) -> None:
    draft.change_account(public_network_access="SecuredByPerimeter")
    draft.final = True


def account_has_no_name_of_its_own(_: DrawFn, draft: Draft) -> None:
    draft.change_account(subdomain=None, acls=None, connections=())
    draft.endpoints.clear()
    draft.zones = [replace(each, record=None) for each in draft.zones]
    draft.final = True


# What may happen to the endpoint ---------------------------------------------------------------------------------


def endpoint_was_deleted(_: DrawFn, draft: Draft) -> None:
    if draft.endpoints:
        gone = draft.endpoints.pop(0)
        draft.connect("Disconnected", gone.id, gone.guid)
        draft.zones = [replace(each, record=None) for each in draft.zones]
    draft.final |= draft.desired.endpoint is None


def endpoint_is_being_made(draw: DrawFn, draft: Draft) -> None:
    draft.change_endpoint(state="Updating")
    if draw(st.booleans()):
        draft.change_endpoint(addresses=(), zone_group=None)


def endpoint_failed(draw: DrawFn, draft: Draft) -> None:
    draft.change_endpoint(state=draw(st.sampled_from(["Failed", "failed", "Canceled"])))
    draft.final |= not draft.is_declared


def connection_changed(draw: DrawFn, draft: Draft) -> None:
    status = draw(st.sampled_from(["Pending", "Rejected", "Disconnected"]))
    if draft.endpoints and draft.endpoints[0].target == draft.account.id:
        draft.connect(status, draft.endpoints[0].id, draft.endpoints[0].guid)
        draft.change_endpoint(status=status)
        draft.final |= status != "Pending" or not draft.is_declared


def sides_disagree(draw: DrawFn, draft: Draft) -> None:
    """The account says one thing about the connection, the endpoint another."""
    status = draw(st.sampled_from(["Pending", "Rejected"]))
    if draft.endpoints and draft.endpoints[0].target == draft.account.id:
        if draw(st.booleans()):
            draft.change_endpoint(status=status)
        else:
            draft.connect(status, draft.endpoints[0].id, draft.endpoints[0].guid)
        draft.final = True


def addresses_were_lost(draw: DrawFn, draft: Draft) -> None:
    if draft.endpoints:
        have = draft.endpoints[0].addresses
        draft.change_endpoint(addresses=have[: draw(st.integers(0, max(len(have) - 1, 0)))])
        draft.final = True


def foreign_endpoint_came(draw: DrawFn, draft: Draft) -> None:
    """Approved or not; an approved one may have taken a record."""
    status = draw(st.sampled_from(["Pending", "Approved", "Rejected"]))
    foreign = endpoint(
        draft.kind,
        id=FOREIGN_ENDPOINT,
        guid=OTHER_GUID,
        subnet=OTHER_SUBNET,
        status=status,
        zone_group=None,
        addresses=(),
    )
    draft.endpoints.append(foreign)
    draft.connect(status, FOREIGN_ENDPOINT, OTHER_GUID)
    if draw(st.booleans()):
        taken = record(owner=OTHER_GUID, addresses=("10.9.9.9",))
        draft.change_zone(draw, record=taken)
        draft.final |= status == "Approved"
    # Whom nobody declared is adopted when nothing else is there: whether that works is no matter of this world.
    draft.final |= draft.desired.endpoint is None


def name_was_taken(_: DrawFn, draft: Draft) -> None:
    """The endpoint's name was given to one of another account."""
    if draft.is_declared:
        draft.change_endpoint(target=OTHER_ACCOUNT)
        draft.change_account(connections=())
        draft.final = True


# What may happen to the names ------------------------------------------------------------------------------------


def group_was_deleted(_: DrawFn, draft: Draft) -> None:
    draft.change_endpoint(zone_group=None)


def group_was_changed(draw: DrawFn, draft: Draft) -> None:
    """Zones were taken out, foreign ones put in, by a tool that names its group in its own way."""
    names = draw(st.lists(st.sampled_from(zone_names(draft.kind)), unique=True))
    name = draw(st.sampled_from(["default", "deployedByPolicy"]))
    state = draw(st.sampled_from(["Succeeded", "Updating", "Failed"]))
    group = zone_group(*names, name=name, state=state)
    if draw(st.booleans()):
        group = replace(group, configs=(*group.configs, ZoneConfig("mine", FOREIGN_ZONE)))
        # Where nobody asked for zones the group's own count, and the endpoint has no name in this one.
        draft.final |= draft.desired.dns is None
    draft.change_endpoint(zone_group=group)


def zone_was_deleted(draw: DrawFn, draft: Draft) -> None:
    if draft.zones:
        draft.zones.pop(draw(st.integers(0, len(draft.zones) - 1)))


def links_were_changed(draw: DrawFn, draft: Draft) -> None:
    elsewhere = resource("Microsoft.Network/virtualNetworks", HUB.name, group="rg-else")
    vnets = draw(st.lists(st.sampled_from([HUB, SPOKE, elsewhere]), unique=True))
    states = st.sampled_from(["Completed", "InProgress"])
    draft.change_zone(draw, links=tuple(link(vnet, state=draw(states)) for vnet in vnets))


def record_was_deleted(draw: DrawFn, draft: Draft) -> None:
    draft.change_zone(draw, record=None)


def record_was_edited(draw: DrawFn, draft: Draft) -> None:
    ips = draw(st.sampled_from([("10.9.9.9",), (), ("10.20.1.4", "10.9.9.9"), ("10.20.1.4",)]))
    owner = draw(st.sampled_from([None, GUID, "cccccccc-0000-4000-8000-000000000003"]))
    draft.change_zone(draw, record=record(addresses=ips, owner=owner))


# What matters most comes three times as often.
HAPPENINGS: tuple[Happening, ...] = (
    access_was_opened,
    access_was_opened,
    access_was_opened,
    account_is_changing,
    endpoint_was_deleted,
    endpoint_is_being_made,
    endpoint_failed,
    connection_changed,
    sides_disagree,
    foreign_endpoint_came,
    group_was_deleted,
    group_was_changed,
    zone_was_deleted,
    links_were_changed,
    record_was_deleted,
    record_was_edited,
    addresses_were_lost,
    name_was_taken,
    perimeter_took_over,
    account_has_no_name_of_its_own,
)


@st.composite
def policies(draw: DrawFn, kind: str) -> Desired:
    """What may be asked for: more networks, records without zone groups, or less than everything."""
    vnets = draw(st.sampled_from([(HUB,), (HUB, SPOKE), ()]))
    wanted = desired(kind, dns=dns_spec(kind, vnets, records_by=draw(st.sampled_from(RecordsBy))))
    left_open = draw(st.sampled_from(["nothing", "nothing", "endpoint", "dns"]))
    endpoint_ = None if left_open == "endpoint" else wanted.endpoint
    return replace(wanted, endpoint=endpoint_, dns=None if left_open == "dns" else wanted.dns)


@st.composite
def beginnings(draw: DrawFn) -> Draft:
    """A compliant account, or one that was just made in a network with zones for others."""
    kind = draw(st.sampled_from([OPENAI, AI_SERVICES]))
    wanted = draw(policies(kind))
    zones = [zone(name) for name in zone_names(kind)]
    if draw(st.integers(0, 3)) == 0:
        new = account(kind, public_network_access=None, acls=None, connections=())
        bare = [replace(each, record=None) for each in zones]
        return Draft(kind, wanted, new, [], bare, final=wanted.endpoint is None)
    id_ = draw(st.sampled_from([ENDPOINT, OTHER_ENDPOINT]))
    there = account(kind, connections=(connection(endpoint=id_),))
    return Draft(kind, wanted, there, [endpoint(kind, id=id_)], zones)


@st.composite
def worlds(draw: DrawFn) -> World:
    """One thing happened, and up to two more."""
    draft = draw(beginnings())
    more = draw(st.lists(st.sampled_from(HAPPENINGS), max_size=2))
    for happening in (draw(st.sampled_from(HAPPENINGS)), *more):
        happening(draw, draft)
        draft.story.append(happening.__name__)
    world = draft.world()
    return replace(world, approves=draw(st.booleans()), group_put_restores=draw(st.booleans()))
