"""One server and one browser for the session; each test has a context of its own."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial

import pytest
from playwright.async_api import Browser, ConsoleMessage, Page, ViewportSize

from remediation.fleet import Checkpoint
from remediation.page.view import Fleet
from tests.browser import showcase
from tests.browser.served import browser, pages
from tests.builders import NOW

type Opened = Callable[..., AbstractAsyncContextManager[Page]]
DESKTOP = ViewportSize(width=1280, height=900)
PHONE = ViewportSize(width=375, height=800)


@pytest.fixture(scope="session")
async def address() -> AsyncIterator[str]:
    fleets = {
        "many": showcase.fleet(),
        # All that there is to see and little of it twice: axe looks at every element.
        "few": showcase.fleet(clean=2),
        "hostile": showcase.hostile(),
        "empty": Fleet(NOW, (), (), Checkpoint(), paused=True),
    }
    async with pages(fleets) as url:
        yield url


@pytest.fixture(scope="session")
async def chromium() -> AsyncIterator[Browser]:
    async with browser() as found:
        yield found


@pytest.fixture
def opened(address: str, chromium: Browser) -> Opened:
    return partial(looking, chromium, address)


@asynccontextmanager
async def looking(
    chromium: Browser, address: str, path: str, *, dark: bool = False, phone: bool = False
) -> AsyncIterator[Page]:
    """A page that complains of nothing: no error on the console, nothing asked of anybody else."""
    said: list[str] = []
    asked: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        said.append(f"{message.text} {message.location}")

    async with await chromium.new_context(
        viewport=PHONE if phone else DESKTOP, color_scheme="dark" if dark else "light"
    ) as context:
        page = await context.new_page()
        page.on("console", hear)
        page.on("request", lambda request: asked.append(request.url))
        await page.goto(f"{address}/{path}")
        yield page
    assert [] == [text for text in said if "favicon" not in text]
    assert [] == [url for url in asked if not url.startswith(address)]
