"""Under which operations do losses of isolation make themselves heard? Pure data."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Signal:
    """The operation that an event of the loss bears. `published`: Microsoft documents it as an action.

    That a write or delete raises an event under that very name is the documented pattern, and seen for few.
    """

    name: str
    published: bool = True


COGNITIVE, NETWORK = "Microsoft.CognitiveServices/accounts", "Microsoft.Network"
ENDPOINT, ZONE = f"{NETWORK}/privateEndpoints", f"{NETWORK}/privateDnsZones"
PERIMETER = f"{NETWORK}/networkSecurityPerimeters"

# Published: permissions/ai-machine-learning.md, permissions/networking.md, permissions/management-and-governance.md.
ACCOUNT_WRITE = Signal(f"{COGNITIVE}/write")
ACCOUNT_DELETE = Signal(f"{COGNITIVE}/delete")
CONNECTION_WRITE = Signal(f"{COGNITIVE}/privateEndpointConnections/write")
CONNECTION_DELETE = Signal(f"{COGNITIVE}/privateEndpointConnections/delete")
ENDPOINT_WRITE = Signal(f"{ENDPOINT}/write")
ENDPOINT_DELETE = Signal(f"{ENDPOINT}/delete")
NIC_DELETE = Signal(f"{NETWORK}/networkInterfaces/delete")
GROUP_WRITE = Signal(f"{ENDPOINT}/privateDnsZoneGroups/write")
GROUP_DELETE = Signal(f"{ENDPOINT}/privateDnsZoneGroups/delete", published=False)
ZONE_WRITE = Signal(f"{ZONE}/write")
ZONE_DELETE = Signal(f"{ZONE}/delete")
RECORD_WRITE = Signal(f"{ZONE}/A/write")
RECORD_DELETE = Signal(f"{ZONE}/A/delete")
LINK_WRITE = Signal(f"{ZONE}/virtualNetworkLinks/write")
LINK_DELETE = Signal(f"{ZONE}/virtualNetworkLinks/delete")
