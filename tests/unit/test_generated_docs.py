"""The references under docs/ say what the code says."""

import pytest

from remediation import settings
from scripts import generate_docs


@pytest.mark.parametrize("path", generate_docs.references())
def test_a_generated_file_is_what_the_code_would_write_today(path: str) -> None:
    written = (generate_docs.ROOT / path).read_text(encoding="utf-8")

    assert written == generate_docs.references()[path], "run: python -m scripts.generate_docs"


def test_every_setting_is_explained() -> None:
    page = generate_docs.settings_page()

    assert page.count("\n## `LATCH_") == len(settings.declared(settings.Settings))
    assert "\n\n\n" not in page


def test_the_schema_describes_every_key() -> None:
    assert generate_docs.references()["docs/policy.schema.json"].count('"description": ""') == 0
