"""The pages over HTTP, with the headers that the app sends, and a browser that looks at them."""

import shutil
import subprocess
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from aiohttp import web
from playwright.async_api import Browser, async_playwright

from remediation.page import form, overview, timeline, view
from remediation.page.style import GUARDED, HEADERS
from tests.browser import showcase

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
MISSING = "no Chromium runs here: scripts/find-chromium.sh installs it, or says how to"


@asynccontextmanager
async def pages(fleets: Mapping[str, view.Fleet]) -> AsyncIterator[str]:
    """The address of `/api/posture` without its end; `fleets` are told apart by the first part of the path."""

    async def fleet(request: web.Request) -> web.Response:
        ask = form.read(request.query, "text/html")
        shown = view.view(fleets[request.match_info["fleet"]], ask)
        return web.Response(text=overview.page(shown), headers={**GUARDED, **HEADERS})

    async def account(request: web.Request) -> web.Response:
        ask = form.read_one(request.query, "text/html")
        standings = fleets[request.match_info["fleet"]].standings
        standing = next((each for each in standings if each.account == ask.account), None)
        text = timeline.page(ask, standing, showcase.reports(ask.account))
        return web.Response(text=text, headers={**GUARDED, **HEADERS})

    app = web.Application()
    app.router.add_get("/{fleet}/posture", fleet)
    app.router.add_get("/{fleet}/posture/account", account)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        yield f"http://{host}:{port}"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def browser() -> AsyncIterator[Browser]:
    """The system's Chromium; it asks nobody but the page's own address."""
    program = next(filter(_runs, PROGRAMS), None)
    if program is None:
        raise FileNotFoundError(MISSING)
    quiet = ["--no-sandbox", "--disable-background-networking", "--force-color-profile=srgb"]
    async with async_playwright() as playwright:
        found = await playwright.chromium.launch(executable_path=shutil.which(program), args=quiet)
        try:
            yield found
        finally:
            await found.close()


def _runs(program: str) -> bool:
    """Ubuntu's chromium-browser may be a script that only points to a snap."""
    path = shutil.which(program)
    if path is None:
        return False
    return subprocess.run([path, "--version"], capture_output=True, check=False).returncode == 0  # noqa: S603 - one of PROGRAMS
