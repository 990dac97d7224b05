"""What comes in by the real queues and makes no sense: counted, said once, and dropped or given up."""

import json

import pytest

from tests.harness.lab import Lab
from tests.harness.people import Person
from tests.harness.world import Json
from tests.harness.worlds import SUBSCRIPTION
from tests.scenarios import events
from tests.scenarios.story import Story, queue

ACCOUNT = (
    f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-ai-prod/providers/"
    "Microsoft.CognitiveServices/accounts/aoai-contoso-prod"
)
FOREIGN = ACCOUNT.replace("11111111-1111", "22222222-2222")
WRITTEN = events.written(ACCOUNT)


def dropped(lab: Lab, since: int) -> list[Json]:
    """What the worker logged since then about events that it dropped."""
    lines = (line.partition("event dropped: ") for line in lab.worker_log[since:].splitlines())
    return [json.loads(told) for _, said, told in lines if said]


@pytest.mark.parametrize(
    ("cargo", "drop"),
    [
        pytest.param("this is no JSON", "malformed", id="no JSON"),
        pytest.param('{"id": "cut o', "malformed", id="JSON that was cut off"),
        pytest.param("[]", "malformed", id="an empty array"),
        pytest.param("[[[]]]", "malformed", id="arrays in arrays"),
        pytest.param('"a string"', "malformed", id="a string"),
        pytest.param("null", "malformed", id="null"),
        pytest.param("{}", "malformed", id="an object without an event"),
        pytest.param("[" * 3000, "malformed", id="JSON that is nested too deep"),
        pytest.param(
            WRITTEN | {"subject": "", "data": {}}, "malformed", id="an event about nothing"
        ),
        pytest.param(
            events.written(f"{ACCOUNT}/../../x?y=z"), "malformed", id="an id that is none"
        ),
        pytest.param(
            json.dumps(WRITTEN | {"padding": "x" * 40_000, "eventType": 7}),
            "malformed",
            id="an oversized event with a type of the wrong kind",
        ),
        pytest.param(events.written(FOREIGN), "foreign", id="another subscription"),
        pytest.param(
            events.written(
                ACCOUNT.replace("CognitiveServices/accounts", "Storage/storageAccounts")
            ),
            "foreign",
            id="another type of resource",
        ),
        pytest.param(
            events.written(ACCOUNT, "Microsoft.CognitiveServices/accounts/listKeys/action"),
            "unknown-operation",
            id="an operation that changes nothing",
        ),
        pytest.param(
            WRITTEN | {"eventType": "Microsoft.Resources.ResourceWriteFailure"},
            "failed",
            id="a write that failed",
        ),
    ],
)
async def test_what_makes_no_sense_is_dropped_and_said_once(
    lab: Lab, cargo: Json | str, drop: str
) -> None:
    read, logged = len(lab.world.journal), len(lab.worker_log)

    assert lab.grid.deliver_raw([cargo]) == 1
    await lab.settled()

    assert [drop] == [told["drop"] for told in dropped(lab, logged)]
    assert read == len(lab.world.journal)


async def test_what_is_dropped_is_counted(lab: Lab) -> None:
    logged = len(lab.worker_log)

    lab.grid.deliver_raw(["no JSON", "no JSON either", "nor this"])
    await lab.settled()

    first, second, third = (told["count"] for told in dropped(lab, logged))
    assert (first + 1, first + 2) == (second, third)


async def test_an_oversized_event_is_acted_on_like_any_other(lab: Lab, robin: Person) -> None:
    story = Story.private(lab, "aoai-oversized")
    lab.grid.trouble.drop = 1
    await robin.opens(story.id)
    await lab.settled()

    lab.grid.deliver_raw([events.written(story.id, padding="x" * 45_000)])
    await lab.settled()

    assert await story.is_private()


async def test_good_events_in_the_company_of_bad_ones_are_acted_on(lab: Lab, robin: Person) -> None:
    story = Story.private(lab, "aoai-good-company")
    lab.grid.trouble.drop = 1
    await robin.opens(story.id)
    await lab.settled()

    lab.grid.deliver_raw([json.dumps([{"id": "bad"}, events.written(story.id), "bad", None])])
    await lab.settled()

    assert await story.is_private()


async def test_an_account_that_is_gone_costs_a_look_and_no_word(lab: Lab) -> None:
    story = Story(lab, "aoai-never-there")

    lab.grid.deliver_raw([events.written(story.id)])
    await lab.settled()

    assert {"GET accounts: ResourceNotFound"} == set(story.calls)
    assert [] == story.told


async def test_a_forged_event_costs_one_look_and_changes_nothing(lab: Lab) -> None:
    """Only ARM is believed: the event names a resource, and lies about all else."""
    story = Story.private(lab, "aoai-forged")
    forged = events.written(story.id)
    forged["data"] |= {
        "tenantId": "00000000-0000-4000-8000-00000000dead",
        "httpRequest": '{"method": "DELETE"}',
        "properties": {"publicNetworkAccess": "Enabled"},
    }

    lab.grid.deliver_raw([forged])
    await lab.settled()

    assert [] == story.writes
    assert [] == story.told


async def test_events_that_come_twice_and_in_the_wrong_order_close_once(
    lab: Lab, robin: Person
) -> None:
    story = Story.private(lab, "aoai-twice")
    lab.grid.trouble.duplicate = 3
    late = events.written(story.id, eventTime="2026-08-24T09:00:00Z")

    await robin.opens(story.id)
    lab.grid.deliver_raw([late, late])
    await lab.settled()
    lab.grid.deliver_raw([late])
    await lab.settled()

    assert ["PATCH accounts"] == [write for write in story.writes if ":" not in write]
    assert await story.is_private()


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("this is no JSON", id="no JSON"),
        pytest.param('{"account": "/not/an/id", "lane": "sideways"}', id="no request"),
    ],
)
async def test_a_malformed_request_ends_as_poison_and_a_person_is_told(lab: Lab, text: str) -> None:
    told = len(lab.sink.alerts())
    async with queue(lab, "latch-requests") as requests:
        await requests.send_message(text)

    await lab.settled()

    [alert] = [each.event for each in lab.sink.alerts()[told:]]
    assert "Latch.Alert.GaveUp" == alert["type"]
    assert text == alert["data"]["message"]["text"]
    assert "latch-requests" in alert["data"]["headline"]
