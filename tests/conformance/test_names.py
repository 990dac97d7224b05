"""Names as a genuine DNS client sees them, from a network and from the internet."""

from ipaddress import ip_address, ip_network

import dns.asyncquery
import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import pytest

from tests.conformance.view_fixtures import HOST, PRIVATE, Views, view_authority, views
from tests.harness.names import Rcode, View

__all__ = ["view_authority", "views"]

PUBLIC = ip_network("203.0.113.0/24")


async def query(views: Views, name: str, view: View, kind: str = "A") -> dns.message.Message:
    host, port = await views.names.view(view)
    question = dns.message.make_query(name, kind)
    return await dns.asyncquery.udp(question, host, timeout=5, port=port)


def addresses(answer: dns.message.Message) -> list[str]:
    return [str(d) for entry in answer.answer if entry.rdtype == dns.rdatatype.A for d in entry]


async def test_an_account_without_an_endpoint_is_public_from_everywhere(views: Views) -> None:
    views.account(public=True)
    views.seed.link(views.zone, views.network)

    outside = await query(views, HOST, None)
    inside = await query(views, HOST, views.inside)

    (address,) = addresses(outside)
    assert ip_address(address) in PUBLIC
    assert addresses(inside) == [address]
    assert [entry.name.to_text() for entry in outside.answer] == [
        "aoai.openai.azure.com.",
        "eastus.prod.vnet.cog.trafficmanager.net.",
        "vnetproxyv1-eastus-prod.eastus.cloudapp.azure.com.",
    ]


async def test_an_endpoint_puts_the_privatelink_alias_in_front(views: Views) -> None:
    views.private_path(views.account())

    outside = await query(views, HOST, None)

    assert outside.answer[0].to_text() == f"{HOST}. 900 IN CNAME {PRIVATE}."
    assert ip_address(addresses(outside)[0]) in PUBLIC


async def test_inside_the_alias_ends_in_the_record_of_the_linked_zone(views: Views) -> None:
    views.private_path(views.account())

    inside = await query(views, HOST, views.inside)

    assert [entry.to_text() for entry in inside.answer] == [
        f"{HOST}. 900 IN CNAME {PRIVATE}.",
        f"{PRIVATE}. 10 IN A 10.0.0.4",
    ]


async def test_a_missing_record_is_nxdomain_with_the_zones_negative_ttl(views: Views) -> None:
    views.private_path(views.account())
    views.physics.records.remove(views.zone.id, "aoai")

    inside = await query(views, HOST, views.inside)

    assert inside.rcode() == dns.rcode.NXDOMAIN
    assert inside.authority[0].ttl == 10
    assert inside.authority[0].rdtype == dns.rdatatype.SOA


async def test_a_redirecting_link_asks_the_internet_for_a_missing_record(views: Views) -> None:
    views.endpoint(views.account())
    views.seed.link(views.zone, views.network, resolutionPolicy="NxDomainRedirect")

    inside = await query(views, HOST, views.inside)

    assert ip_address(addresses(inside)[0]) in PUBLIC


async def test_a_network_without_a_link_sees_the_public_address(views: Views) -> None:
    views.private_path(views.account())

    unlinked = await query(views, HOST, views.other.id)

    assert ip_address(addresses(unlinked)[0]) in PUBLIC


async def test_a_link_counts_only_when_it_is_completed(views: Views) -> None:
    views.private_path(views.account())
    link_id = f"{views.zone.id}/virtualNetworkLinks/link-hub"
    link = views.world.get(link_id)
    assert link is not None
    link.properties["virtualNetworkLinkState"] = "InProgress"

    inside = await query(views, HOST, views.inside)

    assert ip_address(addresses(inside)[0]) in PUBLIC


@pytest.mark.parametrize(
    ("servers", "private"),
    [(["10.0.0.53"], False), (["168.63.129.16"], True), ([], True)],
    ids=["its own server", "Azure's by address", "Azure's by default"],
)
async def test_a_network_with_its_own_servers_does_not_ask_linked_zones(
    views: Views, servers: list[str], *, private: bool
) -> None:
    views.private_path(views.account())
    views.network.properties["dhcpOptions"] = {"dnsServers": servers}

    inside = await query(views, HOST, views.inside)

    assert private == (addresses(inside) == ["10.0.0.4"])


async def test_an_aiservices_account_has_three_names(views: Views) -> None:
    account = views.account("foundry", kind="AIServices")
    views.endpoint(account)

    for domain in ("cognitiveservices.azure.com", "openai.azure.com", "services.ai.azure.com"):
        answer = await query(views, f"foundry.{domain}", None)
        assert answer.answer[0].to_text().endswith(f"CNAME foundry.privatelink.{domain}.")


async def test_names_have_no_case_and_addresses_do_not_move(views: Views) -> None:
    views.account(public=True)

    first = await query(views, HOST, None)
    second = await query(views, HOST.upper(), None)

    assert addresses(first) == addresses(second)


async def test_an_unknown_account_is_nxdomain_and_a_foreign_name_is_refused(views: Views) -> None:
    unknown = await query(views, "nobody.openai.azure.com", None)
    foreign = await query(views, "www.fabrikam.example", None)

    assert unknown.rcode() == dns.rcode.NXDOMAIN
    assert foreign.rcode() == dns.rcode.REFUSED


async def test_the_privatelink_name_exists_only_with_an_endpoint(views: Views) -> None:
    account = views.account()
    before = await query(views, PRIVATE, None)
    views.endpoint(account)

    after = await query(views, PRIVATE, None)

    assert before.rcode() == dns.rcode.NXDOMAIN
    assert len(addresses(after)) == 1


async def test_a_question_for_another_type_shows_the_aliases_alone(views: Views) -> None:
    views.private_path(views.account())

    answer = await query(views, HOST, views.inside, "AAAA")

    assert answer.rcode() == dns.rcode.NOERROR
    assert [entry.rdtype for entry in answer.answer] == [dns.rdatatype.CNAME]


async def test_tcp_answers_on_the_same_port_more_than_once(views: Views) -> None:
    views.private_path(views.account())
    host, port = await views.names.view(views.inside)

    for _ in range(2):
        question = dns.message.make_query(HOST, "A")
        answer = await dns.asyncquery.tcp(question, host, timeout=5, port=port)
        assert addresses(answer) == ["10.0.0.4"]


async def test_a_long_answer_is_cut_over_udp_and_whole_over_tcp(views: Views) -> None:
    views.endpoint(views.account())
    views.seed.link(views.zone, views.network)
    many = [f"10.0.0.{n}" for n in range(1, 101)]
    views.seed.record(views.zone, "aoai", many)
    host, port = await views.names.view(views.inside)
    question = dns.message.make_query(HOST, "A")

    cut = await dns.asyncquery.udp(question, host, timeout=5, port=port)
    whole, by_tcp = await dns.asyncquery.udp_with_fallback(question, host, timeout=5, port=port)

    assert cut.flags & dns.flags.TC
    assert by_tcp
    assert sorted(addresses(whole)) == sorted(many)


async def test_noise_is_not_answered_and_harms_nobody(views: Views) -> None:
    views.account(public=True)
    host, port = await views.names.view(None)
    question = dns.message.make_query(HOST, "A")
    noisy = dns.message.make_query(HOST, "A", rdclass="CH")

    refused = await dns.asyncquery.udp(noisy, host, timeout=5, port=port)
    answer = await dns.asyncquery.udp(question, host, timeout=5, port=port)

    assert refused.rcode() == dns.rcode.REFUSED
    assert answer.rcode() == dns.rcode.NOERROR


async def test_the_world_is_asked_each_time(views: Views) -> None:
    views.private_path(views.account())
    before = await query(views, HOST, views.inside)
    views.physics.records.write(views.zone.id, "aoai", ["10.0.0.99"], "somebody")

    after = await query(views, HOST, views.inside)

    assert (addresses(before), addresses(after)) == (["10.0.0.4"], ["10.0.0.99"])


async def test_the_pure_answer_is_what_the_server_says(views: Views) -> None:
    views.private_path(views.account())

    answer = views.names.resolve(HOST, views.inside)

    assert answer.rcode is Rcode.NOERROR
    assert answer.chain == (HOST, PRIVATE)
    assert answer.addresses == ("10.0.0.4",)


async def test_nslookup_tells_the_chain_the_address_and_what_is_missing(views: Views) -> None:
    views.private_path(views.account())

    inside = await views.names.nslookup(HOST, views.inside)
    views.physics.records.remove(views.zone.id, "aoai")
    gone = await views.names.nslookup(HOST, views.inside)

    assert f"{HOST} is an alias for {PRIVATE}" in inside
    assert "Address:  10.0.0.4" in inside
    assert "(hub)" in inside
    assert "NXDOMAIN" in gone


async def test_a_view_from_no_network_is_refused(views: Views) -> None:
    gone = f"{views.network.id}-gone"

    with pytest.raises(LookupError, match="no such virtual network"):
        views.names.resolve(HOST, gone)

    assert (await query(views, HOST, gone)).rcode() == dns.rcode.SERVFAIL
