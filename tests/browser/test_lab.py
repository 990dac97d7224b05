"""What a person sees who opens the page of a deployed Latch is what happened, in a genuine browser."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.async_api import Browser, Page

from tests.browser.axe import violations
from tests.browser.conftest import looking
from tests.harness.lab import Lab, Plan
from tests.harness.worlds import SUBSCRIPTION
from tests.scenarios import policies
from tests.scenarios.conftest import NEVER
from tests.scenarios.story import Story, recheck

POLICY = f"""\
version: 1
scope:
  subscriptions: ['{SUBSCRIPTION}']
  names: ['*-seen']
profiles:
  - name: told
    match: {{names: ['*-told-seen']}}
    mode: audit
PATH\
  - name: production
    mode: enforce
PATH\
    limits: {{fight: {{reverts: 2, within: 150m}}, blast_radius: {{accounts: 1000, percent: 100}}}}
"""
HOSTILE = "<img src=x onerror=alert(1)>Kim"
RESTORED, HELD, FOUGHT = "aoai-restored-seen", "aoai-told-seen", "aoai-fought-seen"


@pytest.fixture(scope="module")
async def lab(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Lab]:
    """One account was opened and cut off, one is held, and one is fought over; nobody has looked at the page yet."""
    policy = tmp_path_factory.mktemp("seen") / "policy.yaml"
    path = "".join(f"    {line}\n" for line in (policies.ENDPOINT + policies.DNS).splitlines())
    policy.write_text(POLICY.replace("PATH", path), "utf-8")
    async with Lab(Plan(policy=policy, settings=NEVER)) as lab:
        restored, held, fought = (Story.private(lab, name) for name in (RESTORED, HELD, FOUGHT))
        robin, kim = lab.person("Robin Example"), lab.person(HOSTILE)

        async def and_the_fight_goes_on() -> None:
            await kim.delete(fought.endpoint_id)
            await lab.settled()

        await robin.opens(restored.id)
        await and_the_fight_goes_on()
        await robin.delete(restored.endpoint_id)
        await and_the_fight_goes_on()
        await kim.opens(held.id)
        await and_the_fight_goes_on()
        assert await restored.is_private()
        yield lab


@asynccontextmanager
async def seen(
    lab: Lab, chromium: Browser, path: str, *, phone: bool = False
) -> AsyncIterator[Page]:
    """As a person opens it from a bookmark, which holds the key."""
    assert lab.host is not None
    mark = "&" if "?" in path else "?"
    keyed = f"api/{path}{mark}code={quote(lab.host.keys.host)}"
    async with looking(chromium, lab.host.url, keyed, phone=phone, dark=phone) as page:
        yield page


async def texts(page: Page, selector: str) -> list[str]:
    """What stands there, each in one line."""
    return [" ".join(text.split()) for text in await page.locator(selector).all_inner_texts()]


async def test_the_numbers_and_the_rows_are_those_of_the_world(lab: Lab, chromium: Browser) -> None:
    async with seen(lab, chromium, "posture") as page:
        tiles = dict(zip(await texts(page, ".tile dt"), await texts(page, ".tile dd"), strict=True))
        rows = await texts(page, ".fleet tbody tr")
        notices = await texts(page, ".notice")
        found = await violations(page)

    assert [HELD, FOUGHT, RESTORED] == [row.split()[0] for row in rows]
    assert tiles["Accounts"].startswith("3 ")
    assert tiles["Private"].startswith("66.6 %")
    assert "1 account is open to the internet." in notices
    assert "‖ public access: held" in rows[0]
    assert f"by {HOSTILE}" in rows[0]
    assert "put back 2 times" in rows[1]
    assert "converged" in rows[2] or "remedied" in rows[2]
    for part in ("public access", "endpoint", "address", "zone", "link", "proof"):
        assert f"✓ {part} : ok" in rows[2]
    assert re.search(r"Last exposure: [0-9.]+ (s|min) ", rows[2])
    assert [] == found


async def test_modes_and_brakes_are_those_of_policy_and_guard(lab: Lab, chromium: Browser) -> None:
    async with seen(lab, chromium, "posture") as page:
        profiles = await texts(page, "[aria-label=Profiles] tbody tr")
        [brake] = await texts(page, "#brakes li")

    assert ["told Mode: audit Accounts: 1 Held: AUDIT: 1 account"] == profiles[:1]
    assert ["production Mode: enforce Accounts: 2 Held: FLAPPING: 1 account"] == profiles[1:]
    assert brake.startswith(f"FLAPPING {FOUGHT}: done 2 times")
    assert f"undone each time by {HOSTILE}" in brake
    assert "Until " in brake


async def test_a_click_leads_to_what_was_done_to_an_account_and_by_whom(
    lab: Lab, chromium: Browser
) -> None:
    async with seen(lab, chromium, "posture?show=clean", phone=True) as page:
        await page.click(f"text={RESTORED}")
        story = " ".join(await texts(page, "main"))
        found = await violations(page)
        await page.click("text=Posture of the fleet")
        rows = await page.locator(".fleet tbody tr").count()

    assert f"Told: {RESTORED} was open to the internet" in story
    assert "changed by Robin Example: Latch closed it" in story
    assert "Found it is Enabled" in story
    assert f"Close public network access of {RESTORED} — done" in story
    assert f"Create private endpoint pe-{RESTORED}" in story
    assert ([], 3) == (found, rows)


async def test_the_story_of_a_held_account_tells_why_and_until_when_and_a_hostile_name_is_text(
    lab: Lab, chromium: Browser
) -> None:
    async with seen(lab, chromium, "posture?show=flapping") as page:
        await page.click(f".fleet >> text={FOUGHT}")
        story = " ".join(await texts(page, "main"))
        strange = await page.locator("img, script, [onerror]").count()

    assert "Held back FLAPPING done 2 times" in story
    assert re.search(r"Until 20\d\d-\d\d-\d\d \d\d:\d\d:\d\d UTC", story)
    assert f"of {HOSTILE}" in story
    assert 0 == strange


async def test_who_caused_it_is_told_apart_by_id(lab: Lab, chromium: Browser) -> None:
    async with seen(lab, chromium, "posture") as page:
        [actor] = [row for row in await texts(page, ".two tbody tr") if "Robin" in row]

    assert actor.split()[:2] == ["Robin", "Example"]
    assert lab.person("Robin Example").caller.object_id in actor


async def test_an_export_holds_what_the_page_shows(
    lab: Lab, chromium: Browser, tmp_path: Path
) -> None:
    async with seen(lab, chromium, "posture?show=held") as page:
        async with page.expect_download() as download:
            await page.click("text=CSV")
        await (await download.value).save_as(tmp_path / "posture.csv")

    head, *lines = (tmp_path / "posture.csv").read_text("utf-8").splitlines()
    assert head.startswith("account,verdict,")
    assert [HELD, FOUGHT] == [line.split(",")[0].rsplit("/", 1)[-1] for line in lines]


async def test_a_mere_look_shows_its_proof(lab: Lab, chromium: Browser) -> None:
    story = Story(lab, RESTORED)
    before = lab.clock.now()
    await lab.clock.advance(3600)
    status, told = await recheck(lab, {"account": story.id})

    async with seen(lab, chromium, f"posture/account?id={quote(story.id)}") as page:
        legs = await texts(page, ".change dd")

    assert (200, []) == (status, story.writes)
    assert told["proof"]["statements"]
    assert legs[5].startswith("ok — ")
    seen_at = legs[5].rsplit("Seen ", 1)[1]
    assert seen_at > f"{before:%Y-%m-%d %H:%M}"
