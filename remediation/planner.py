"""What differs between desired and observed, and what would cure it. Pure: no clock, no network, no logging.

Every rule is a small generator; the order of the rules is the order of remedies, closing first.

| observed                                       | finding                   | remedy               |
|------------------------------------------------|---------------------------|----------------------|
| access enabled or null, whatever the rules say | public-access             | CloseAccess          |
| the same, where a profile lets networks in     | public-access             | RestrictNetwork      |
| access Disabled, default action Allow or null  | network-acls              | as for public-access |
| a range let in that the profile does not name  | ip-rules                  | RestrictNetwork      |
| a subnet let in that the profile does not name | subnet-rules              | RestrictNetwork      |
| trusted services let in, none wanted           | bypass                    | RestrictNetwork      |
| keys on, not wanted                            | local-auth                | DisableLocalAuth     |
| it reaches more hosts than the profile names   | outbound                  | RestrictOutbound     |
| agents go out through a network of their own   | network-injection         | none: a person       |
| no custom subdomain                            | custom-subdomain          | none: a person       |
| a kind that cannot be closed (told alone)      | network-support           | none: a person       |
| a kind that the profile does not allow         | network-support           | none: a person       |
| endpoint not there                             | endpoint-missing          | CreateEndpoint       |
| endpoint Failed                                | endpoint-state            | CreateEndpoint (*)   |
| endpoint still provisioning                    | endpoint-state (awaits)   | none: look again     |
| endpoint leads to another account              | endpoint-state            | none: a person       |
| connection of a declared endpoint Pending      | connection-state          | ApproveConnection    |
| connection not listed yet by the account       | connection-state (awaits) | none: look again     |
| connection Rejected, Disconnected              | connection-state          | none: a person (*)   |
| no address for one of the zones                | endpoint-members          | none: a person (*)   |
| not as the policy spells it out                | endpoint-settings         | none: a person       |
| somebody else's endpoint connected             | unknown-connection        | none: a person       |
| zone not there                                 | zone-missing              | CreateZone           |
| required network not linked                    | zone-link                 | LinkZone             |
| required network linked to a rival zone        | zone-link                 | none: a person       |
| link registers machines, or leads names out    | link-settings             | LinkZone             |
| zone group not there, or lacks a zone          | zone-group                | AttachZones          |
| record not there, or leads elsewhere           | record                    | PutRecord            |
| record kept by clients for more than an hour   | record-ttl                | PutRecord            |
| the name belongs to another live endpoint      | zone-group, record        | none: a person       |
| in a network security perimeter                | perimeter                 | none: a person       |
| network has DNS servers that nobody declared   | custom-dns                | none: a person       |
| subnet's filters stand before the endpoint     | subnet-policies           | none: a person       |

(*) With `recreate: broken`, for the declared endpoint of this account alone: RemoveBrokenEndpoint, and CreateEndpoint
in a later pass; what would serve the endpoint that is deleted is left out of the plan.

Of names that somebody else keeps (`records: external`) the rules from zone-missing to record say nothing.
"""

from collections.abc import Callable, Iterator

from remediation.desired import Baseline, Desired
from remediation.ids import ResourceId
from remediation.observed import Account, Observed
from remediation.path import Path, spec_of
from remediation.plan import Finding, Plan
from remediation.rules import access, dns, endpoint, network

ACCESS_RULES: tuple[Callable[[Account, Desired], Iterator[Finding]], ...] = (
    access.public_access,
    access.network_acls,
    access.network_rules,
    access.bypass,
    access.local_auth,
    access.outbound,
    access.network_injection,
    access.custom_subdomain,
    access.network_support,
)
PATH_RULES: tuple[Callable[[Path], Iterator[Finding]], ...] = (
    endpoint.endpoint_missing,
    endpoint.endpoint_state,
    endpoint.connection_state,
    endpoint.endpoint_members,
    endpoint.endpoint_settings,
    endpoint.unknown_connection,
    dns.zone_missing,
    dns.zone_link,
    dns.link_settings,
    dns.zone_group,
    dns.record,
    dns.record_ttl,
    network.perimeter,
    network.custom_dns,
    network.subnet_policies,
)


def plan(desired: Desired, observed: Observed) -> Plan:
    """Every finding, in the order of its remedy. Without a network (the FAST lane) only access is judged."""
    account = observed.account
    if not account.supports_networks:
        return Plan(tuple(access.network_support(account, desired)))
    findings = [f for rule in ACCESS_RULES for f in rule(account, desired)]
    if observed.network is not None:
        path = Path.trace(desired, observed.account, observed.network)
        findings += [f for rule in PATH_RULES for f in rule(path)]
    return Plan(tuple(findings))


def baseline(desired: Desired, observed: Observed) -> Baseline:
    """What to restore one day: the state of an account that has no findings."""
    if observed.network is None:
        return Baseline()
    path = Path.trace(desired, observed.account, observed.network)
    return Baseline(None if path.endpoint is None else spec_of(path.endpoint), path.dns)


def serves(desired: Desired, observed: Observed) -> tuple[ResourceId, ...]:
    """The resources that the account's private path consists of."""
    if observed.network is None:
        return ()
    path = Path.trace(desired, observed.account, observed.network)
    endpoint = () if path.spec is None else (path.spec.id, path.spec.vnet)
    zones = () if path.dns is None else tuple(zone.id for zone in path.dns.zones)
    return (*endpoint, *zones)
