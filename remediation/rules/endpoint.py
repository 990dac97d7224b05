"""Is there a private endpoint that carries traffic to the account?"""

from collections.abc import Iterator

from remediation.model import TERMINAL_STATES, Recreate, ResourceId, RuleGroup
from remediation.path import Path
from remediation.plan import Action, ApproveConnection, CreateEndpoint, Finding, Severity


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
    elif path.network.vnet_location is None:
        actual = f"there is none, and network {path.spec.vnet} does not exist"
    else:
        remedy = CreateEndpoint(path.account.id, path.spec, path.network.vnet_location)
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
        remedy = (
            CreateEndpoint(path.account.id, path.spec, endpoint.location) if path.declared else None
        )
        yield _found(
            "endpoint-state", endpoint.id, "provisioned", f"it is {endpoint.state}", remedy
        )


def connection_state(path: Path) -> Iterator[Finding]:
    """The connection must be Approved on both sides. Only that of a declared endpoint is ever approved by us."""
    endpoint, connection = path.endpoint, path.connection
    if endpoint is None or not path.is_settled or path.leads_elsewhere:
        return
    if connection is None:
        actual = f"the account knows no connection from it, and the endpoint says {endpoint.status}"
        yield _found("connection-state", endpoint.id, "an approved connection", actual)
    elif connection.status.casefold() == "pending":
        remedy = ApproveConnection(path.account.id, connection.name) if path.declared else None
        yield _found(
            "connection-state", endpoint.id, "an approved connection", "it is Pending", remedy
        )
    elif not (connection.is_approved and endpoint.is_approved):
        status = endpoint.status if connection.is_approved else connection.status
        actual = f"it is {status}: the endpoint must be deleted and created again"
        yield _found("connection-state", endpoint.id, "an approved connection", actual)


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
