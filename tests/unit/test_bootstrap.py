"""Settings and policy become an app, or the start is refused."""

import asyncio
import os
import sys
import sysconfig
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
PACKAGES = sysconfig.get_path("purelib")


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


MAIL = """\
version: 1
scope: {subscriptions: [11111111-1111-4111-8111-111111111111]}
profiles: [{name: all, mode: audit}]
alerts:
  channels:
    - name: mail
      kind: apprise
      url: {setting: LATCH_CHANNEL_MAIL}
"""
STARTS = """\
import os, sys
from pathlib import Path
from remediation import bootstrap
from remediation.errors import SettingsError
try:
    bootstrap.configured(dict(os.environ), Path(sys.argv[1]))
except SettingsError as error:
    print(error)
"""


@pytest.fixture
def without_apprise(tmp_path: Path) -> Path:
    """The packages of a deployment that has no extra."""
    installed = tmp_path / "installed"
    installed.mkdir()
    for each in Path(PACKAGES).iterdir():
        if not each.name.startswith("apprise"):
            (installed / each.name).symlink_to(each)
    return installed


async def test_without_the_package_of_a_channel_the_start_says_which_extra_and_which_channel(
    tmp_path: Path, without_apprise: Path
) -> None:
    (tmp_path / "policy.yaml").write_text(MAIL, "utf-8")

    assert await started(tmp_path, PACKAGES) == ""
    assert await started(tmp_path, os.fspath(without_apprise)) == (
        "policy.yaml:7:13: channel mail needs the package apprise, which is not installed: "
        "deploy with the extra `channels`\n"
    )


async def started(folder: Path, packages: str) -> str:
    """What the start says with these packages alone."""
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-S", "-c", STARTS, os.fspath(folder)),
        env=GOOD
        | {"LATCH_CHANNEL_MAIL": "jsons://host/", "PYTHONPATH": f"{REPOSITORY}:{packages}"},
        stdout=asyncio.subprocess.PIPE,
    )
    out, _ = await child.communicate()
    assert child.returncode == 0
    return out.decode()
