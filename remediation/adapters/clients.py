"""The genuine Azure clients: one set per subscription, one connection pool, one credential.

`azure.mgmt.network` costs a third of a second and 58 MiB to import, so what the FAST lane does not need is imported
when it is first asked for.
"""

from typing import TYPE_CHECKING, Any

from azure.core.credentials_async import AsyncTokenCredential
from azure.mgmt.cognitiveservices.aio import CognitiveServicesManagementClient

from remediation.adapters.pools import Pool

if TYPE_CHECKING:
    from azure.mgmt.network.aio import NetworkManagementClient
    from azure.mgmt.privatedns.aio import PrivateDnsManagementClient

# Latch looks again by itself, so nothing sleeps inside a client: azure-core would wait out any Retry-After in full.
# A connection that broke is tried once more; azure-core never does that for a PATCH.
_PATIENCE: dict[str, Any] = {
    "retry_total": 1,
    "retry_connect": 1,
    "retry_read": 1,
    "retry_status": 0,
    "retry_backoff_factor": 0,
    "connection_timeout": 10,
    "read_timeout": 30,
}


class Clients:
    """Made inside the running loop, at the first invocation: asynchronous clients bind to it."""

    def __init__(self, credential: AsyncTokenCredential, arm_endpoint: str, scope: str) -> None:
        """Takes the endpoint and token scope of the cloud's Resource Manager."""
        self._credential = credential
        self._transport = Pool()
        self._options: dict[str, Any] = {
            "base_url": arm_endpoint,
            "credential_scopes": [scope],
            "transport": self._transport,
            **_PATIENCE,
        }
        self._accounts: dict[str, CognitiveServicesManagementClient] = {}
        self._network: dict[str, NetworkManagementClient] = {}
        self._zones: dict[str, PrivateDnsManagementClient] = {}

    async def close(self) -> None:
        """Gives the connections back, which all clients share."""
        await self._transport.close()

    def accounts(self, subscription: str) -> CognitiveServicesManagementClient:
        """Accounts and their connections."""
        if subscription not in self._accounts:
            client = CognitiveServicesManagementClient(
                self._credential, subscription, **self._options
            )
            self._accounts[subscription] = client
        return self._accounts[subscription]

    def network(self, subscription: str) -> "NetworkManagementClient":
        """Private endpoints, their network interfaces and zone groups."""
        if subscription not in self._network:
            from azure.mgmt.network.aio import NetworkManagementClient

            self._network[subscription] = NetworkManagementClient(
                self._credential, subscription, **self._options
            )
        return self._network[subscription]

    def zones(self, subscription: str) -> "PrivateDnsManagementClient":
        """Private DNS zones, records and links."""
        if subscription not in self._zones:
            from azure.mgmt.privatedns.aio import PrivateDnsManagementClient

            self._zones[subscription] = PrivateDnsManagementClient(
                self._credential, subscription, **self._options
            )
        return self._zones[subscription]
