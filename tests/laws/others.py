"""What in a world belongs to other teams, and is it as it was?"""

from dataclasses import replace

from remediation.desired import Desired
from remediation.ids import ResourceId
from remediation.observed import Endpoint, Link, Record
from tests.builders import (
    ACCOUNT,
    FOREIGN_ENDPOINT,
    FOREIGN_ZONE,
    OTHER_ACCOUNT,
    SUBNET,
    endpoint,
    link,
    resource,
)
from tests.laws.happenings import ELSEWHERE
from tests.memory import Azure

NEIGHBOR = resource("Microsoft.Network/privateEndpoints", "pe-latch-other")
THEIRS = (NEIGHBOR, FOREIGN_ENDPOINT)
# Such as no policy asks for: it registers machines, and sends names that the zone lacks to the internet.
THEIR_LINK = link(
    ELSEWHERE, name="to-else", registration=True, resolution_policy="NxDomainRedirect"
)

type Belongings = tuple[
    dict[ResourceId, Endpoint | None],
    list[tuple[ResourceId, Link]],
    dict[tuple[ResourceId, str], Record],
]


def move_in(azure: Azure) -> None:
    """A neighbor in the same subnet, with its own names in the same zones, linked to a network of its own."""
    azure.zones.setdefault(FOREIGN_ZONE, ())
    azure.endpoints[NEIGHBOR] = endpoint(
        id=NEIGHBOR, guid="dddddddd-0000-4000-8000-000000000004", target=OTHER_ACCOUNT, addresses=()
    )
    assert azure.endpoints[NEIGHBOR].subnet == SUBNET
    for zone, links in azure.zones.items():
        azure.put_record(zone, OTHER_ACCOUNT.name, ("10.20.1.200",), azure.endpoints[NEIGHBOR].guid)
        if all(each.vnet != ELSEWHERE for each in links):
            azure.zones[zone] = (*links, THEIR_LINK)


def belongings(azure: Azure, wanted: Desired) -> Belongings:
    """Their endpoints, links and records. A record of the account's own name is judged with the plan.

    Where the policy names no endpoint, the one that serves the account is the account's, whoever made it.
    """
    theirs = (NEIGHBOR,) if wanted.endpoint is None else THEIRS
    return (
        {id_: azure.endpoints.get(id_) for id_ in theirs},
        [
            (zone, replace(each, state="Completed"))
            for zone, links in azure.zones.items()
            for each in links
            if each.vnet == ELSEWHERE
        ],
        {(zone, name): it for (zone, name), it in azure.records.items() if name != ACCOUNT.name},
    )
