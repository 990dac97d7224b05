"""How does an endpoint look that was asked for?"""

from tests.harness.ids import ArmId
from tests.harness.physics import errors
from tests.harness.physics.marks import guid, network_etag
from tests.harness.physics.types import ENDPOINT
from tests.harness.world import Json, Resource


def endpoint_shape(endpoint_id: str, body: Json) -> Resource:
    """The endpoint as asked for, in the shape of Azure's answer."""
    given = body["properties"]
    automatic = given.get("privateLinkServiceConnections") or []
    manual = given.get("manualPrivateLinkServiceConnections") or []
    if len(automatic) + len(manual) != 1:
        raise errors.invalid_property(
            "privateLinkServiceConnections", "an endpoint has exactly one connection."
        )
    properties = {
        "provisioningState": "Updating",
        "resourceGuid": guid(),
        "privateLinkServiceConnections": [_link(endpoint_id, link) for link in automatic],
        "manualPrivateLinkServiceConnections": [_link(endpoint_id, link) for link in manual],
        "customNetworkInterfaceName": given.get("customNetworkInterfaceName") or "",
        "subnet": {"id": given["subnet"]["id"]},
        "ipConfigurations": [_address(item) for item in given.get("ipConfigurations") or []],
        "networkInterfaces": [],
        "customDnsConfigs": [],
        "applicationSecurityGroups": [
            {"id": group["id"]} for group in given.get("applicationSecurityGroups") or []
        ],
    }
    return Resource(
        endpoint_id,
        ENDPOINT,
        {
            "id": endpoint_id,
            "name": ArmId.parse(endpoint_id).name,
            "type": ENDPOINT,
            "etag": network_etag(),
            "properties": properties,
        },
    )


def _link(endpoint_id: str, link: Json) -> Json:
    given = link["properties"]
    return {
        "name": link["name"],
        "id": f"{endpoint_id}/privateLinkServiceConnections/{link['name']}",
        "etag": network_etag(),
        "type": f"{ENDPOINT}/privateLinkServiceConnections",
        "properties": {
            "provisioningState": "Updating",
            "privateLinkServiceId": given["privateLinkServiceId"],
            "groupIds": list(given.get("groupIds") or []),
            **({"requestMessage": given["requestMessage"]} if given.get("requestMessage") else {}),
            "privateLinkServiceConnectionState": {
                "status": "Pending",
                "description": "",
                "actionsRequired": "None",
            },
        },
    }


def _address(item: Json) -> Json:
    given = item["properties"]
    return {
        "name": item["name"],
        "etag": network_etag(),
        "type": f"{ENDPOINT}/ipConfigurations",
        "properties": {
            "groupId": given["groupId"],
            "memberName": given["memberName"],
            "privateIPAddress": given["privateIPAddress"],
        },
    }
