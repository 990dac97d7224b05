"""What does the posture page look like? Pictures for docs/images, of a fleet that never changes.

Run `python -m scripts.screenshots` from the root, with Chromium installed.
"""

import asyncio
import sys
from pathlib import Path
from urllib.parse import urlencode

from playwright.async_api import Browser, ViewportSize

from tests.browser import showcase
from tests.browser.served import browser, pages

IMAGES = Path(__file__).parent.parent / "docs" / "images"
DESKTOP = ViewportSize(width=1280, height=1600)
PHONE = ViewportSize(width=390, height=1600)
STORY = "posture/account?" + urlencode({"id": showcase.account("aoai-lab", "rg-lab").text})
PICTURES = {
    "posture-light": ("posture", DESKTOP, False),
    "posture-dark": ("posture", DESKTOP, True),
    "posture-phone": ("posture", PHONE, False),
    "posture-account": (STORY, DESKTOP, False),
}


async def main() -> None:
    IMAGES.mkdir(parents=True, exist_ok=True)
    async with pages({"fleet": showcase.fleet()}) as address, browser() as chromium:
        for name, (path, size, dark) in PICTURES.items():
            await _picture(
                chromium, f"{address}/fleet/{path}", size, IMAGES / f"{name}.png", dark=dark
            )


async def _picture(
    chromium: Browser, url: str, size: ViewportSize, file: Path, *, dark: bool
) -> None:
    context = await chromium.new_context(
        viewport=size, color_scheme="dark" if dark else "light", device_scale_factor=1
    )
    page = await context.new_page()
    await page.goto(url)
    await page.screenshot(path=file)
    await context.close()
    sys.stdout.write(f"{file.name}\n")


if __name__ == "__main__":
    asyncio.run(main())
