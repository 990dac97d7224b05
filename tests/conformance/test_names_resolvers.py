"""Whose private zones does a network with a DNS server of its own see?"""

from ipaddress import ip_address, ip_network

import pytest

from tests.conformance.view_fixtures import HOST, Views, view_authority, views
from tests.harness.physics.errors import ImpossibleError
from tests.harness.world import Resource

__all__ = ["view_authority", "views"]

PUBLIC = ip_network("203.0.113.0/24")
SERVER = "10.0.0.53"


def use(network: Resource, *servers: str) -> None:
    network.properties["dhcpOptions"] = {"dnsServers": list(servers)}


def spoke(views: Views, *servers: str) -> Resource:
    """A network without links, whose clients ask these servers."""
    use(views.other, *servers)
    return views.other


def is_public(views: Views, network: Resource) -> bool:
    (address,) = views.names.resolve(HOST, network.id).addresses
    return ip_address(address) in PUBLIC


@pytest.mark.parametrize(
    ("forwards", "public"),
    [
        pytest.param(True, False, id="which forwards to Azure's resolver"),
        pytest.param(False, True, id="which does not forward"),
    ],
)
async def test_a_spoke_sees_what_the_server_in_its_hub_sees(
    views: Views, *, forwards: bool, public: bool
) -> None:
    views.private_path(views.account())
    views.seed.dns_server(
        "dns",
        "rg",
        subnet_id=f"{views.network.id}/subnets/endpoints",
        address=SERVER,
        forwards=forwards,
    )

    assert is_public(views, spoke(views, SERVER)) is public


async def test_a_spoke_sees_what_the_private_resolver_in_its_hub_sees(views: Views) -> None:
    views.private_path(views.account())
    views.seed.dns_resolver(
        "resolver", "rg", subnet_id=f"{views.network.id}/subnets/endpoints", address=SERVER
    )

    text = await views.names.nslookup(HOST, spoke(views, SERVER).id)

    assert "Address:  10.0.0.4" in text


async def test_a_hub_that_is_not_linked_helps_nobody(views: Views) -> None:
    views.endpoint(views.account())
    views.seed.dns_server(
        "dns", "rg", subnet_id=f"{views.network.id}/subnets/endpoints", address=SERVER
    )

    assert is_public(views, spoke(views, SERVER))


async def test_a_link_of_the_spoke_itself_is_not_asked(views: Views) -> None:
    views.private_path(views.account())
    views.seed.link(views.zone, views.other)

    assert is_public(views, spoke(views, SERVER))


async def test_a_server_forwards_from_its_own_network_whatever_that_networks_clients_ask(
    views: Views,
) -> None:
    views.private_path(views.account())
    views.seed.dns_server(
        "dns", "rg", subnet_id=f"{views.network.id}/subnets/endpoints", address=SERVER
    )
    use(views.network, SERVER)

    assert not is_public(views, views.network)
    assert not is_public(views, spoke(views, SERVER))


@pytest.mark.parametrize(
    ("servers", "public"),
    [
        pytest.param(["9.9.9.9", "168.63.129.16"], True, id="a stranger comes first"),
        pytest.param(["168.63.129.16", "9.9.9.9"], False, id="Azure comes first"),
    ],
)
async def test_the_first_server_is_asked(views: Views, servers: list[str], *, public: bool) -> None:
    views.private_path(views.account())
    use(views.network, *servers)

    assert is_public(views, views.network) is public


async def test_a_server_needs_a_free_address_of_a_subnet(views: Views) -> None:
    subnet_id = f"{views.network.id}/subnets/endpoints"
    views.seed.dns_server("dns", "rg", subnet_id=subnet_id, address=SERVER)

    with pytest.raises(ImpossibleError, match="PrivateIPAddressInUse"):
        views.seed.dns_server("more", "rg", subnet_id=subnet_id, address=SERVER)
    with pytest.raises(ImpossibleError, match="no such subnet"):
        views.seed.dns_server("other", "rg", subnet_id=f"{subnet_id}-gone", address=SERVER)
