"""Do the pages that speak of the lab say what the lab does?"""

import dataclasses
from pathlib import Path

import pytest

from tests.harness import coverage
from tests.harness.arm.routing import ROUTES
from tests.harness.world import Switches

ROOT = Path(__file__).parents[2]


def test_the_table_in_the_readme_is_what_the_routes_say() -> None:
    page = coverage.PAGE.read_text("utf-8")

    assert coverage.renewed(page) == page, "run: python -m tests.harness.coverage"


def test_every_type_with_a_route_has_one_row() -> None:
    rows = [line.split("`")[1] for line in coverage.table().splitlines()[2:]]

    assert sorted({route.type for route in ROUTES}) == rows


def test_a_page_without_the_marks_is_refused() -> None:
    with pytest.raises(ValueError, match="coverage ends"):
        coverage.renewed(coverage.BEGIN)


@pytest.mark.parametrize("switch", [field.name for field in dataclasses.fields(Switches)])
def test_a_switch_of_the_world_has_its_row_among_what_is_to_verify(switch: str) -> None:
    page = (ROOT / "docs/verify-on-azure.md").read_text("utf-8")

    assert f"`{switch}`" in page
