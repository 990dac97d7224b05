"""Is every loss heard of? The operations of the catalog against the filters that are shipped."""

import json
from pathlib import Path
from typing import Any

import pytest

from remediation import intake, watch
from remediation.losses import LOSSES
from remediation.signals import Signal

SHARED = Path(__file__).parents[2] / "infra" / "shared"
SIGNALS = {signal.name: signal for loss in LOSSES.values() for signal in loss.signals}

# What no filter lets through, and how the loss is noticed all the same.
UNHEARD = {
    "Microsoft.Network/networkInterfaces/delete": "the delete of its endpoint is heard",
    "Microsoft.Network/virtualNetworks/write": "the sweep looks at the network's DNS servers",
    "Microsoft.Network/virtualNetworks/subnets/write": "the sweep looks at the subnet",
    "Microsoft.Network/networkSecurityGroups/write": "the sweep looks at the subnet",
    "Microsoft.Network/routeTables/write": "the sweep looks at the subnet",
    "Microsoft.CognitiveServices/accounts/managedNetworks/outboundRules/write": "not read",
}


def shipped(name: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((SHARED / name).read_text("utf-8"))
    return document


def operations(name: str) -> list[str]:
    advanced = shipped(name)["advancedFilters"]
    return [value for each in advanced for value in each["values"]]


HEARD = {*operations("event-filter.json"), *operations("watch-filter.json")}


@pytest.mark.parametrize("signal", SIGNALS.values(), ids=SIGNALS)
def test_a_signal_passes_a_filter_or_is_known_not_to(signal: Signal) -> None:
    assert (signal.name in HEARD) is (signal.name not in UNHEARD)


def test_what_is_not_heard_is_a_signal_still() -> None:
    assert UNHEARD.keys() <= SIGNALS.keys()


@pytest.mark.parametrize("name", ["event-filter.json", "watch-filter.json"])
def test_the_types_that_a_filter_admits_are_those_of_its_operations(name: str) -> None:
    verbs = {operation.rsplit("/", 1)[1].title() for operation in operations(name)}
    types = {f"Microsoft.Resources.Resource{verb}Success" for verb in verbs}

    assert types == set(shipped(name)["includedEventTypes"])


def test_the_event_filter_lets_through_what_the_intake_acts_on_and_nothing_else() -> None:
    acted_on = {
        f"{type_}/{verb}" for type_ in intake.WATCHED.values() for verb in ("write", "delete")
    }

    assert acted_on == set(operations("event-filter.json"))


def test_the_watch_filter_lets_through_what_is_watched_and_nothing_else() -> None:
    watched = [operation.name for operation in watch.OPERATIONS.values()]

    assert sorted(watched) == sorted(operations("watch-filter.json"))
