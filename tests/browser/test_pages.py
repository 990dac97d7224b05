"""The pages look right, can be used by everybody, and run nothing, in a genuine browser."""

from urllib.parse import urlencode

import pytest

from tests.browser import showcase
from tests.browser.axe import violations
from tests.browser.conftest import Opened

STORY = "posture/account?" + urlencode({"id": showcase.account("aoai-lab", "rg-lab").text})
PATHS = (
    "few/posture",
    f"few/{STORY}",
    "hostile/posture",
    "empty/posture",
    "few/posture?show=stalled&q=chat",
)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("dark", [False, True], ids=["light-desktop", "dark-phone"])
async def test_axe_finds_nothing_and_nothing_scrolls_sideways(
    opened: Opened, path: str, *, dark: bool
) -> None:
    async with opened(path, dark=dark, phone=dark) as page:
        found = await violations(page)
        overflow = await page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )

    assert [] == found
    assert 0 == overflow


async def test_the_page_is_styled_under_its_own_policy(opened: Opened) -> None:
    """A wrong hash would leave it bare."""
    async with opened("many/posture") as page:
        display = await page.eval_on_selector(".tiles", "each => getComputedStyle(each).display")

    assert "grid" == display


@pytest.mark.parametrize("path", ["hostile/posture", "hostile/" + STORY])
async def test_names_that_strangers_chose_run_nothing(opened: Opened, path: str) -> None:
    async with opened(path) as page:
        title = await page.title()
        strange = await page.locator("script, img, iframe, [onerror]").count()

    assert title.startswith("Latch: ")
    assert 0 == strange


async def test_what_changes_the_direction_of_text_is_shown_instead(opened: Opened) -> None:
    async with opened("hostile/posture") as page:
        text = await page.inner_text("body")

    assert "\N{RIGHT-TO-LEFT OVERRIDE}" not in text
    assert "[U+202E]" in text


async def test_a_click_leads_to_the_story_of_an_account_and_back(opened: Opened) -> None:
    async with opened("many/posture?code=secret-key") as page:
        await page.click("text=aoai-lab")
        assert "aoai-lab" == await page.inner_text("h1")
        assert "robin@contoso.example" in await page.inner_text("main")

        await page.click("text=Posture of the fleet")
        assert "Posture of the fleet" == await page.inner_text("h1")
        assert "code=secret-key" in page.url


async def test_accounts_are_filtered_searched_and_turned_without_any_script(opened: Opened) -> None:
    async with opened("many/posture") as page:
        assert 50 == await page.locator(".fleet tbody tr").count()
        await page.click("text=Page 2")
        assert 14 == await page.locator(".fleet tbody tr").count()

        await page.click("text=Need a person (1)")
        assert ["aoai-chat"] == await page.locator(".fleet tbody th a").all_inner_texts()

        await page.fill("#q", "speech")
        await page.click("button")
        assert 0 == await page.locator(".fleet tbody tr").count()


async def test_the_worst_comes_first_and_the_chain_says_where_it_breaks(opened: Opened) -> None:
    async with opened("many/posture") as page:
        names = await page.locator(".fleet tbody th a").all_inner_texts()
        chain = await page.locator(".fleet tbody tr").nth(1).locator(".leg").all_inner_texts()

    assert ["cv-forms", "aoai-chat"] == names[:2]
    assert "endpoint: broken" in " ".join(" ".join(chain).split())
