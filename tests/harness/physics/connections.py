"""How do an endpoint and an account see the connection between them?"""

from tests.harness.ids import same
from tests.harness.physics import errors
from tests.harness.physics.errors import ArmError
from tests.harness.physics.locks import Locks
from tests.harness.physics.marks import account_etag
from tests.harness.physics.types import ACCOUNT, CONNECTION, ENDPOINT
from tests.harness.physics.zone_groups import ZoneGroups
from tests.harness.world import Json, Resource, World


class Connections:
    """The two sides are always changed together; the account's side is named `{endpoint}.{guid}`."""

    def __init__(self, world: World, zone_groups: ZoneGroups, locks: Locks) -> None:
        self._world = world
        self._zone_groups = zone_groups
        self._locks = locks

    def create(self, account: Resource, endpoint: Resource, *, approved: bool) -> Resource:
        name = f"{endpoint.name}.{endpoint.properties['resourceGuid']}"
        # Recorded: the name carries the account's name (azure-rest-api-specs#16702).
        body: Json = {
            "id": f"{account.id}/privateEndpointConnections/{name}",
            "name": f"{account.name}/{name}",
            "type": CONNECTION,
            "etag": account_etag(),
            "location": account.body["location"],
            "properties": {
                "privateEndpoint": {"id": endpoint.id},
                "groupIds": ["account"],
                "provisioningState": "Succeeded",
            },
        }
        connection = Resource(body["id"], CONNECTION, body)
        self._world.put(connection)
        message = link_of(endpoint)["properties"].get("requestMessage") or "None"
        status, description = ("Approved", "Approved") if approved else ("Pending", message)
        self._set(connection, endpoint, status, description)
        return connection

    def note(self, endpoint: Resource, *, approved: bool) -> None:
        """What the endpoint shows of its connection to something other than an account; the far side is not kept."""
        status = "Approved" if approved else "Pending"
        state = {"status": status, "description": status, "actionsRequired": "None"}
        self._show(endpoint, state)

    def change(self, connection: Resource, status: str, description: str) -> None:
        """Approves or rejects on the account's side."""
        endpoint = self._endpoint(connection)
        before = connection.properties["privateLinkServiceConnectionState"]["status"]
        final = before == "Rejected" and not self._world.switches.rejected_can_be_approved
        if final and status != before:
            raise errors.connection_final(before)
        if status not in {"Approved", "Rejected", "Pending"}:
            raise errors.invalid_property("status", f"'{status}' is not a connection status.")
        self._set(connection, endpoint, status, description)

    def remove(self, connection: Resource) -> None:
        """Deletes on the account's side: the endpoint stays, disconnected for ever (azurerm#20776)."""
        endpoint = self._endpoint(connection)
        self._world.remove(connection.id)
        self._disconnect(endpoint)
        self._embed(connection.id.rsplit("/", 2)[0])

    def check_removable(self, endpoint: Resource) -> None:
        """Raises when the account on the other side is locked against deletions."""
        if endpoint.hidden.get("connected"):
            self._locks.check_connection(target_of(endpoint), endpoint)

    def forget(self, endpoint: Resource) -> None:
        """The endpoint goes, and the account's side with it; that it vanishes at once is not verified."""
        for connection in self._world.of_type(CONNECTION):
            if same(connection.properties["privateEndpoint"]["id"], endpoint.id):
                self._world.remove(connection.id)
                self._embed(connection.id.rsplit("/", 2)[0])

    def lose_account(self, account: Resource) -> None:
        """The account goes; its endpoints stay, disconnected."""
        for connection in self._world.children(account.id, CONNECTION):
            self._world.remove(connection.id)
        for endpoint in self._world.of_type(ENDPOINT):
            if endpoint.hidden.get("connected") and same(target_of(endpoint), account.id):
                self._disconnect(endpoint)

    def of(self, account: Resource) -> list[Resource]:
        return list(self._world.children(account.id, CONNECTION))

    def _endpoint(self, connection: Resource) -> Resource:
        endpoint = self._world.get(connection.properties["privateEndpoint"]["id"])
        if endpoint is None:
            raise ArmError(
                404, "NotFound", "The private endpoint of the connection does not exist."
            )
        return endpoint

    def _set(self, connection: Resource, endpoint: Resource, status: str, description: str) -> None:
        state = {"status": status, "description": description, "actionsRequired": "None"}
        connection.properties["privateLinkServiceConnectionState"] = state
        connection.body["etag"] = account_etag()
        self._show(endpoint, state)
        self._embed(connection.id.rsplit("/", 2)[0])

    def _disconnect(self, endpoint: Resource) -> None:
        state = {"status": "Disconnected", "description": "None", "actionsRequired": "None"}
        self._show(endpoint, state)
        endpoint.hidden["connected"] = False

    def _show(self, endpoint: Resource, state: Json) -> None:
        approved = state["status"] == "Approved"
        was_approved = bool(endpoint.hidden.get("approved"))
        link_of(endpoint)["properties"]["privateLinkServiceConnectionState"] = dict(state)
        endpoint.hidden["connected"] = True
        endpoint.hidden["approved"] = approved
        if approved and not was_approved:
            self._zone_groups.write(endpoint)
        elif was_approved and not approved:
            self._zone_groups.erase(endpoint)
        self._world.touch()

    def _embed(self, account_id: str) -> None:
        """The account's own list: the same connections without etag, location and provisioning state (recorded)."""
        account = self._world.get(account_id)
        if account is None or account.type != ACCOUNT:
            return
        account.properties["privateEndpointConnections"] = [
            {
                "id": connection.body["id"],
                "name": connection.body["name"],
                "type": CONNECTION,
                "properties": {
                    name: value
                    for name, value in connection.properties.items()
                    if name != "provisioningState"
                },
            }
            for connection in self.of(account)
        ]
        # Recorded: the account's etag moves when an endpoint is written.
        account.body["etag"] = account_etag()
        self._world.touch()


def link_of(endpoint: Resource) -> Json:
    """The endpoint's only connection object, automatic or manual."""
    properties = endpoint.properties
    links: list[Json] = (
        properties["privateLinkServiceConnections"]
        + properties["manualPrivateLinkServiceConnections"]
    )
    return links[0]


def target_of(endpoint: Resource) -> str:
    """The id of the account that the endpoint leads to."""
    target: str = link_of(endpoint)["properties"]["privateLinkServiceId"]
    return target
