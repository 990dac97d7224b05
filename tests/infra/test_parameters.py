"""Can each value that a parameter of main.bicep allows be deployed?"""

from collections.abc import Iterator

import pytest

from tests.conformance.arm_fixtures import SUBSCRIPTION
from tests.harness.bicep import load
from tests.harness.bicep.syntax import Literal, Text, walk
from tests.harness.deployment import TEMPLATES, Wishes
from tests.infra.conftest import Site


def allowed() -> Iterator[tuple[str, object]]:
    for name, parameter in load(TEMPLATES / "main.bicep").params.items():
        decorator = parameter.decorator("allowed")
        for node in walk(decorator) if decorator else ():
            match node:
                case Literal(value=value) | Text(parts=(str() as value,)):
                    yield name, value
                case _:
                    pass


VALUES = list(allowed())


@pytest.mark.parametrize(("name", "value"), VALUES, ids=[f"{n} {v}" for n, v in VALUES])
async def test_every_allowed_value_can_be_deployed(site: Site, name: str, value: object) -> None:
    _, deployment = await site.install(Wishes((SUBSCRIPTION,), more={name: value}))

    assert deployment.written
