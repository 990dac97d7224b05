"""A person asks about one account over HTTP, and gets the report of a FULL pass."""

import json

import pytest

from tests.harness.lab import Lab
from tests.harness.people import Person
from tests.scenarios.story import Story, recheck


async def test_without_a_key_nobody_is_answered(lab: Lab) -> None:
    status, _ = await recheck(lab, {"account": lab.account_id}, key="")

    assert status == 401


async def test_the_wrong_key_opens_nothing(lab: Lab) -> None:
    status, _ = await recheck(lab, {"account": lab.account_id}, key="guessed")

    assert status == 401


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
async def test_another_method_finds_nothing(lab: Lab, method: str) -> None:
    assert lab.host is not None
    headers = {"x-functions-key": lab.host.keys.host}
    url = f"{lab.host.url}/api/recheck"

    async with lab.http.request(method, url, headers=headers) as answer:
        assert answer.status == 404


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("", id="nothing"),
        pytest.param("no JSON", id="no JSON"),
        pytest.param("[]", id="an array"),
        pytest.param("{}", id="no account"),
        pytest.param('{"account": 7}', id="an account that is a number"),
        pytest.param('{"account": "aoai-contoso-prod"}', id="a name instead of an id"),
        pytest.param(
            '{"account": "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/privateEndpoints/p"}',
            id="the id of something else",
        ),
        pytest.param(json.dumps({"account": "x" * 5000}), id="too long"),
    ],
)
async def test_a_body_that_makes_no_sense_is_refused_with_the_reason(lab: Lab, body: str) -> None:
    status, answer = await recheck(lab, body)

    assert status == 400
    assert answer["error"]["code"] == "BadRequest"
    assert answer["error"]["message"]


@pytest.mark.parametrize("member", [{"mode": "destroy"}, {"force": True}])
async def test_a_member_that_is_not_known_is_refused(lab: Lab, member: dict[str, object]) -> None:
    status, _ = await recheck(lab, {"account": lab.account_id, **member})

    assert status == 400


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param("11111111-1111", "22222222-2222", id="another subscription"),
        pytest.param("rg-ai-prod", "rg-sandbox", id="a group outside the scope"),
        pytest.param("aoai-contoso-prod", "aoai-is-not-there", id="no such account"),
    ],
)
async def test_an_account_that_the_policy_does_not_speak_of_is_not_found(
    lab: Lab, old: str, new: str
) -> None:
    status, _ = await recheck(lab, {"account": lab.account_id.replace(old, new)})

    assert status == 404


async def test_an_account_in_good_order_is_converged(lab: Lab) -> None:
    story = Story.private(lab, "aoai-asked-about")

    status, report = await recheck(lab, {"account": story.id})

    assert status == 200
    assert ("converged", []) == (report["verdict"], report["drifts"])
    assert [] == story.writes


async def test_the_id_may_be_written_in_any_case(lab: Lab) -> None:
    story = Story.private(lab, "aoai-asked-loudly")

    status, _ = await recheck(lab, {"account": story.id.upper()})

    assert status == 200


async def test_a_look_names_what_it_found_and_changes_nothing(lab: Lab, robin: Person) -> None:
    story = Story.private(lab, "aoai-looked-at")
    lab.grid.trouble.drop = 1
    await robin.opens(story.id)
    await lab.settled()

    status, report = await recheck(lab, {"account": story.id, "mode": "audit"})
    await lab.settled()

    assert (status, report["verdict"]) == (409, "held")
    assert {"public-access", "network-acls"} == {drift["rule"] for drift in report["drifts"]}
    assert [] == story.writes
    assert [] == story.told


async def test_enforcing_restores_and_the_next_look_is_converged(lab: Lab, robin: Person) -> None:
    story = Story.private(lab, "aoai-enforced")
    lab.grid.trouble.drop = 2
    await robin.opens(story.id)
    await robin.delete(story.endpoint_id)
    await lab.settled()

    status, report = await recheck(lab, {"account": story.id, "mode": "enforce"})
    assert (status, report["verdict"]) == (202, "waiting")
    await lab.settled()
    status, report = await recheck(lab, {"account": story.id})

    assert (status, report["verdict"]) == (200, "converged")
    assert ["Restored"] == story.told
    assert await story.is_private()


async def test_what_only_a_person_can_mend_is_stalled(lab: Lab) -> None:
    account = lab.seeding.account("aoai-no-subdomain", "rg-ai-prod", subdomain=None)

    status, report = await recheck(lab, {"account": account.id})

    assert (status, report["verdict"]) == (409, "stalled")
