"""What can a private endpoint lead to besides accounts, and which names go with it?"""

from tests.harness.physics import errors
from tests.harness.physics.kinds import Kind, Member
from tests.harness.physics.platform_types import MONITOR_SCOPE, SITE, STORAGE, TOPIC
from tests.harness.world import Resource

# Source: private-endpoint-dns.md: sub-resources, and the zone of each. Azure Monitor has many names of its own, which
# the lab does not hold; that a site has a second name for its deployment endpoint is left out too.
_STORAGE = {s: f"{s}.core.windows.net" for s in ("blob", "queue", "table", "file")}
_DOMAINS = {
    STORAGE: _STORAGE,
    SITE: {"sites": "azurewebsites.net"},
    TOPIC: {"topic": "eventgrid.azure.net"},
    MONITOR_SCOPE: {"azuremonitor": "monitor.azure.com"},
}


def is_platform(target: Resource | None) -> bool:
    return target is not None and target.type in _DOMAINS


def approval_of(target: Resource) -> str:
    """The right that approves an endpoint at once. Source: private-endpoint-overview.md."""
    return f"{target.type}/privateEndpointConnectionsApproval/action"


def kind_for(target: Resource, groups: list[str]) -> Kind:
    """Raises for anything but one sub-resource that the target has."""
    known = _DOMAINS[target.type]
    if len(groups) != 1 or groups[0] not in known:
        raise errors.not_private_linkable(target.id, f"group ids {groups}, known {sorted(known)}.")
    domain = known[groups[0]]
    return Kind(target.type, (Member(groups[0], domain),), domain, group=groups[0])


def label_of(target: Resource) -> str:
    """What stands before the domain. Source: the endpoint of a custom topic names its region."""
    if target.type == TOPIC:
        return f"{target.name}.{target.body['location']}-1"
    return target.name
