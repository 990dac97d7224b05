"""Can everybody use a page? What axe-core says of it."""

from pathlib import Path
from typing import Any

from playwright.async_api import Page

AXE = Path(__file__).parent / "node_modules" / "axe-core" / "axe.min.js"


async def violations(page: Page) -> list[tuple[str, str]]:
    """Each rule that is broken, with the first element that breaks it."""
    await page.evaluate(AXE.read_text("utf-8"))
    found: dict[str, Any] = await page.evaluate("axe.run()")
    return [(each["id"], each["nodes"][0]["html"]) for each in found["violations"]]
