"""Do the pages that speak of the lab say what the lab does?"""

import dataclasses
import json
from pathlib import Path

import pytest

from tests.harness import coverage
from tests.harness.arm.routing import ROUTES
from tests.harness.world import Switches

ROOT = Path(__file__).parents[2]
ROLES = ("lockdown-role.json", "network-role.json")


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


@pytest.mark.parametrize("role", ROLES)
def test_the_page_on_permissions_explains_each_action_of_a_role_once(role: str) -> None:
    document = json.loads((ROOT / "infra/shared" / role).read_text("utf-8"))
    page = (ROOT / "docs/permissions.md").read_text("utf-8")
    section = page.split(f"\n## {document['roleName']}\n")[1].split("\n## ")[0]
    rows = [line.split("`")[1] for line in section.splitlines() if line.startswith("| `")]

    assert sorted(document["actions"]) == sorted(rows)
