"""A mistake in the policy or in the settings stops the start, and the message tells of every one where it is."""

from pathlib import Path
from textwrap import dedent

import pytest

from tests.harness.host.worker import WorkerFailedError
from tests.harness.lab import Lab, Plan

POLICY = """\
    version: 2
    scope:
      subscriptions: [not-a-guid]
    profiles:
      - name: production
        mode: enforse
        public_acess: disabled
        endpoint:
          subnet: /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg/x
        mode: audit
    exemptions:
      - accounts: []
        until: someday
        reason: none
        owner: Robin Example
"""


async def started(plan: Plan) -> str:
    """Starts a lab in vain; what the worker said."""
    with pytest.raises(WorkerFailedError) as caught:
        async with Lab(plan):
            pass
    return str(caught.value)


async def test_every_mistake_of_a_policy_is_told_with_its_place(tmp_path: Path) -> None:
    file = tmp_path / "policy.yaml"
    file.write_text(dedent(POLICY), "utf-8")

    told = await started(Plan(policy=file))

    places = ("1:10", "3:19", "6:11", "7:5", "9:15", "10:5", "12:15", "13:12")
    assert [] == [place for place in places if f"policy.yaml:{place}" not in told]


async def test_a_policy_that_is_no_yaml_is_told_with_its_place(tmp_path: Path) -> None:
    file = tmp_path / "policy.yaml"
    file.write_text("version: 1\nscope: [\n", "utf-8")

    assert "policy.yaml:" in await started(Plan(policy=file))


async def test_a_policy_that_is_not_there_is_named(tmp_path: Path) -> None:
    assert "nowhere.yaml" in await started(Plan(policy=tmp_path / "nowhere.yaml"))


async def test_every_mistake_of_the_settings_is_told() -> None:
    settings = {
        "LATCH_CLOUD": "moon",
        "LATCH_RETRY_MINUTES": "1",
        "LATCH_SWEEP_SCHEDULE": "every hour",
        "LATCH_ALERT_TOPIC": "http://plain.example",
        "LATCH_POLLICY": "policy.yaml",
    }

    told = await started(Plan(settings=settings))

    assert [] == [name for name in settings if name not in told]
