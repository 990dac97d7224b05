"""What may happen to an account, its endpoint, its names and its network? Each changes a draft of a world."""

from dataclasses import replace

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from remediation.observed import NetworkAcls, Perimeter, Subnet, SubnetRule, ZoneConfig
from tests.builders import (
    CLIENTS,
    FOREIGN_ENDPOINT,
    FOREIGN_ZONE,
    GUID,
    HUB,
    OTHER_ACCOUNT,
    OTHER_GUID,
    OTHER_SUBNET,
    SPOKE,
    SUBNET,
    endpoint,
    link,
    record,
    resource,
    zone_group,
    zone_names,
)
from tests.laws.draft import Draft, Happening

ELSEWHERE = resource("Microsoft.Network/virtualNetworks", HUB.name, group="rg-else")

words_of_access = st.sampled_from([None, "Enabled", "enabled", "", "Disabled", "Sometimes"])
ip_rules = st.lists(
    st.sampled_from(["203.0.113.7", "203.0.113.0/28", "203.0.0.0/16", "198.51.100.0/24"]),
    unique=True,
).map(tuple)
subnet_rules = st.lists(
    st.sampled_from([SubnetRule(OTHER_SUBNET.text), SubnetRule(CLIENTS.text.upper())]), unique=True
).map(tuple)
network_acls: SearchStrategy[NetworkAcls | None] = st.none() | st.builds(
    NetworkAcls,
    st.sampled_from([None, "Allow", "Deny", "deny"]),
    st.sampled_from([None, "None", "AzureServices"]),
    ip_rules,
    subnet_rules,
)


# The account -----------------------------------------------------------------------------------------------------


def access_was_opened(draw: DrawFn, draft: Draft) -> None:
    draft.change_account(
        public_network_access=draw(words_of_access),
        acls=draw(network_acls) if draft.account.subdomain else None,
    )


def networks_were_let_in(draw: DrawFn, draft: Draft) -> None:
    if draft.account.subdomain:
        rules = NetworkAcls("Deny", "None", draw(ip_rules), draw(subnet_rules))
        draft.change_account(public_network_access="Enabled", acls=rules)


def keys_were_turned_on(_: DrawFn, draft: Draft) -> None:
    draft.change_account(local_auth_disabled=False)


def outbound_was_widened(draw: DrawFn, draft: Draft) -> None:
    """By a switch, or by a list."""
    hosts = draw(st.sampled_from([(), ("example.com",), ("example.com", "attacker.example")]))
    draft.change_account(outbound_restricted=draw(st.booleans()), allowed_fqdns=hosts)


def account_is_changing(_: DrawFn, draft: Draft) -> None:
    draft.change_account(state="Accepted")


def perimeter_took_over(_: DrawFn, draft: Draft) -> None:
    draft.change_account(public_network_access="SecuredByPerimeter")
    draft.final = True


def perimeter_was_joined(draw: DrawFn, draft: Draft) -> None:
    admits = draw(st.sampled_from([(), ("partners",)]))
    draft.perimeters = (
        Perimeter("nsp-else", draw(st.sampled_from(["Enforced", "Learning"])), admits),
    )
    draft.final = True


def account_has_no_name_of_its_own(_: DrawFn, draft: Draft) -> None:
    draft.change_account(subdomain=None, acls=None, connections=())
    draft.endpoints.clear()
    draft.zones = [replace(each, record=None) for each in draft.zones]
    draft.final = True


def kind_cannot_be_closed(_: DrawFn, draft: Draft) -> None:
    draft.change_account(capabilities=frozenset({"containers"}))
    draft.final = True


def kind_is_not_allowed(_: DrawFn, draft: Draft) -> None:
    draft.desired = replace(draft.desired, kinds=("SpeechServices",))
    draft.final = True


# The endpoint ----------------------------------------------------------------------------------------------------


def endpoint_was_deleted(_: DrawFn, draft: Draft) -> None:
    if draft.own is not None:
        draft.connect("Disconnected", draft.own.id, draft.own.guid)
        draft.endpoints.remove(draft.own)
        draft.zones = [replace(each, record=None) for each in draft.zones]
    draft.final |= not draft.is_restored


def endpoint_is_being_made(draw: DrawFn, draft: Draft) -> None:
    draft.change_endpoint(state="Updating")
    if draw(st.booleans()):
        draft.change_endpoint(addresses=(), zone_group=None)


def endpoint_is_being_deleted(_: DrawFn, draft: Draft) -> None:
    draft.change_endpoint(state="Deleting")
    draft.final |= not draft.is_restored


def endpoint_failed(draw: DrawFn, draft: Draft) -> None:
    draft.change_endpoint(state=draw(st.sampled_from(["Failed", "failed", "Canceled"])))
    draft.final |= not draft.is_declared


def connection_changed(draw: DrawFn, draft: Draft) -> None:
    status = draw(st.sampled_from(["Pending", "Rejected", "Disconnected"]))
    if draft.own is not None and draft.own.target == draft.account.id:
        draft.connect(status, draft.own.id, draft.own.guid)
        draft.change_endpoint(status=status)
        cured = draft.is_declared if status == "Pending" else draft.is_rebuilt
        draft.final |= not cured


def sides_disagree(draw: DrawFn, draft: Draft) -> None:
    """The account says one thing about the connection, the endpoint another."""
    status = draw(st.sampled_from(["Pending", "Rejected", "Unheard-of"]))
    if draft.own is not None and draft.own.target == draft.account.id:
        if draw(st.booleans()):
            draft.change_endpoint(status=status)
        else:
            draft.connect(status, draft.own.id, draft.own.guid)
        draft.final = True


def account_lags_behind(_: DrawFn, draft: Draft) -> None:
    """The endpoint was finished after the account was read, so that the account does not list it yet."""
    if draft.own is not None:
        draft.connect("Disconnected", draft.own.id, draft.own.guid)
        draft.final = True


def addresses_were_lost(draw: DrawFn, draft: Draft) -> None:
    """So it looks when an account became AIServices, which needs three, after its endpoint was made."""
    if draft.own is not None:
        have = draft.own.addresses
        draft.change_endpoint(addresses=have[: draw(st.integers(0, max(len(have) - 1, 0)))])
        draft.final |= not draft.is_rebuilt or draft.desired.dns is None


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
    spec = draft.desired.endpoint
    if draw(st.booleans()):
        taken = record(owner=OTHER_GUID, addresses=("10.9.9.9",))
        draft.change_zone(draw, record=taken)
        draft.final |= status == "Approved"
    # Whom nobody declared is adopted when nothing else is there: whether that works is no matter of this world.
    draft.final |= spec is None or (status != "Rejected" and not spec.others)


def name_was_taken(_: DrawFn, draft: Draft) -> None:
    """The endpoint's name was given to one of another account."""
    if draft.is_declared:
        draft.change_endpoint(target=OTHER_ACCOUNT)
        draft.change_account(connections=())
        draft.final = True


# The names -------------------------------------------------------------------------------------------------------


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
    """Removed, added, or given settings that lead out of the network."""
    vnets = draw(st.lists(st.sampled_from([HUB, SPOKE, ELSEWHERE]), unique=True))
    states = st.sampled_from(["Completed", "Completed", "InProgress"])
    policies = st.sampled_from([None, "Default", "NxDomainRedirect"])
    links = tuple(
        link(
            vnet,
            name=f"to-{vnet.name}-{vnet.group}",
            state=draw(states),
            registration=draw(st.booleans()),
            resolution_policy=draw(policies),
        )
        for vnet in vnets
    )
    draft.change_zone(draw, links=links)


def record_was_deleted(draw: DrawFn, draft: Draft) -> None:
    draft.change_zone(draw, record=None)


def record_was_edited(draw: DrawFn, draft: Draft) -> None:
    ips = draw(st.sampled_from([("10.9.9.9",), (), ("10.20.1.4", "10.9.9.9"), ("10.20.1.4",)]))
    owner = draw(st.sampled_from([None, GUID, "cccccccc-0000-4000-8000-000000000003"]))
    ttl = draw(st.sampled_from([10, 10, 3600, 86_400]))
    draft.change_zone(draw, record=record(addresses=ips, owner=owner, ttl=ttl))


# The network -----------------------------------------------------------------------------------------------------


def servers_were_named(draw: DrawFn, draft: Draft) -> None:
    """The network asks DNS servers of its own; whether they forward, nobody can see from Resource Manager."""
    draft.change_vnet(dns_servers=(draw(st.sampled_from(["10.20.0.4", "192.0.2.53"])),))
    draft.final = True


def subnet_was_filtered(draw: DrawFn, draft: Draft) -> None:
    policies = draw(st.sampled_from(["Disabled", "Enabled", "NetworkSecurityGroupEnabled"]))
    group = resource("Microsoft.Network/networkSecurityGroups", "nsg-else")
    draft.change_vnet(subnets=(Subnet(SUBNET, policies, draw(st.sampled_from([None, group]))),))
    draft.final = True


def network_is_gone(draw: DrawFn, draft: Draft) -> None:
    """With its endpoint, else Azure would keep it; a link to it would be refused, and told, again and again."""
    endpoint_was_deleted(draw, draft)
    dns = draft.desired.dns
    if dns is not None:
        kept = tuple(
            replace(z, links=tuple(k for k in z.links if k.vnet != HUB)) for z in dns.zones
        )
        draft.desired = replace(draft.desired, dns=replace(dns, zones=kept))
    draft.vnet = None
    draft.final = True


# What breaks an endpoint for good, in a policy that has such an endpoint deleted and created again.
BREAKAGES: tuple[Happening, ...] = (
    endpoint_failed,
    connection_changed,
    sides_disagree,
    addresses_were_lost,
)

# What Latch can cure, as a rule; what matters most comes more often.
CURABLE: tuple[Happening, ...] = (
    access_was_opened,
    access_was_opened,
    access_was_opened,
    networks_were_let_in,
    networks_were_let_in,
    keys_were_turned_on,
    outbound_was_widened,
    account_is_changing,
    endpoint_was_deleted,
    endpoint_is_being_made,
    endpoint_is_being_deleted,
    *BREAKAGES,
    foreign_endpoint_came,
    group_was_deleted,
    group_was_changed,
    zone_was_deleted,
    links_were_changed,
    links_were_changed,
    record_was_deleted,
    record_was_edited,
)

HAPPENINGS: tuple[Happening, ...] = (
    *CURABLE,
    account_has_no_name_of_its_own,
    account_lags_behind,
    kind_cannot_be_closed,
    kind_is_not_allowed,
    name_was_taken,
    network_is_gone,
    perimeter_took_over,
    perimeter_was_joined,
    servers_were_named,
    subnet_was_filtered,
)
