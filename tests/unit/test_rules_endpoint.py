"""Who is connected to the account, and when may a broken endpoint be deleted to be created again?"""

from dataclasses import replace
from typing import Any

import pytest

from remediation import planner
from remediation.desired import Desired, Recreate
from remediation.observed import Endpoint, Observed
from remediation.plan import (
    ApproveConnection,
    AttachZones,
    CreateEndpoint,
    CreateZone,
    PutRecord,
    RemoveBrokenEndpoint,
)
from tests.builders import (
    A_PERSON,
    ACCOUNT,
    AI_SERVICES,
    AZURE,
    COGNITIVE_ZONE,
    ENDPOINT,
    FOREIGN_ENDPOINT,
    FOREIGN_ZONE,
    JAPAN_EAST,
    OPENAI_ZONE,
    OTHER_ACCOUNT,
    OTHER_ENDPOINT,
    OTHER_GUID,
    OTHER_SUBNET,
    SERVICES_ZONE,
    SUBSCRIPTION,
    Cure,
    account,
    addresses,
    connection,
    cures,
    desired,
    endpoint,
    endpoint_spec,
    observed,
    record,
    resource,
    zone,
    zone_group,
    zone_id,
)

REBUILT = endpoint_spec(recreate=Recreate.BROKEN)
PUT_AGAIN = CreateEndpoint(ACCOUNT, REBUILT, JAPAN_EAST)
REJECTED = account(connections=(connection("Rejected"),))
LOST = account(connections=())
TWO_OF_THREE = endpoint(AI_SERVICES, addresses=addresses(AI_SERVICES)[:2])


def delete(why: str) -> RemoveBrokenEndpoint:
    return RemoveBrokenEndpoint(ENDPOINT, why)


def rebuilt(kind: str = "OpenAI", **changes: Any) -> Desired:
    return desired(kind, endpoint=REBUILT, **changes)


def with_endpoint(kind: str = "OpenAI", **changes: Any) -> Observed:
    return observed(kind, endpoints=[endpoint(kind, **changes)])


# The endpoint's own rules alone: what its names lack meanwhile is another table's.
OF_THE_ENDPOINT = ("endpoint-missing", "endpoint-state", "connection-state", "endpoint-members")


def found(wanted: Desired, there: Observed) -> list[tuple[str, Cure]]:
    return [each for each in cures(planner.plan(wanted, there)) if each[0] in OF_THE_ENDPOINT]


@pytest.mark.parametrize(
    ("found_there", "expected"),
    [
        pytest.param(
            observed(account=REJECTED, endpoints=[endpoint(status="Rejected")]),
            [("connection-state", delete("its connection is Rejected"))],
            id="a rejected one",
        ),
        pytest.param(
            observed(account=REJECTED),
            [("connection-state", delete("its connection is Rejected"))],
            id="one that only the account calls rejected",
        ),
        pytest.param(
            with_endpoint(status="rejected"),
            [("connection-state", delete("its connection is rejected"))],
            id="one that only itself calls rejected",
        ),
        pytest.param(
            observed(account=LOST, endpoints=[endpoint(status="Disconnected")]),
            [("connection-state", delete("its connection is Disconnected"))],
            id="a disconnected one",
        ),
        pytest.param(
            with_endpoint(state="Failed"),
            [("endpoint-state", delete("it is Failed"))],
            id="a failed one",
        ),
        pytest.param(
            observed(account=REJECTED, endpoints=[endpoint(state="Failed", status="Rejected")]),
            [("endpoint-state", delete("it is Failed"))],
            id="a failed and rejected one, for one reason",
        ),
        pytest.param(
            with_endpoint(addresses=()),
            [("endpoint-members", delete(f"it has no address for {OPENAI_ZONE}"))],
            id="one without an address",
        ),
    ],
)
def test_what_never_heals_is_deleted(
    found_there: Observed, expected: list[tuple[str, Cure]]
) -> None:
    assert expected == found(rebuilt(), found_there)


@pytest.mark.parametrize(
    ("have", "lacking"),
    [
        pytest.param(2, SERVICES_ZONE, id="two of three"),
        pytest.param(1, f"{OPENAI_ZONE}, {SERVICES_ZONE}", id="one of three, as before an upgrade"),
        pytest.param(0, f"{COGNITIVE_ZONE}, {OPENAI_ZONE}, {SERVICES_ZONE}", id="none"),
    ],
)
def test_an_ai_services_account_needs_three_addresses(have: int, lacking: str) -> None:
    there = with_endpoint(AI_SERVICES, addresses=addresses(AI_SERVICES)[:have])

    assert found(desired(AI_SERVICES), there) == [("endpoint-members", A_PERSON)]
    assert found(rebuilt(AI_SERVICES), there) == [
        ("endpoint-members", delete(f"it has no address for {lacking}"))
    ]


TAKEN = zone(record=record(owner=OTHER_GUID, addresses=("10.9.9.9",)))
BESIDE = connection(endpoint=FOREIGN_ENDPOINT, guid=OTHER_GUID)
ADMITTED = desired(endpoint=replace(REBUILT, others=("*",)))


@pytest.mark.parametrize(
    ("wanted", "found_there", "expected"),
    [
        pytest.param(
            desired(),
            observed(account=REJECTED),
            [("connection-state", A_PERSON)],
            id="where the policy does not say so",
        ),
        pytest.param(
            desired(endpoint=endpoint_spec(recreate=Recreate.NEVER)),
            observed(account=REJECTED),
            [("connection-state", A_PERSON)],
            id="where the policy never creates one",
        ),
        pytest.param(
            desired(endpoint=None),
            observed(endpoints=[endpoint(state="Failed")]),
            [("endpoint-state", A_PERSON)],
            id="that nobody declared",
        ),
        pytest.param(
            rebuilt(),
            observed(
                account=account(connections=(connection(endpoint=OTHER_ENDPOINT),)),
                endpoints=[endpoint(id=OTHER_ENDPOINT, state="Failed")],
            ),
            [("endpoint-state", A_PERSON)],
            id="that was adopted",
        ),
        pytest.param(
            rebuilt(),
            observed(account=LOST, endpoints=[endpoint(target=OTHER_ACCOUNT, state="Failed")]),
            [("endpoint-state", A_PERSON)],
            id="of another account that bears the declared name",
        ),
        pytest.param(
            rebuilt(),
            observed(account=REJECTED, endpoints=[endpoint(target=None)]),
            [("connection-state", A_PERSON)],
            id="of which nobody knows where it leads",
        ),
        pytest.param(
            rebuilt(),
            observed(account=REJECTED, vnet=None),
            [("connection-state", A_PERSON)],
            id="whose network is gone, so that it could not come back",
        ),
        pytest.param(
            ADMITTED,
            observed(account=account(connections=(connection("Rejected"), BESIDE)), zones=[TAKEN]),
            [("connection-state", A_PERSON)],
            id="whose records are another live endpoint's by now, and would go with it",
        ),
        pytest.param(
            rebuilt(),
            observed(account=LOST),
            [("connection-state", AZURE)],
            id="that the account does not list yet",
        ),
        pytest.param(
            rebuilt(),
            with_endpoint(status="Unheard-of"),
            [("connection-state", A_PERSON)],
            id="in a state that nobody knows",
        ),
        pytest.param(
            rebuilt(),
            observed(account=account(connections=(connection("Pending"),))),
            [("connection-state", ApproveConnection(ACCOUNT, connection().name))],
            id="that only waits for approval",
        ),
        pytest.param(
            rebuilt(),
            with_endpoint(state="Updating", addresses=()),
            [("endpoint-state", AZURE)],
            id="that Azure works on",
        ),
        pytest.param(
            rebuilt(),
            with_endpoint(state="Deleting"),
            [("endpoint-state", AZURE)],
            id="that is being deleted already",
        ),
        pytest.param(
            rebuilt(dns=None),
            with_endpoint(zone_group=zone_group(OPENAI_ZONE), addresses=()),
            [("endpoint-members", A_PERSON)],
            id="for zones that nobody asked for",
        ),
    ],
)
def test_nothing_is_deleted(
    wanted: Desired, found_there: Observed, expected: list[tuple[str, Cure]]
) -> None:
    assert expected == found(wanted, found_there)


def test_a_failed_endpoint_whose_records_are_taken_is_written_again_instead() -> None:
    failed = observed(
        account=account(connections=(connection(), BESIDE)),
        endpoints=[endpoint(state="Failed")],
        zones=[TAKEN],
    )

    assert found(ADMITTED, failed) == [
        ("endpoint-state", replace(PUT_AGAIN, spec=replace(REBUILT, others=("*",))))
    ]


class TestInOnePass:
    """A deletion stands for everything that would have served the endpoint."""

    BROKEN = observed(
        AI_SERVICES,
        account=account(connections=(connection("Pending"),)),
        endpoints=[replace(TWO_OF_THREE, zone_group=None)],
        zones=[zone(COGNITIVE_ZONE, record=None), zone(OPENAI_ZONE)],
    )

    def test_nothing_is_done_for_an_endpoint_that_is_deleted(self) -> None:
        actions = planner.plan(rebuilt(AI_SERVICES), self.BROKEN).actions

        assert actions == (
            delete(f"it has no address for {SERVICES_ZONE}"),
            CreateZone(zone_id(SERVICES_ZONE)),
        )

    def test_where_nothing_is_deleted_it_is_served(self) -> None:
        kinds = {type(each) for each in planner.plan(desired(AI_SERVICES), self.BROKEN).actions}

        assert kinds == {ApproveConnection, CreateZone}

    def test_a_rejected_endpoint_that_lacks_an_address_is_deleted_once(self) -> None:
        both = observed(AI_SERVICES, account=REJECTED, endpoints=[TWO_OF_THREE])

        assert planner.plan(rebuilt(AI_SERVICES), both).actions == (
            delete("its connection is Rejected"),
        )

    @pytest.mark.parametrize("state", ["Deleting", "deleting"])
    def test_no_name_is_led_to_an_endpoint_that_is_going(self, state: str) -> None:
        going = observed(endpoints=[endpoint(state=state)], zones=[zone(record=None)])

        actions = planner.plan(rebuilt(), going).actions

        assert not any(isinstance(each, PutRecord | AttachZones) for each in actions)


def others(*words: str) -> Desired:
    return desired(endpoint=endpoint_spec(others=words))


NAMELESS = connection(endpoint=None, guid=OTHER_GUID)


@pytest.mark.parametrize(
    ("wanted", "there", "resources"),
    [
        pytest.param(desired(), BESIDE, [FOREIGN_ENDPOINT], id="nobody else by default"),
        pytest.param(
            desired(),
            replace(BESIDE, status="Pending"),
            [FOREIGN_ENDPOINT],
            id="nor who waits for approval",
        ),
        pytest.param(
            desired(),
            replace(BESIDE, status="Unheard-of"),
            [FOREIGN_ENDPOINT],
            id="nor who is in a state that nobody knows",
        ),
        pytest.param(
            desired(), replace(BESIDE, status="Rejected"), [], id="who was rejected carries nothing"
        ),
        pytest.param(desired(), replace(BESIDE, status="disconnected"), [], id="who is gone"),
        pytest.param(desired(), NAMELESS, [ACCOUNT], id="whom Azure does not name"),
        pytest.param(others(FOREIGN_ENDPOINT.text.upper() + "/"), BESIDE, [], id="by its id"),
        pytest.param(others(SUBSCRIPTION.upper()), BESIDE, [], id="by its subscription"),
        pytest.param(others("*"), BESIDE, [], id="everyone"),
        pytest.param(others("*"), NAMELESS, [], id="everyone, named or not"),
        pytest.param(
            others(OTHER_ENDPOINT.text, "22222222-2222-4222-8222-222222222222"),
            BESIDE,
            [FOREIGN_ENDPOINT],
            id="others do not count",
        ),
        pytest.param(
            others(SUBSCRIPTION),
            NAMELESS,
            [ACCOUNT],
            id="a subscription does not name the nameless",
        ),
    ],
)
def test_who_may_be_connected_beside_the_endpoint(
    wanted: Desired, there: Any, resources: list[object]
) -> None:
    plan = planner.plan(wanted, observed(account=account(connections=(connection(), there))))

    assert cures(plan) == [("unknown-connection", A_PERSON)] * len(resources)
    assert [finding.resource for finding in plan.findings] == resources


def test_an_adopted_endpoint_is_the_account_s_own() -> None:
    adopted: Endpoint = endpoint(id=OTHER_ENDPOINT)
    there = account(connections=(connection(endpoint=OTHER_ENDPOINT),))

    plan = planner.plan(desired(endpoint=None), observed(account=there, endpoints=[adopted]))

    assert cures(plan) == []


def test_a_foreign_zone_in_an_adopted_group_deletes_nothing() -> None:
    group = zone_group(OPENAI_ZONE)
    foreign = replace(group.configs[0], name="mine", zone=FOREIGN_ZONE)
    there = with_endpoint(zone_group=replace(group, configs=(*group.configs, foreign)))

    assert found(rebuilt(dns=None), there) == [("endpoint-members", A_PERSON)]


STATED = endpoint_spec(
    static_ips=(("default", "10.20.1.4"),),
    security_groups=(resource("Microsoft.Network/applicationSecurityGroups", "asg-ai"),),
    tags=(("owner", "platform"),),
    nic_name="nic-aoai",
    stated=True,
)
AS_STATED = endpoint(
    security_groups=STATED.security_groups,
    tags=(("Owner", "platform"), ("more", "is fine")),
    nic_name="NIC-aoai",
)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        pytest.param({}, "", id="as it should be"),
        pytest.param({"subnet": OTHER_SUBNET}, f"subnet {OTHER_SUBNET}", id="another subnet"),
        pytest.param(
            {"addresses": addresses(ips={OPENAI_ZONE: "10.20.1.9"})},
            "default does not have address 10.20.1.4",
            id="another address",
        ),
        pytest.param(
            {"security_groups": ()}, "not in security group asg-ai", id="a security group is left"
        ),
        pytest.param({"tags": (("owner", "x"),)}, "tag owner is not 'platform'", id="another tag"),
        pytest.param({"nic_name": None}, "interface is named by Azure", id="another interface"),
    ],
)
def test_an_endpoint_must_be_as_the_policy_spells_it_out(
    changes: dict[str, Any], told: str
) -> None:
    there = replace(AS_STATED, **changes)
    leads_there = record(addresses=tuple(address.ip for address in there.addresses))
    seen = observed(endpoints=[there], zones=[zone(record=leads_there)])

    findings = planner.plan(desired(endpoint=STATED), seen).findings

    assert [f.rule for f in findings] == (["endpoint-settings"] if told else [])
    assert all(told in str(each) and each.remedy is None for each in findings)


def test_what_was_only_remembered_is_not_held_against_an_endpoint() -> None:
    remembered = replace(STATED, stated=False)

    assert found(desired(endpoint=remembered), observed()) == []
    assert planner.plan(desired(endpoint=remembered), observed()).findings == ()


@pytest.mark.parametrize("status", ["Rejected", "Disconnected"])
def test_no_name_is_led_to_an_endpoint_that_never_answers_again(status: str) -> None:
    dead = observed(
        account=LOST,
        endpoints=[endpoint(status=status, zone_group=None)],
        zones=[zone(record=None)],
    )

    assert cures(planner.plan(desired(), dead)) == [("connection-state", A_PERSON)]


def test_a_failed_endpoint_is_written_again_with_the_connection_that_it_has() -> None:
    """Azure refuses another name: CannotChangePrivateLinkConnectionOnPrivateEndpoint."""
    there = observed(endpoints=[endpoint(state="Failed", connection_name="by-hand")])

    assert found(desired(), there) == [
        ("endpoint-state", CreateEndpoint(ACCOUNT, endpoint_spec(), JAPAN_EAST, "by-hand"))
    ]
