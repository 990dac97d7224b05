"""Does the HTTP interface keep to its own description, whatever it is sent?"""

import asyncio
import json
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import Case
from schemathesis.core.result import Ok
from schemathesis.openapi.loaders import from_dict
from schemathesis.schemas import APIOperation

from remediation import VERSION, openapi
from tests.harness.lab import Lab, Plan
from tests.scenarios.conftest import NEVER
from tests.scenarios.story import ask, writes_in

EXAMPLES = 20

type Operation = APIOperation[Any, Any, Any, Any]


@pytest.fixture(scope="module")
async def lab(policy: Path) -> AsyncIterator[Lab]:
    """A lab of its own: many of the questions are about everything, which in the shared lab is hundreds of accounts."""
    async with Lab(Plan(policy=policy, settings=NEVER)) as lab:
        yield lab


async def test_the_description_is_served(lab: Lab) -> None:
    status, described, _ = await ask(lab, "GET", "openapi.json")

    assert (status, described) == (200, json.loads(json.dumps(openapi.document(VERSION))))


async def test_the_description_needs_a_key(lab: Lab) -> None:
    status, _, _ = await ask(lab, "GET", "openapi.json", headers={"x-functions-key": "guessed"})

    assert status == 401


# schemathesis 4.32.5 itself shuffles with `random`; derandomized, the run is the same every time.
@pytest.mark.filterwarnings("ignore:Do not use the `random` module inside strategies")
async def test_whatever_is_sent_is_answered_as_described_and_changes_nothing(lab: Lab) -> None:
    """Asks for what nobody speaks of, in every shape that the description allows, and in many that it does not."""
    assert lab.host is not None
    schema = from_dict(openapi.document(VERSION))
    before = writes_in(lab)
    url, key = f"{lab.host.url}/api", lab.host.keys.host
    for found in schema.get_all_operations():
        assert isinstance(found, Ok)
        await asyncio.to_thread(_fuzz, found.ok(), url, key)
    await lab.settled()

    assert before == writes_in(lab)


def _fuzz(operation: Operation, url: str, key: str) -> None:
    modes = schemathesis.GenerationMode
    for mode in (modes.POSITIVE, modes.NEGATIVE):
        _send(operation, url, key, mode)


def _send(operation: Operation, url: str, key: str, mode: schemathesis.GenerationMode) -> None:
    positive = mode is schemathesis.GenerationMode.POSITIVE

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(operation.as_strategy(generation_mode=mode))
    def send(case: Case[Any]) -> None:
        if positive and "Idempotency-Key" in (case.headers or {}):
            # A key that was used to ask for something else is refused, and rightly so.
            case.headers["Idempotency-Key"] = uuid.uuid4().hex
        case.call_and_validate(base_url=url, headers={"x-functions-key": key})

    send()
