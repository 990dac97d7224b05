"""What people see who look: an account that was opened, held, restored; names of strangers; who may look at all."""

from urllib.parse import quote, urlencode

import pytest

from remediation.page.style import GUARDED, HEADERS
from tests.harness.lab import Lab
from tests.harness.people import Person
from tests.harness.world import Json
from tests.harness.worlds import ACCOUNTS
from tests.scenarios import policies
from tests.scenarios.story import Story, ask, recheck

HOSTILE = "<script>alert(1)</script> Mallory"


async def row(lab: Lab, story: Story) -> Json:
    """The account in the list, as a program sees it."""
    status, told, _ = await ask(lab, "GET", f"posture?q={story.name}&format=json")
    assert status == 200
    assert isinstance(told, dict)
    [found] = told["accounts"]
    assert isinstance(found, dict)
    return found


async def story_of(lab: Lab, story: Story, form: str = "json") -> Json | str:
    query = urlencode({"id": story.id, "format": form})
    status, told, _ = await ask(lab, "GET", f"posture/account?{query}")
    assert status == 200
    return told


def path(found: Json) -> dict[str, str]:
    return {leg["part"]: leg["state"] for leg in found["path"]}


async def test_an_opened_account_that_is_held_shows_as_open_and_then_as_it_was(
    lab: Lab, robin: Person
) -> None:
    story = Story.private(lab, "aoai-posture-audited")
    await robin.opens(story.id)
    await lab.settled()

    found = await row(lab, story)
    assert (found["verdict"], found["private"]) == ("held", False)
    assert path(found)["public access"] == "held"
    assert found["actor"]["name"] == "Robin Example"
    assert {"public-access", "network-acls"} == {each["rule"] for each in found["findings"]}

    await robin.patch(story.id, {"properties": {"publicNetworkAccess": "Disabled"}})
    await lab.settled()
    again = await row(lab, story)
    assert again["private"] is True


async def test_an_opened_account_that_was_closed_shows_who_opened_it_and_for_how_long(
    lab: Lab, robin: Person
) -> None:
    story = Story.private(lab, "aoai-posture-closed")
    await robin.opens(story.id)
    await lab.settled()

    found = await row(lab, story)
    assert (found["verdict"], found["private"], found["findings"]) == ("converged", True, [])
    assert {"ok"} == {state for part, state in path(found).items() if part != "proof"}
    told = await story_of(lab, story)
    assert isinstance(told, dict)
    closed = next(each for each in told["reports"] if each["drifts"])
    assert closed["cause"]["actor"]["name"] == "Robin Example"
    assert closed["exposed_seconds"] >= 0
    _, fleet, _ = await ask(lab, "GET", "posture?format=json")
    assert isinstance(fleet, dict)
    assert fleet["tiles"]["median_exposure_seconds"] is not None
    assert "Robin Example" in {each["name"] for each in fleet["actors"]}


async def test_what_was_closed_is_open_no_more_while_its_endpoint_is_waited_for(lab: Lab) -> None:
    """A sweep or a person finds it, so no FAST pass comes first."""
    name = "aoai-posture-waiting"
    lab.seeding.account(name, ACCOUNTS, public=True)
    story = Story(lab, name)
    status, told = await recheck(lab, {"account": story.id, "mode": "enforce"})

    found = await row(lab, story)
    assert (status, told["verdict"]) == (202, "waiting")
    assert {"public-access"} <= {drift["rule"] for drift in told["drifts"] if drift["cured"]}
    assert found["private"] is True
    assert path(found)["public access"] in {"waiting", "ok"}

    await lab.settled()
    assert await story.is_private()


async def test_what_a_mere_look_proves_is_shown(lab: Lab, robin: Person) -> None:
    story = Story.private(lab, "aoai-posture-proven")
    await robin.patch(story.id, {"tags": {"owner": "robin"}})
    await lab.settled()
    assert path(await row(lab, story))["proof"] == "not asked"

    status, _ = await recheck(lab, {"account": story.id, "mode": "audit"})

    assert status == 200
    assert path(await row(lab, story))["proof"] == "ok"


async def test_modes_are_told_profile_by_profile(lab: Lab) -> None:
    _, told, _ = await ask(lab, "GET", "posture?format=json")

    assert isinstance(told, dict)
    modes = {each["name"]: each["mode"] for each in told["profiles"]}
    assert list(modes) == list(policies.PROFILES)
    assert modes["audited"] == {"access": "audit", "endpoint": "audit", "dns": "audit"}
    assert modes["watched-path"] == {"access": "enforce", "endpoint": "audit", "dns": "audit"}


async def test_a_deleted_account_is_shown_no_more(lab: Lab, robin: Person) -> None:
    story = Story.private(lab, "aoai-posture-gone")
    await story.rechecked()
    assert (await row(lab, story))["verdict"] == "converged"

    await robin.delete(story.id)
    await lab.settled()

    _, told, _ = await ask(lab, "GET", f"posture?q={story.name}&format=json")
    assert isinstance(told, dict)
    assert told["accounts"] == []


async def test_names_that_strangers_chose_stay_text(lab: Lab) -> None:
    story = Story.private(lab, "aoai-posture-hostile-audited")
    await lab.person(HOSTILE).opens(story.id)
    await lab.settled()

    for path_ in (f"posture?q={story.name}", f"posture/account?id={quote(story.id)}"):
        _, text, _ = await ask(lab, "GET", path_, headers={"Accept": "text/html"})
        assert isinstance(text, str)
        assert "&lt;script&gt;alert(1)&lt;/script&gt; Mallory" in text
        assert "<script" not in text


@pytest.mark.parametrize("path_", ["posture", "posture?format=json", "posture?format=csv"])
async def test_no_answer_is_stored_framed_or_guessed_at(lab: Lab, path_: str) -> None:
    status, _, headers = await ask(lab, "GET", path_)

    assert status == 200
    assert {name: headers.get(name) for name in GUARDED} == GUARDED


async def test_the_page_may_run_nothing(lab: Lab) -> None:
    _, _, headers = await ask(lab, "GET", "posture", headers={"Accept": "text/html"})

    policy = headers["Content-Security-Policy"]
    assert policy == HEADERS["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize("path_", ["posture", "posture/account?id=x", "health"])
async def test_nobody_looks_without_a_key(lab: Lab, path_: str) -> None:
    status, _, _ = await ask(lab, "GET", path_, headers={"x-functions-key": "guessed"})

    assert status == 401


@pytest.mark.parametrize(
    "path_",
    [
        "posture?show=everything",
        "posture?page=0",
        "posture?filter=open",
        "posture?format=xml",
        "posture/account",
        "posture/account?id=elsewhere",
    ],
)
async def test_what_is_not_understood_is_refused(lab: Lab, path_: str) -> None:
    status, told, _ = await ask(lab, "GET", path_)

    assert status == 400
    assert isinstance(told, dict)
    assert told["error"]["message"]


async def test_an_account_that_nobody_has_seen_is_not_found(lab: Lab) -> None:
    missing = Story.private(lab, "aoai-posture-unseen").id

    status, _, _ = await ask(lab, "GET", f"posture/account?id={quote(missing)}")

    assert status == 404


async def test_latch_is_well(lab: Lab) -> None:
    status, told, _ = await ask(lab, "GET", "health")

    assert status == 200
    assert isinstance(told, dict)
    standings = {check["name"]: check["status"] for check in told["checks"]}
    assert standings["poison queues"] == "ok"
    assert "failing" not in standings.values()


async def test_anybody_may_ask_whether_the_worker_lives_and_learns_nothing_else(lab: Lab) -> None:
    assert lab.host is not None
    async with lab.http.get(f"{lab.host.url}/api/health/live") as answer:
        assert (answer.status, await answer.json()) == (200, {"status": "alive"})
