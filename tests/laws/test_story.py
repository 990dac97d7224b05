"""People and passes interleave at random: is the account private in the end, and did no pass ever open it?"""

from collections.abc import Callable
from dataclasses import replace

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from remediation.desired import Outbound, Recreate
from remediation.errors import Busy, Forbidden, RemediationError, Throttled, Unavailable
from remediation.ids import ResourceId
from remediation.observed import NetworkAcls
from remediation.report import Outcome, Report, Verdict
from tests.builders import (
    ACCOUNT,
    AI_SERVICES,
    FOREIGN_ENDPOINT,
    HUB,
    OFFICES,
    OPENAI,
    OTHER_GUID,
    OTHER_SUBNET,
    SPOKE,
    account,
    desired,
    dns_spec,
    endpoint,
    endpoint_spec,
    observed,
    zone_id,
    zone_names,
)
from tests.laws import others
from tests.laws.happenings import ELSEWHERE, network_acls, words_of_access
from tests.laws.oracle import is_closed, is_no_looser, is_private
from tests.laws.passes import A_MINUTE, Passes
from tests.laws.strategies import World

# Those that a bare account needs, and some for what is still under way when people stop.
LAST_PASSES = 8
# What people can do to an account that only people can undo: reject its connection, connect an endpoint of their own,
# or take over its name, which keeps that of its own endpoint from being registered.
FOR_A_PERSON = {"connection-state", "unknown-connection", "record", "zone-group"}

MAY_HAVE_WORKED = {Outcome.DONE, Outcome.STARTED, Outcome.UNSURE}

picks = st.integers(0, 2)
troubles = st.sampled_from(
    [
        Throttled("too many requests", code="429", retry_after=20.0),
        Unavailable("no answer"),
        Forbidden("a role is missing", code="AuthorizationFailed"),
    ]
)


PROFILES = {
    "everything private": desired(),
    "rebuilt when broken": desired(endpoint=endpoint_spec(recreate=Recreate.BROKEN)),
    "beside others": desired(
        endpoint=endpoint_spec(others=("*",)), no_bypass=True, local_auth_disabled=True
    ),
    "offices let in": desired(
        selected=OFFICES, no_bypass=True, outbound=Outbound(("example.com",))
    ),
}


class Story(RuleBasedStateMachine):
    """One account, people who change what they like, and passes that put it right."""

    @initialize(
        kind=st.sampled_from([OPENAI, AI_SERVICES]),
        profile=st.sampled_from(sorted(PROFILES)),
        is_new=st.booleans(),
        approves=st.booleans(),
        restores=st.booleans(),
    )
    def begins(
        self, *, kind: str, profile: str, is_new: bool, approves: bool, restores: bool
    ) -> None:
        wanted = replace(PROFILES[profile], dns=dns_spec(kind, (HUB, SPOKE)))
        new = account(kind, public_network_access=None, acls=None, connections=())
        seen = observed(kind, account=new, endpoints=(), zones=()) if is_new else observed(kind)
        self.kind = kind
        world = World(wanted, seen, approves=approves, group_put_restores=restores)
        self.passes = Passes(world)
        self.azure = self.passes.azure

    def mine(self) -> list[ResourceId]:
        return [id_ for id_ in self.azure.endpoints if id_ not in others.THEIRS]

    def zone(self, pick: int) -> ResourceId | None:
        """One of the account's zones that are there."""
        zones = [id_ for id_ in map(zone_id, zone_names(self.kind)) if id_ in self.azure.zones]
        return zones[pick % len(zones)] if zones else None

    # What people do -------------------------------------------------------------------------------------------

    @precondition(lambda self: self.azure.accounts[ACCOUNT].is_settled)
    @rule(access=words_of_access, acls=network_acls)
    def open_access(self, access: str | None, acls: NetworkAcls | None) -> None:
        self.azure.change_account(ACCOUNT, public_network_access=access, acls=acls)

    @precondition(lambda self: self.azure.accounts[ACCOUNT].is_settled)
    @rule(hosts=st.sampled_from([(), ("attacker.example",)]), restricted=st.booleans())
    def widen_what_it_reaches(self, *, hosts: tuple[str, ...], restricted: bool) -> None:
        """And turn its keys on."""
        self.azure.change_account(
            ACCOUNT, allowed_fqdns=hosts, outbound_restricted=restricted, local_auth_disabled=False
        )

    @precondition(lambda self: self.mine())
    @rule()
    def delete_the_endpoint(self) -> None:
        self.azure.delete_endpoint(self.mine()[0])

    @precondition(lambda self: self.mine())
    @rule()
    def delete_the_zone_group(self) -> None:
        self.azure.delete_zone_group(self.mine()[0])

    @precondition(lambda self: self.mine())
    @rule(status=st.sampled_from(["Pending", "Rejected"]))
    def change_the_connection(self, status: str) -> None:
        self.azure.set_connection(self.mine()[0], status)

    @rule(pick=picks)
    def delete_a_record(self, pick: int) -> None:
        if (zone := self.zone(pick)) is not None:
            self.azure.records.pop((zone, ACCOUNT.name), None)

    @rule(pick=picks, ip=st.sampled_from(["10.9.9.9", "203.0.113.9"]))
    def edit_a_record(self, pick: int, ip: str) -> None:
        if (zone := self.zone(pick)) is not None:
            self.azure.put_record(zone, ACCOUNT.name, (ip,))

    @rule(pick=picks)
    def unlink_a_network(self, pick: int) -> None:
        if (zone := self.zone(pick)) is not None:
            mine = [each for each in self.azure.zones[zone] if each.vnet != ELSEWHERE]
            left = tuple(each for each in self.azure.zones[zone] if each not in mine[:1])
            self.azure.zones[zone] = left

    @rule(pick=picks)
    def let_a_link_register_machines(self, pick: int) -> None:
        if (zone := self.zone(pick)) is not None:
            links = self.azure.zones[zone]
            self.azure.zones[zone] = tuple(replace(each, registration=True) for each in links)

    @rule(pick=picks)
    def delete_a_zone(self, pick: int) -> None:
        if (zone := self.zone(pick)) is not None:
            self.azure.delete_zone(zone)

    @precondition(lambda self: FOREIGN_ENDPOINT not in self.azure.endpoints)
    @rule(status=st.sampled_from(["Pending", "Approved"]), registers=st.booleans())
    def add_an_endpoint_of_their_own(self, *, status: str, registers: bool) -> None:
        """One that registers takes the account's name over."""
        foreign = endpoint(
            self.kind, id=FOREIGN_ENDPOINT, guid=OTHER_GUID, subnet=OTHER_SUBNET, status=status
        )
        self.azure.add_endpoint(foreign if registers else replace(foreign, zone_group=None))

    @precondition(lambda self: FOREIGN_ENDPOINT in self.azure.endpoints)
    @rule()
    def take_their_endpoint_away(self) -> None:
        self.azure.delete_endpoint(FOREIGN_ENDPOINT)

    # Time, trouble and passes ---------------------------------------------------------------------------------

    @rule(seconds=st.sampled_from([1.0, 10.0, 25.0, A_MINUTE]))
    def let_time_pass(self, seconds: float) -> None:
        self.passes.clock.move(seconds)

    @rule(error=troubles)
    def refuse_an_action(self, error: RemediationError) -> None:
        self.passes.cloud.trouble.append(error)

    @rule(error=st.sampled_from([Unavailable("the connection broke"), Busy("a second try")]))
    def lose_an_answer(self, error: RemediationError) -> None:
        self.passes.cloud.lost_answers.append(error)

    @rule(error=troubles)
    def refuse_a_read(self, error: RemediationError) -> None:
        self.passes.cloud.read_trouble.append(error)

    @rule()
    def pass_fast(self) -> None:
        self.watch(self.passes.close)

    @rule()
    def pass_in_full(self) -> None:
        self.watch(self.passes.run)

    def watch(self, run: Callable[[], Report]) -> None:
        """A pass opens nothing, touches nothing foreign, and tells all that it did."""
        self.azure.tick()
        before, foreign = (
            self.azure.accounts[ACCOUNT],
            others.belongings(self.azure, self.passes.desired),
        )
        known = len(self.passes.cloud.applied)

        report = run()

        after = self.azure.accounts[ACCOUNT]
        done = {str(action) for action in self.passes.cloud.applied[known:]}
        told = {result.action for result in report.results if result.outcome in MAY_HAVE_WORKED}
        assert is_no_looser(after, before, self.passes.desired.selected)
        assert foreign == others.belongings(self.azure, self.passes.desired)
        assert done <= told
        assert not done or report.verdict not in (Verdict.CONVERGED, Verdict.HELD)

    def teardown(self) -> None:
        """People stop and the weather clears: a few passes make the account private, or say what a person must do."""
        self.passes.cloud.trouble.clear()
        self.passes.cloud.read_trouble.clear()
        self.passes.cloud.lost_answers.clear()
        for _ in range(LAST_PASSES):
            self.watch(self.passes.run)
            self.passes.clock.move(A_MINUTE)

        left = self.passes.plan().findings
        seen = self.passes.look()
        assert is_closed(seen.account, self.passes.desired.selected)
        assert left or is_private(self.passes.desired, seen)
        assert {finding.rule for finding in left} <= FOR_A_PERSON
        assert not any(finding.remedy or finding.awaits for finding in left)


TestStory = Story.TestCase
TestStory.settings = settings(max_examples=150, stateful_step_count=30)
