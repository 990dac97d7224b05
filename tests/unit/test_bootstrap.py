"""Settings and policy become an app, or the start is refused."""

from pathlib import Path

import pytest

from remediation import bootstrap
from remediation.errors import SettingsError

GOOD = {
    "LATCH_STATE__queueServiceUri": "https://latch.queue.core.windows.net",
    "LATCH_STATE__tableServiceUri": "https://latch.table.core.windows.net",
    "LATCH_MAILBOX__queueServiceUri": "https://mail.queue.core.windows.net",
}
REPOSITORY = Path(__file__).parents[2]


def test_the_shipped_policy_and_the_least_settings_start() -> None:
    configuration = bootstrap.configured(GOOD, REPOSITORY)

    assert configuration.policy.profiles[0].name == "production"
    assert configuration.settings.alert_topic is None


def test_a_policy_that_is_not_there_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"policy\.yaml: the policy cannot be read"):
        bootstrap.configured(GOOD, tmp_path)


def test_every_mistake_in_the_policy_is_told_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "policy.yaml").write_text("version: 2\nprofile: []\n", "utf-8")

    with pytest.raises(SettingsError) as refused:
        bootstrap.configured(GOOD, tmp_path)

    places = {fault.where for fault in refused.value.faults}
    assert {"policy.yaml:1:10", "policy.yaml:2:1"} <= places


def test_settings_are_checked_before_the_policy_is_read(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="LATCH_STATE__queueServiceUri"):
        bootstrap.configured({}, tmp_path)
