"""Who hears when Latch itself is in trouble? Somebody outside of its own group, whatever the trouble is."""

import json

from tests.harness.bicep import Deployment
from tests.harness.deployment import Installation
from tests.infra.conftest import Site

type Installed = tuple[Site, Installation, Deployment]

# Alarm, and the trouble.
ALARMS = {
    "latch-no-sweep": "no sweep",
    "latch-no-event": "no event for hours",
    "latch-poison": "a message that was given up",
    "latch-stalled": "a pass that a person has to look at",
    "latch-failures": "functions that fail",
    "latch-tampering": "stopped, deleted, unlocked or reconfigured",
    "latch-DeadLetteredCount": "events that could not be delivered",
    "latch-DroppedEventCount": "events that are lost",
    "latch-DeliveryAttemptFailCount": "deliveries that fail",
    "latch-events-cut-off": "the topic or its subscription is gone",
    "latch-role-removed": "a role was taken away",
}
KINDS = (
    "Microsoft.Insights/scheduledQueryRules",
    "Microsoft.Insights/metricAlerts",
    "Microsoft.Insights/activityLogAlerts",
)


def test_each_trouble_of_latch_rings_an_alarm(installed: Installed) -> None:
    deployment = installed[2]
    found = [w.id.rpartition("/")[2] for kind in KINDS for w in deployment.of_type(kind)]

    assert sorted(found) == sorted(ALARMS)


def test_alarms_and_the_action_group_that_they_call_are_in_another_group(
    installed: Installed,
) -> None:
    deployment = installed[2]
    (action_group,) = deployment.of_type("Microsoft.Insights/actionGroups")
    alarms = [written for kind in KINDS for written in deployment.of_type(kind)]
    home = deployment.outputs["AZURE_RESOURCE_GROUP"]

    assert {w.id.split("/")[4] for w in (*alarms, action_group)} == {f"{home}-alarms"}
    assert [w.id for w in alarms if action_group.id not in json.dumps(w.body)] == []
    assert [w.id for w in alarms if not w.body["properties"]["enabled"]] == []


def test_stopping_the_app_is_tampering(installed: Installed) -> None:
    alarms = installed[2].of_type("Microsoft.Insights/activityLogAlerts")
    [tampering] = [json.dumps(w.body) for w in alarms if w.id.endswith("/latch-tampering")]

    for operation in ("sites/stop/action", "sites/delete", "sites/config/write", "locks/delete"):
        assert operation in tampering
