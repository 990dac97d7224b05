"""Which worlds are tried? A compliant or a brand-new account, and a few things that happened to it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn
from hypothesis.vendor.pretty import RepresentationPrinter

from remediation.desired import Desired, EndpointSpec, Outbound, RecordsBy, Recreate
from remediation.ids import ResourceId
from remediation.observed import Account, NetworkAcls, Observed
from tests.builders import (
    AI_SERVICES,
    ENDPOINT,
    FOREIGN_ENDPOINT,
    HUB,
    IPS,
    MEMBERS,
    OFFICES,
    OPENAI,
    OTHER_ENDPOINT,
    SPOKE,
    SUBSCRIPTION,
    account,
    connection,
    desired,
    dns_spec,
    endpoint,
    endpoint_spec,
    observed,
    zone,
    zone_names,
)
from tests.laws.draft import Draft, Happening
from tests.laws.happenings import BREAKAGES, CURABLE, HAPPENINGS


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


# What may be asked for -------------------------------------------------------------------------------------------


@st.composite
def endpoint_specs(draw: DrawFn, kind: str) -> EndpointSpec:
    """Static addresses or not; created never, when missing, or when broken; alone or beside others."""
    static = tuple((member, IPS[name]) for member, name in MEMBERS[kind])
    others = st.sampled_from([(), (), (FOREIGN_ENDPOINT.text.upper(),), (SUBSCRIPTION,), ("*",)])
    recreate = st.sampled_from([Recreate.MISSING, Recreate.BROKEN, Recreate.BROKEN, Recreate.NEVER])
    return endpoint_spec(
        static_ips=draw(st.sampled_from([(), static])),
        recreate=draw(recreate),
        others=draw(others),
    )


@st.composite
def policies(draw: DrawFn, kind: str) -> Desired:
    """More networks, records without zone groups, people let in by name; or less than everything."""
    vnets = draw(st.sampled_from([(HUB,), (HUB, SPOKE), ()]))
    servers = draw(st.sampled_from([(), ("10.20.0.4",)]))
    by = draw(st.sampled_from(RecordsBy))
    names = dns_spec(kind, vnets, records_by=by, custom_servers=servers)
    left_open = draw(st.sampled_from(["nothing", "nothing", "endpoint", "dns"]))
    return desired(
        kind,
        endpoint=None if left_open == "endpoint" else draw(endpoint_specs(kind)),
        dns=None if left_open == "dns" else names,
        selected=draw(st.sampled_from([None, None, OFFICES])),
        no_bypass=draw(st.booleans()),
        local_auth_disabled=draw(st.booleans()),
        outbound=draw(st.sampled_from([None, None, Outbound(("Example.com",)), Outbound()])),
        kinds=draw(st.sampled_from([(), (OPENAI.upper(), AI_SERVICES)])),
    )


# What there may be -----------------------------------------------------------------------------------------------


def compliant_account(kind: str, wanted: Desired) -> Account:
    """An account as the policy asks for it; where it lets networks in, one of them was let in."""
    asked = account(kind, local_auth_disabled=True, outbound_restricted=wanted.outbound is not None)
    if wanted.selected is None:
        return asked
    rules = NetworkAcls("Deny", "None", ("203.0.113.7",))
    return replace(asked, public_network_access="Enabled", acls=rules)


@st.composite
def beginnings(draw: DrawFn) -> Draft:
    """A compliant account, or one that was just made in a network with zones for others."""
    kind = draw(st.sampled_from([OPENAI, AI_SERVICES]))
    wanted = draw(policies(kind))
    if draw(st.integers(0, 3)) == 0:
        return just_made(kind, wanted)
    return compliant(kind, wanted, draw(st.sampled_from([ENDPOINT, OTHER_ENDPOINT])))


def just_made(kind: str, wanted: Desired) -> Draft:
    new = account(kind, public_network_access=None, acls=None, connections=())
    zones = [zone(name, record=None) for name in zone_names(kind)]
    bare = Draft(kind, wanted, new, [], zones)
    bare.final = not bare.is_restored
    return bare


def compliant(kind: str, wanted: Desired, id_: ResourceId) -> Draft:
    """An endpoint that was made in another way keeps the addresses that the policy might ask for."""
    if id_ == OTHER_ENDPOINT and wanted.endpoint is not None:
        wanted = replace(wanted, endpoint=replace(wanted.endpoint, static_ips=()))
    there = replace(compliant_account(kind, wanted), connections=(connection(endpoint=id_),))
    return Draft(kind, wanted, there, [endpoint(kind, id=id_)], [zone(z) for z in zone_names(kind)])


@st.composite
def worlds(draw: DrawFn) -> World:
    """One thing happened, and up to two more; mostly such as Latch can cure."""
    any_ = draw(st.sampled_from([CURABLE, CURABLE, HAPPENINGS]))
    return draw(after(draw(beginnings()), any_, any_))


@st.composite
def broken_worlds(draw: DrawFn) -> World:
    """Those in which an endpoint broke, and mostly may be deleted to be created again."""
    kind = draw(st.sampled_from([OPENAI, AI_SERVICES]))
    wanted = replace(draw(policies(kind)), endpoint=draw(endpoint_specs(kind)))
    draft = compliant(kind, wanted, draw(st.sampled_from([ENDPOINT, ENDPOINT, OTHER_ENDPOINT])))
    return draw(after(draft, BREAKAGES, HAPPENINGS))


@st.composite
def after(
    draw: DrawFn, draft: Draft, first: Sequence[Happening], then: Sequence[Happening]
) -> World:
    """What becomes of a draft: one of the first, and up to two of those that may come then."""
    more = draw(st.lists(st.sampled_from(then), max_size=2))
    for happening in (draw(st.sampled_from(first)), *more):
        happening(draw, draft)
        draft.story.append(happening.__name__)
    seen = observed(
        draft.kind,
        account=draft.account,
        endpoints=draft.endpoints,
        zones=draft.zones,
        vnet=draft.vnet,
        perimeters=draft.perimeters,
    )
    return World(
        draft.desired,
        seen,
        draft.final,
        tuple(draft.story),
        draw(st.booleans()),
        draw(st.booleans()),
    )
