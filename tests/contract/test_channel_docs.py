"""What docs/alerts.md shows is what the lab received, and what it tells receivers to do works."""

import asyncio
import re
from typing import Any

import pytest

from remediation.channels import signature
from scripts import generate_channel_docs
from tests.builders import NOW

PAGE = generate_channel_docs.PAGE.read_text("utf-8")
VERIFY, EXAMPLE = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
MOMENT = 1614265330


async def test_the_page_shows_what_the_lab_received() -> None:
    assert await asyncio.to_thread(generate_channel_docs.page) == PAGE


def test_the_published_check_takes_the_published_example() -> None:
    page = read(VERIFY + EXAMPLE)
    page["verify"](SECRET, page["headers"], page["body"], MOMENT)


def test_the_published_check_takes_what_latch_signs_and_nothing_else() -> None:
    verify = read(VERIFY)["verify"]
    made = signature.headers(signature.secret_bytes(SECRET), "alert-1", NOW, b"{}")
    verify(SECRET, made, b"{}", NOW.timestamp())

    with pytest.raises(ValueError, match="not signed"):
        verify(SECRET, made, b"{ }", NOW.timestamp())
    with pytest.raises(ValueError, match="too old"):
        verify(SECRET, made, b"{}", NOW.timestamp() + 301)


def read(code: str) -> dict[str, Any]:
    """What the page's code defines."""
    names: dict[str, Any] = {}
    exec(code, names)  # noqa: S102 - the page's own example, run as a reader would run it
    return names
