"""What stands around the private path: perimeters, DNS servers, what filters traffic. Told, never mended."""

from collections.abc import Iterator

from remediation.desired import RuleGroup
from remediation.ids import ResourceId
from remediation.path import Path
from remediation.plan import Finding, Severity

# Azure's own resolver, which asks the linked zones (private-endpoint-dns-integration.md).
_AZURE_RESOLVER = "168.63.129.16"


def perimeter(path: Path) -> Iterator[Finding]:
    """Enforced or learning, a perimeter's rules let in whom the account's own settings would not."""
    for each in path.network.perimeters:
        admits = f" and lets in {', '.join(each.admits)}" if each.admits else ""
        actual = f"perimeter {each.name} is {each.mode}{admits}"
        yield _found(
            "perimeter", RuleGroup.ACCESS, path.account.id, "no network security perimeter", actual
        )


def custom_dns(path: Path) -> Iterator[Finding]:
    """A network with DNS servers of its own asks them, not the linked zones: they must forward."""
    vnet = path.network.vnet
    if vnet is None or path.dns is None:
        return
    known = {*path.dns.custom_servers, _AZURE_RESOLVER}
    unknown = [server for server in vnet.dns_servers if server not in known]
    if unknown:
        actual = f"{', '.join(unknown)} are asked, and must forward the public names to a resolver of a linked network"
        yield _found(
            "custom-dns",
            RuleGroup.DNS,
            vnet.id,
            "Azure's resolver, or the declared DNS servers",
            actual,
        )


def subnet_policies(path: Path) -> Iterator[Finding]:
    """Network policies on the endpoint's subnet let security groups and routes keep clients from it."""
    vnet, spec = path.network.vnet, path.spec
    subnet = (
        next((s for s in vnet.subnets if spec is not None and s.id == spec.subnet), None)
        if vnet
        else None
    )
    if subnet is None or subnet.endpoint_policies.casefold() == "disabled":
        return
    filters = [each.name for each in (subnet.security_group, subnet.route_table) if each]
    if filters:
        actual = f"they are {subnet.endpoint_policies}, with {' and '.join(filters)}"
        expected = "no network policies in the way"
        yield _found("subnet-policies", RuleGroup.ENDPOINT, subnet.id, expected, actual)


def _found(
    rule: str, group: RuleGroup, resource: ResourceId, expected: str, actual: str
) -> Finding:
    return Finding(rule, group, resource, expected, actual, Severity.NOTICE)
