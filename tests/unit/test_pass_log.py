"""What does the log say of a pass? What the workbook asks for, and nothing that only people may be told."""

import json
import logging
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from remediation.report import Actor, ActorKind, Cause, Json, Trigger
from tests.builders import NOW, account, observed
from tests.unit.test_reconciler import Scene

INFRA = Path(__file__).parents[2] / "infra"
KIM = Actor(ActorKind.USER, "kim@contoso.example", "oid-of-kim", "portal", "198.51.100.24")
A_MINUTE_AGO = NOW - timedelta(minutes=1)
OPEN = observed(account=account(public_network_access="Enabled", acls=None))


@pytest.fixture(autouse=True)
def _heard(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)


async def line(caplog: pytest.LogCaptureFixture, actor: Actor) -> Json:
    """What a pass that closes an account says."""
    await Scene(OPEN).close(cause=Cause(Trigger.EVENT, A_MINUTE_AGO, "write", actor=actor))
    [said] = [each for each in caplog.messages if each.startswith("pass ended: ")]
    fields: Json = json.loads(said.removeprefix("pass ended: "))
    return fields


async def test_it_names_who_did_it_by_the_id_and_never_by_name_or_address(
    caplog: pytest.LogCaptureFixture,
) -> None:
    said = await line(caplog, KIM)

    assert said["actor"] == "oid-of-kim"
    assert KIM.name not in caplog.text
    assert KIM.ip not in caplog.text


async def test_an_app_without_an_object_is_named_by_its_own_id(
    caplog: pytest.LogCaptureFixture,
) -> None:
    said = await line(caplog, replace(KIM, object_id=""))

    assert said["actor"] == "portal"


async def test_it_says_how_long_the_account_was_open(caplog: pytest.LogCaptureFixture) -> None:
    said = await line(caplog, KIM)

    assert said["exposed_seconds"] == 60.0


@pytest.mark.parametrize("name", ["shared/workbook.json", "modules/heartbeat.bicep"])
async def test_the_queries_ask_for_fields_that_a_line_has(
    caplog: pytest.LogCaptureFixture, name: str
) -> None:
    text = (INFRA / name).read_text("utf-8")
    asked = re.findall(r"(?:\breport|substring\(Message, 12\)\))\.(\w+)", text)

    assert asked
    assert set(asked) - set(await line(caplog, KIM)) == set()
