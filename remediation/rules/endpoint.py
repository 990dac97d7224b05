"""Is there a private endpoint that carries traffic to the account?"""

from collections.abc import Iterator
from dataclasses import replace

from remediation.desired import EndpointSpec, Recreate, RuleGroup
from remediation.ids import ResourceId
from remediation.observed import FINAL_STATUSES, TERMINAL_STATES, Endpoint
from remediation.path import Path
from remediation.plan import (
    Action,
    ApproveConnection,
    CreateEndpoint,
    Finding,
    RemoveBrokenEndpoint,
    Severity,
)


def endpoint_missing(path: Path) -> Iterator[Finding]:
    """There must be a private endpoint; it is created only where the policy or the baseline names a subnet."""
    if path.endpoint is not None:
        return
    if path.spec is None:
        actual = "there is none, and neither policy nor baseline names a subnet"
        yield _found("endpoint-missing", path.account.id, "a private endpoint", actual)
        return
    remedy, actual = None, "there is none"
    if path.spec.recreate is Recreate.NEVER:
        actual = "there is none, and the policy says never to create it"
    elif path.account.subdomain is None:
        actual = "there is none, and the account has no custom subdomain, which one needs"
    elif path.network.vnet is None:
        actual = f"there is none, and network {path.spec.vnet} does not exist"
    else:
        remedy = CreateEndpoint(path.account.id, path.spec, path.network.vnet.location)
    expected = f"a private endpoint in {path.spec.subnet.name}"
    yield _found("endpoint-missing", path.spec.id, expected, actual, remedy)


def endpoint_state(path: Path) -> Iterator[Finding]:
    """The endpoint must lead to this account and be provisioned; a failed one is PUT again."""
    endpoint = path.endpoint
    if endpoint is None or path.spec is None:
        return
    if path.leads_elsewhere:
        actual = f"it leads to {endpoint.target}"
        yield _found("endpoint-state", endpoint.id, "an endpoint of this account", actual)
    elif endpoint.state.casefold() not in TERMINAL_STATES:
        actual = f"it is {endpoint.state}"
        yield _found("endpoint-state", endpoint.id, "provisioned", actual, awaits=True)
    elif not path.is_settled:
        again = (
            CreateEndpoint(path.account.id, path.spec, endpoint.location, endpoint.connection_name)
            if path.declared
            else None
        )
        actual = f"it is {endpoint.state}"
        remedy = _rebuilding(path) or again
        yield _found("endpoint-state", endpoint.id, "provisioned", actual, remedy)


def connection_state(path: Path) -> Iterator[Finding]:
    """The connection must be Approved on both sides. Only that of a declared endpoint is ever approved by us."""
    endpoint, connection = path.endpoint, path.connection
    if endpoint is None or not path.is_settled or path.leads_elsewhere:
        return
    remedy: Action | None = _rebuilding(path)
    awaits = False
    if connection is None:
        actual = f"the account knows no connection from it, and the endpoint says {endpoint.status}"
        # The account is read first: it may not list yet what was finished a moment later.
        awaits = remedy is None and endpoint.status.casefold() not in FINAL_STATUSES
    elif connection.status.casefold() == "pending":
        actual = "it is Pending"
        remedy = ApproveConnection(path.account.id, connection.name) if path.declared else None
    elif connection.is_approved and endpoint.is_approved:
        return
    else:
        status = endpoint.status if connection.is_approved else connection.status
        actual = f"it is {status}: the endpoint must be deleted and created again"
    expected = "an approved connection"
    yield _found("connection-state", endpoint.id, expected, actual, remedy, awaits=awaits)


def endpoint_members(path: Path) -> Iterator[Finding]:
    """An address for every zone that the account's names need: members count at creation only."""
    endpoint = path.endpoint
    if endpoint is None or path.dns is None or not path.is_settled or path.leads_elsewhere:
        return
    names = _zones_without_address(path)
    if names:
        expected = f"an address for each of {len(path.dns.zones)} zones"
        actual = f"there is none for {names}"
        yield _found("endpoint-members", endpoint.id, expected, actual, _rebuilding(path))


def _zones_without_address(path: Path) -> str:
    zones = () if path.dns is None else path.dns.zones
    return ", ".join(zone.name for zone in zones if not path.addresses(zone))


def endpoint_settings(path: Path) -> Iterator[Finding]:
    """The endpoint must be as the policy spells it out; it works as it is, so it is told and not built anew."""
    endpoint, spec = path.endpoint, path.spec
    if endpoint is None or spec is None or not spec.stated:
        return
    if path.leads_elsewhere or not path.is_settled:
        return
    differences = list(_differences(endpoint, spec))
    if differences:
        expected = f"{endpoint.id.name} as the policy says"
        yield replace(
            _found("endpoint-settings", endpoint.id, expected, "; ".join(differences)),
            severity=Severity.NOTICE,
        )


def _differences(endpoint: Endpoint, spec: EndpointSpec) -> Iterator[str]:
    if endpoint.subnet != spec.subnet:
        yield f"it is in subnet {endpoint.subnet}"
    held = {(address.member.casefold(), address.ip) for address in endpoint.addresses}
    for member, ip in spec.static_ips:
        if (member.casefold(), ip) not in held:
            yield f"{member} does not have address {ip}"
    for group in spec.security_groups:
        if group not in endpoint.security_groups:
            yield f"it is not in security group {group.name}"
    tags = {name.casefold(): value for name, value in endpoint.tags}
    for name, value in spec.tags:
        if tags.get(name.casefold()) != value:
            yield f"tag {name} is not {value!r}"
    if spec.nic_name and (endpoint.nic_name or "").casefold() != spec.nic_name.casefold():
        yield f"its interface is named {endpoint.nic_name or 'by Azure'}"


def unknown_connection(path: Path) -> Iterator[Finding]:
    """Nobody else's endpoint may lead in, unless the policy says so; it is a way out of the network as well."""
    expected = "no connection but that of the account's own endpoint"
    for connection in path.account.connections:
        endpoint = connection.endpoint
        is_own = path.spec is not None and endpoint == path.spec.id
        is_over = connection.status.casefold() in FINAL_STATUSES
        if is_own or is_over or (path.spec and path.spec.admits(endpoint)):
            continue
        who = endpoint or f"an endpoint that Azure does not name ({connection.name})"
        actual = f"{who} is connected to {path.account.id.name}, and it is {connection.status}"
        yield _found("unknown-connection", endpoint or path.account.id, expected, actual)


def _rebuilding(path: Path) -> Action | None:
    """Deletes what never heals: only where the policy says so, and only the declared endpoint of this account.

    Its records go with it (private-endpoint-dns-integration.md), also one that is another live endpoint's by now.
    """
    if path.spec is None or path.endpoint is None or path.network.vnet is None:
        return None
    is_ours = path.declared and path.endpoint.target == path.account.id
    if path.spec.recreate is not Recreate.BROKEN or not is_ours or path.is_name_taken:
        return None
    why = _never_heals(path, path.endpoint)
    return RemoveBrokenEndpoint(path.endpoint.id, why) if why else None


def _never_heals(path: Path, endpoint: Endpoint) -> str:
    """What is wrong with it for good; empty when nothing is, or when nobody knows what a word of Azure means."""
    if endpoint.state.casefold() in TERMINAL_STATES and not path.is_settled:
        return f"it is {endpoint.state}"
    if path.final_status:
        return f"its connection is {path.final_status}"
    # Zones that nobody asked for may have nothing to do with the account: they are no reason to delete anything.
    names = _zones_without_address(path) if path.is_settled and path.asks_for_names else ""
    return f"it has no address for {names}" if names else ""


def _found(
    rule: str,
    resource: ResourceId,
    expected: str,
    actual: str,
    remedy: Action | None = None,
    *,
    awaits: bool = False,
) -> Finding:
    return Finding(
        rule, RuleGroup.ENDPOINT, resource, expected, actual, Severity.WARNING, remedy, awaits
    )
