"""A fleet at a glance: which accounts must be read, and which are clean as the index of Azure shows them."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import pytest

from remediation import policy
from remediation.clouds import PUBLIC
from remediation.errors import Forbidden, RemediationError, Throttled
from remediation.fleet import Names, Surroundings
from remediation.ids import ResourceId
from remediation.observed import Account
from remediation.policy_file import load
from remediation.terminal.glance import FleetView, Glance
from tests import builders
from tests.builders import ACCOUNT, ENDPOINT, HUB, NOW, SUBNET, SUBSCRIPTION, VNET, zone_id
from tests.memory.clock import MovableClock
from tests.memory.sweeps import MemoryIndex

EMPTY = "22222222-2222-4222-8222-222222222222"
HEAD = f"version: 1\nscope: {{subscriptions: [{SUBSCRIPTION}, {EMPTY}], names: ['latch-*']}}\n"
WHOLE = f"endpoint: {{subnet: {SUBNET}}}, dns: {{resource_group: {zone_id().text.split('/providers')[0]}}}"
THERE = {"latch-demo": builders.record()}


@dataclass(slots=True)
class MemoryFleet:
    """The port `Fleet`: what the lists of Resource Manager show."""

    lists: dict[str, list[Account] | RemediationError] = field(default_factory=dict)

    async def accounts(self, subscriptions: Sequence[str]) -> AsyncIterator[Account]:
        for each in subscriptions:
            listed = self.lists.get(each, [])
            if isinstance(listed, RemediationError):
                raise listed
            for account in listed:
                yield account

    async def subscriptions(self) -> tuple[str, ...]:
        return tuple(self.lists)


def index(*accounts: Account, **changes: Any) -> MemoryIndex:
    """All around the account of the builders is as the policy wants it."""
    around = Surroundings(
        {ENDPOINT: replace(builders.endpoint(), zone_group=None)},
        zones={zone_id(): Names(builders.zone(), THERE)},
        vnets={HUB: VNET},
    )
    return MemoryIndex([accounts], around=replace(around, **changes))


async def glance(
    seen: MemoryIndex,
    lists: dict[str, list[Account] | RemediationError] | None = None,
    *,
    profile: str = WHOLE,
    remembers: bool = False,
) -> Glance:
    rules = load(f"{HEAD}profiles: [{{name: all, mode: enforce, {profile}}}]\n", "policy.yaml")
    zones = partial(policy.known_zones, cloud=PUBLIC)
    fleet = MemoryFleet(lists or {})
    view = FleetView(rules, seen, fleet, MovableClock(NOW), zones, remembers=remembers)
    return await view.by_index([SUBSCRIPTION, EMPTY], lambda: None)


def clean(found: Glance) -> list[ResourceId]:
    return [look.id for look in found.clean]


async def test_what_is_as_wanted_in_the_index_is_not_read() -> None:
    found = await glance(index(builders.account()))

    assert ([], [ACCOUNT], []) == (found.to_read, clean(found), found.blind)
    assert "--full reads every account" in " ".join(found.notes)


@pytest.mark.parametrize(
    "account",
    [
        builders.account(public_network_access="Enabled"),
        builders.account("SpeechServices"),
    ],
    ids=["it differs", "its zones have to be asked for"],
)
async def test_what_the_index_cannot_vouch_for_is_read(account: Account) -> None:
    found = await glance(index(account))

    assert ([ACCOUNT], []) == (found.to_read, clean(found))
    assert found.notes == ()


async def test_what_a_deployment_remembers_is_compared_by_reading() -> None:
    remembered = await glance(index(builders.account()), profile="dns: null", remembers=True)
    forgotten = await glance(index(builders.account()), profile="dns: null")

    assert ([ACCOUNT], []) == (remembered.to_read, clean(remembered))
    assert ([], [ACCOUNT]) == (forgotten.to_read, clean(forgotten))
    assert "only access was compared in full" in forgotten.notes[-1]


async def test_zones_whose_records_the_index_does_not_hold_are_told() -> None:
    found = await glance(index(builders.account(), zones={zone_id(): Names(builders.zone())}))

    assert [ACCOUNT] == clean(found)
    assert "shows no A records of 1 of them" in found.notes[-1]


async def test_nothing_is_made_of_what_the_policy_does_not_speak_of() -> None:
    other = builders.account(id=ResourceId.parse(ACCOUNT.text.replace("latch-demo", "other")))
    found = await glance(index(other))

    assert ([], []) == (found.to_read, clean(found))


async def test_a_subscription_that_the_index_shows_empty_is_listed() -> None:
    late = builders.account(id=ResourceId.parse(ACCOUNT.text.replace(SUBSCRIPTION, EMPTY)))
    found = await glance(index(builders.account()), {EMPTY: [late]})
    hidden = await glance(index(builders.account()), {EMPTY: Forbidden("no right to list")})

    assert [late.id] == found.to_read
    assert ["no right to list"] == [str(error) for error in hidden.blind]


async def test_where_the_index_does_not_answer_every_account_is_read_and_that_is_said() -> None:
    dark = index(builders.account())
    dark.breaks = {"page 0": Throttled("too many questions")}
    found = await glance(dark, {SUBSCRIPTION: [builders.account()]})

    assert ([ACCOUNT], []) == (found.to_read, clean(found))
    assert ("Resource Graph was not of use (too many questions): every account was read.",) == (
        found.notes
    )
