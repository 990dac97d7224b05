"""What is held back of a plan, and for which reason?"""

from datetime import datetime, timedelta

import pytest

from remediation import guard, planner
from remediation.brakes import RELEASED, Brakes, Claim, Fight
from remediation.catalog import RULES
from remediation.desired import Desired, Exemption
from remediation.observed import NetworkAcls, Observed
from remediation.plan import ApproveConnection, CloseAccess, CreateEndpoint, CreateZone
from remediation.restraint import Reason
from tests.builders import (
    NOW,
    OPENAI_ZONE,
    account,
    connection,
    desired,
    endpoint,
    link,
    observed,
    zone,
    zone_group,
)

A_DAY = timedelta(days=1)
EVERY_RULE = frozenset(RULES)
YOUNG = NOW - timedelta(hours=1)


def exemption(*rules: str) -> Exemption:
    return Exemption(frozenset(rules), NOW + A_DAY, "a demo for the board", "ai-team")


OPEN = observed(account=account(public_network_access="Enabled"))
OPEN_AND_BARE = observed(
    account=account(public_network_access="Enabled", connections=()), endpoints=(), zones=()
)
BARE = observed(account=account(connections=()), endpoints=(), zones=())
UNSETTLED = observed(account=account(connections=(), state="Accepted"), endpoints=(), zones=())
UNSETTLED_PENDING = observed(
    account=account(state="accepted", connections=(connection("Pending"),)),
    endpoints=[endpoint(status="Pending")],
)
ENDED_BADLY = observed(account=account(connections=(), state="Failed"), endpoints=())
WITHOUT_GROUP = observed(endpoints=[endpoint(zone_group=None)], zones=[zone(record=None)])
NEW_AND_OPEN = observed(account=account(public_network_access="Enabled", created=YOUNG))
LINKING = observed(zones=[zone(links=(link(state="InProgress"),))])
REGISTERING = observed(zones=[zone(links=(link(registration=True),))])
REGISTERING_AND_ATTACHING = observed(
    endpoints=[endpoint(zone_group=zone_group(OPENAI_ZONE, state="Updating"))],
    zones=[zone(links=(link(registration=True),), record=None)],
)
OPEN_TO_SERVICES = observed(
    account=account(public_network_access="Enabled", acls=NetworkAcls("Deny", "AzureServices"))
)
REJECTED = observed(account=account(connections=(connection("Rejected"),)))


FIGHT = Fight(3, ("Create private endpoint pe-latch-demo in vnet-hub",), (), NOW + A_DAY)
REFUSED = Claim(granted=False, counted=50, allowed=50, since=NOW, until=NOW + A_DAY)


def held(wanted: Desired, found: Observed, brakes: Brakes = RELEASED) -> list[tuple[str, Reason]]:
    restrained = guard.restrain(planner.plan(wanted, found), wanted, found, NOW, brakes)
    return [(each.finding.rule, each.reason) for each in restrained.withheld]


def free(wanted: Desired, found: Observed) -> list[str]:
    restrained = guard.restrain(planner.plan(wanted, found), wanted, found, NOW)
    return [finding.rule for finding in restrained.plan.findings]


@pytest.mark.parametrize(
    ("wanted", "found", "expected"),
    [
        pytest.param(desired(), OPEN, [], id="without a reason nothing is held back"),
        pytest.param(
            desired(audited=frozenset({"public-access"})),
            OPEN_AND_BARE,
            [("public-access", Reason.AUDIT)],
            id="a rule may be audited by itself",
        ),
        pytest.param(
            desired(audited=EVERY_RULE),
            OPEN_AND_BARE,
            [
                ("public-access", Reason.AUDIT),
                ("endpoint-missing", Reason.AUDIT),
                ("zone-missing", Reason.AUDIT),
            ],
            id="all rules may be audited",
        ),
        pytest.param(
            desired(audited=frozenset({"link-settings"})),
            REGISTERING,
            [("link-settings", Reason.AUDIT)],
            id="a rule that nobody switched on is audited",
        ),
        pytest.param(
            desired(audited=frozenset({"link-settings"})),
            REGISTERING_AND_ATTACHING,
            [("link-settings", Reason.AUDIT)],
            id="what does not follow a remedy that is held back is waited for",
        ),
        pytest.param(desired(), REGISTERING, [], id="a rule that somebody switched on is not"),
        pytest.param(
            desired(no_bypass=True, audited=frozenset({"public-access"})),
            OPEN_TO_SERVICES,
            [("public-access", Reason.AUDIT)],
            id="one of two rules about the same account may be audited",
        ),
        pytest.param(
            desired(exemptions=(exemption("public-access"),)),
            OPEN_AND_BARE,
            [("public-access", Reason.EXEMPT)],
            id="an exemption covers the rules that it names",
        ),
        pytest.param(
            desired(exemptions=(exemption(),)),
            OPEN_AND_BARE,
            [
                ("public-access", Reason.EXEMPT),
                ("endpoint-missing", Reason.EXEMPT),
                ("zone-missing", Reason.EXEMPT),
            ],
            id="an exemption that names no rules covers all of them",
        ),
        pytest.param(
            desired(exemptions=(exemption("connection-state"),)),
            REJECTED,
            [("connection-state", Reason.EXEMPT)],
            id="an exemption covers what a person would have to do as well",
        ),
        pytest.param(
            desired(audited=EVERY_RULE),
            REJECTED,
            [],
            id="what a person must do is reported although the rule is audited",
        ),
        pytest.param(
            desired(grace=A_DAY),
            NEW_AND_OPEN,
            [("public-access", Reason.GRACE)],
            id="a new account has its grace",
        ),
        pytest.param(desired(grace=timedelta(hours=1)), NEW_AND_OPEN, [], id="a grace period ends"),
        pytest.param(desired(grace=A_DAY), OPEN, [], id="an account of unknown age has no grace"),
        pytest.param(
            desired(audited=EVERY_RULE, grace=A_DAY, exemptions=(exemption(),)),
            NEW_AND_OPEN,
            [("public-access", Reason.EXEMPT)],
            id="an exemption is the first reason asked for",
        ),
        pytest.param(
            desired(),
            OPEN_AND_BARE,
            [("endpoint-missing", Reason.BUSY)],
            id="an account that is being closed takes no endpoint work",
        ),
        pytest.param(
            desired(),
            UNSETTLED,
            [("endpoint-missing", Reason.BUSY)],
            id="an account that Azure changes takes no endpoint work",
        ),
        pytest.param(
            desired(),
            UNSETTLED_PENDING,
            [("connection-state", Reason.BUSY)],
            id="an account that Azure changes takes no approval",
        ),
        pytest.param(
            desired(), ENDED_BADLY, [], id="an account whose last change failed takes endpoint work"
        ),
        pytest.param(
            desired(audited=frozenset({"public-access"})),
            observed(account=account(public_network_access=None, connections=()), endpoints=()),
            [("public-access", Reason.AUDIT)],
            id="a closing that is held back keeps nobody busy",
        ),
        pytest.param(
            desired(audited=frozenset({"zone-group"})),
            WITHOUT_GROUP,
            [("zone-group", Reason.AUDIT), ("record", Reason.AUDIT)],
            id="what would follow a remedy is held back with it",
        ),
        pytest.param(
            desired(exemptions=(exemption("zone-group"),)),
            WITHOUT_GROUP,
            [("zone-group", Reason.EXEMPT), ("record", Reason.EXEMPT)],
            id="what would follow an exempt remedy is held back with it",
        ),
        pytest.param(
            desired(audited=frozenset({"public-access"})),
            observed(
                account=account(public_network_access=None),
                zones=[zone(links=(link(state="InProgress"),))],
            ),
            [("public-access", Reason.AUDIT)],
            id="what Azure works on is waited for although the closing is held back",
        ),
        pytest.param(
            desired(audited=EVERY_RULE),
            LINKING,
            [],
            id="what Azure works on is waited for although the rule is audited",
        ),
    ],
)
def test_what_is_held_back(
    wanted: Desired, found: Observed, expected: list[tuple[str, Reason]]
) -> None:
    assert expected == held(wanted, found)


@pytest.mark.parametrize(
    ("brakes", "found", "expected"),
    [
        pytest.param(
            Brakes(paused=True),
            OPEN_AND_BARE,
            [
                ("public-access", Reason.PAUSED),
                ("endpoint-missing", Reason.PAUSED),
                ("zone-missing", Reason.PAUSED),
            ],
            id="a pause holds everything back, closing as well",
        ),
        pytest.param(
            Brakes(fight=FIGHT),
            OPEN_AND_BARE,
            [
                ("endpoint-missing", Reason.FLAPPING),
                ("zone-missing", Reason.FLAPPING),
                ("flapping", Reason.FLAPPING),
            ],
            id="a fight holds back everything but closing",
        ),
        pytest.param(
            Brakes(refused=REFUSED),
            OPEN_AND_BARE,
            [("endpoint-missing", Reason.TOO_MANY), ("zone-missing", Reason.TOO_MANY)],
            id="too many accounts hold back everything but closing",
        ),
        pytest.param(
            Brakes(fight=FIGHT),
            OPEN,
            [("flapping", Reason.FLAPPING)],
            id="a fight over closing is told although nothing is held back",
        ),
        pytest.param(
            Brakes(fight=FIGHT),
            observed(),
            [("flapping", Reason.FLAPPING)],
            id="a fight over what was closed already is told although nothing differs now",
        ),
        pytest.param(
            Brakes(fight=FIGHT),
            REJECTED,
            [("flapping", Reason.FLAPPING)],
            id="what a person must do is not held back",
        ),
        pytest.param(
            Brakes(paused=True, fight=FIGHT, refused=REFUSED),
            BARE,
            [("endpoint-missing", Reason.PAUSED), ("zone-missing", Reason.PAUSED)],
            id="a pause is the first of the brakes",
        ),
        pytest.param(
            Brakes(refused=REFUSED),
            WITHOUT_GROUP,
            [("zone-group", Reason.TOO_MANY), ("record", Reason.TOO_MANY)],
            id="what would follow a remedy is held back with it",
        ),
        pytest.param(
            Brakes(refused=REFUSED),
            LINKING,
            [],
            id="what Azure works on is waited for although too many are put back",
        ),
    ],
)
def test_what_the_brakes_hold_back(
    brakes: Brakes, found: Observed, expected: list[tuple[str, Reason]]
) -> None:
    assert expected == held(desired(), found, brakes)


def test_the_policy_is_asked_before_the_brakes() -> None:
    wanted = desired(audited=EVERY_RULE)

    reasons = [reason for _, reason in held(wanted, OPEN_AND_BARE, Brakes(paused=True))]

    assert reasons == [Reason.AUDIT] * 3


def test_a_fight_over_what_is_held_back_anyway_is_not_told() -> None:
    wanted = desired(audited=EVERY_RULE)

    reasons = [reason for _, reason in held(wanted, OPEN_AND_BARE, Brakes(fight=FIGHT))]

    assert reasons == [Reason.AUDIT] * 3


def test_a_closing_that_goes_on_in_a_fight_keeps_the_account_busy_for_nobody() -> None:
    plan = planner.plan(desired(), OPEN_AND_BARE)

    left = guard.restrain(plan, desired(), OPEN_AND_BARE, NOW, Brakes(fight=FIGHT)).plan.actions

    assert [type(action) for action in left] == [CloseAccess]


@pytest.mark.parametrize(
    ("wanted", "found", "brakes", "lapse"),
    [
        pytest.param(
            desired(exemptions=(exemption(),)), OPEN, RELEASED, NOW + A_DAY, id="an exemption"
        ),
        pytest.param(
            desired(grace=A_DAY), NEW_AND_OPEN, RELEASED, YOUNG + A_DAY, id="a grace period"
        ),
        pytest.param(desired(), BARE, Brakes(fight=FIGHT), NOW + A_DAY, id="a fight"),
        pytest.param(desired(), BARE, Brakes(refused=REFUSED), NOW + A_DAY, id="an overload"),
        pytest.param(desired(), BARE, Brakes(paused=True), None, id="no pause"),
        pytest.param(desired(audited=EVERY_RULE), BARE, RELEASED, None, id="no audit"),
    ],
)
def test_what_lapses_by_itself(
    wanted: Desired, found: Observed, brakes: Brakes, lapse: datetime | None
) -> None:
    restrained = guard.restrain(planner.plan(wanted, found), wanted, found, NOW, brakes)

    assert lapse == restrained.lapses_at


def test_what_is_not_held_back_stays_in_the_plan() -> None:
    rules = free(desired(exemptions=(exemption("endpoint-missing"),)), OPEN_AND_BARE)

    assert rules == ["public-access", "zone-missing"]


def test_an_account_that_is_being_closed_has_its_zones_built() -> None:
    plan = planner.plan(desired(), OPEN_AND_BARE)

    actions = guard.restrain(plan, desired(), OPEN_AND_BARE, NOW).plan.actions

    assert [type(action) for action in actions] == [CloseAccess, CreateZone]


def test_a_settled_account_takes_endpoint_work() -> None:
    pending = observed(
        account=account(connections=(connection("Pending"),)),
        endpoints=[endpoint(status="Pending")],
    )

    kinds = [
        type(action)
        for found in (BARE, pending)
        for action in guard.restrain(
            planner.plan(desired(), found), desired(), found, NOW
        ).plan.actions
    ]

    assert kinds == [CreateEndpoint, CreateZone, ApproveConnection]


@pytest.mark.parametrize(
    ("wanted", "found", "expected"),
    [
        pytest.param(
            desired(exemptions=(exemption(),)),
            OPEN,
            "exempt until 2026-10-15 09:00 UTC: a demo for the board (ai-team)",
            id="until when, why, and by whom it is exempt",
        ),
        pytest.param(
            desired(audited=frozenset({"public-access"})),
            OPEN,
            "profile everything-private only audits public-access",
            id="which profile audits which rule",
        ),
        pytest.param(
            desired(grace=A_DAY),
            NEW_AND_OPEN,
            "the account is new; its grace ends 2026-10-15 08:00 UTC",
            id="when the grace ends",
        ),
        pytest.param(
            desired(), UNSETTLED, "account latch-demo is being changed", id="which account is busy"
        ),
    ],
)
def test_the_message_tells(wanted: Desired, found: Observed, expected: str) -> None:
    restrained = guard.restrain(planner.plan(wanted, found), wanted, found, NOW)

    assert expected == restrained.withheld[0].message


@pytest.mark.parametrize(
    ("brakes", "expected"),
    [
        pytest.param(Brakes(paused=True), "Latch is paused, and changes nothing", id="the pause"),
        pytest.param(
            Brakes(fight=FIGHT),
            "closing goes on, all else stops until 2026-10-15 09:00 UTC: done 3 times "
            "(Create private endpoint pe-latch-demo in vnet-hub), undone each time by somebody unknown",
            id="what is fought over, with whom, and for how long",
        ),
        pytest.param(
            Brakes(refused=REFUSED),
            "more than 50 accounts at once, since 2026-10-14 09:00:00 UTC",
            id="how many are allowed, and since when there are more",
        ),
    ],
)
def test_the_message_of_the_brakes_tells(brakes: Brakes, expected: str) -> None:
    restrained = guard.restrain(planner.plan(desired(), BARE), desired(), BARE, NOW, brakes)

    assert expected == restrained.withheld[-1].message
