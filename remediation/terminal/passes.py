"""What does a pass of one account show, and do?

A pass is the app's own recheck, and a rehearsal is that recheck on a cloud that applies nothing.
"""

import json
from dataclasses import replace
from datetime import timedelta

from remediation import policy
from remediation.catalog import RULES
from remediation.ids import ResourceId
from remediation.policy_document import Policy, Profile
from remediation.policy_sections import Mode
from remediation.ports import Ledger
from remediation.report import REPORTS, Cause, Lane, Report, Trigger, Verdict
from remediation.terminal.look import Look
from remediation.terminal.noted_cloud import NotedCloud
from remediation.terminal.parts import Desk

_LOOKS_AGAIN = 5.0


class Passes:
    """Looks at one account after the other; with `only` a rule, every other one is audited."""

    def __init__(self, desk: Desk) -> None:
        """Takes the desk."""
        self._desk = desk

    async def rehearse(self, account: ResourceId, only: str = "") -> Look:
        """What a pass would find and do. Nothing is changed, and nothing is remembered."""
        cloud = NotedCloud(self._desk.cloud, applies=False)
        return await self._look(account, cloud, self._desk.aside(), only=only)

    async def prove(self, account: ResourceId) -> Look:
        """What clients see of the account, beside what Azure says of it."""
        cloud = NotedCloud(self._desk.cloud, applies=False)
        return await self._look(account, cloud, self._desk.aside(), proves=True)

    async def restore(self, account: ResourceId, patience: timedelta, only: str) -> Look:
        """Until nothing is left, or the patience ends. The actions are those of all looks, each once."""
        cloud = NotedCloud(self._desk.cloud, applies=True)
        until = self._desk.clock.now() + patience
        while True:
            look = await self._look(account, cloud, self._desk.ledger, only=only)
            pause = look.report.retry_after or _LOOKS_AGAIN
            late = self._desk.clock.now() + timedelta(seconds=pause) > until
            if look.report.verdict is not Verdict.WAITING or late:
                return look
            await self._desk.wait(pause)

    async def _look(
        self,
        account: ResourceId,
        cloud: NotedCloud,
        ledger: Ledger,
        *,
        only: str = "",
        proves: bool = False,
    ) -> Look:
        rules = only_rule(self._desk.rules, only) if only else self._desk.rules
        app = self._desk.assemble(
            rules, cloud=cloud, ledger=ledger, requests=self._desk.requests(), proves=proves
        )
        body = json.dumps({"account": str(account), "mode": "enforce"}).encode()
        answer = await app.rechecks.ask(body, self._desk.who)
        if isinstance(answer.body, dict) and "error" not in answer.body:
            report = _about(REPORTS.from_json(answer.body), only)
            actions = tuple(dict.fromkeys(cloud.actions))
            return Look(
                report, cloud.seen, cloud.desired, cloud.path, actions, rehearsed=not cloud.applies
            )
        return self._unseen(account, cloud)

    def _unseen(self, account: ResourceId, cloud: NotedCloud) -> Look:
        """The recheck has nothing to say of the account: why?"""
        now = self._desk.clock.now()
        verdict, note = Verdict.OUT_OF_SCOPE, "the policy does not speak of it"
        if cloud.seen is not None:
            wanted = policy.desired_for(self._desk.rules, cloud.seen, (), None, now)
            note = wanted.reason if isinstance(wanted, policy.OutOfScope) else note
        elif policy.speaks_of(self._desk.rules, account):
            verdict, note = Verdict.GONE, "there is no such account"
        cause = Cause(Trigger.RECHECK, now)
        report = Report("", "", account, Lane.FULL, verdict, cause, now, now)
        return Look(report, cloud.seen, note=note)


def only_rule(rules: Policy, name: str) -> Policy:
    """The policy with every other rule audited: what is found is the same, what is done is less."""
    return rules.model_copy(
        update={"profiles": tuple(_only(profile, name) for profile in rules.profiles)}
    )


def _about(report: Report, rule: str) -> Report:
    """Only what was asked about, where a single rule was."""
    if not rule:
        return report
    return replace(report, drifts=tuple(drift for drift in report.drifts if drift.rule == rule))


def _only(profile: Profile, name: str) -> Profile:
    others = {rule: Mode.AUDIT for rule in RULES if rule != name}
    own = {rule: mode for rule, mode in profile.rules.items() if rule == name}
    return profile.model_copy(update={"rules": {**others, **own}})
