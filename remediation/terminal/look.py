"""What did one look at an account show, and what do all the looks of a run come to? Pure data."""

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

from remediation import planner
from remediation.catalog import RULES
from remediation.desired import Desired
from remediation.ids import ResourceId
from remediation.observed import Account, Network, Observed
from remediation.plan import Action, Finding
from remediation.report import Drift, Outcome, Report, Result, Verdict
from remediation.restraint import Reason

_UNDONE = frozenset({Outcome.FAILED, Outcome.WAITING, Outcome.UNSURE})


class Exit(IntEnum):
    """What the program tells its caller: as `terraform plan -detailed-exitcode` does."""

    CLEAN = 0
    ERROR = 1
    DRIFT = 2


_STATES = {Exit.CLEAN: "clean", Exit.DRIFT: "drifted", Exit.ERROR: "error"}


@dataclass(frozen=True, slots=True)
class Look:
    """One pass: its report, what it saw, and the actions it took, or would take where it was only rehearsed.

    `note` says why there is nothing to see: no such account, or the policy does not speak of it. `rehearsed`: nothing
    was changed, so the report's verdict is what it would have come to. `indexed`: the account was not read, but is as
    the index of Azure shows it.
    """

    report: Report
    account: Account | None = None
    desired: Desired | None = None
    network: Network | None = None
    actions: tuple[Action, ...] = ()
    note: str = ""
    rehearsed: bool = False
    indexed: bool = False

    @property
    def state(self) -> str:
        """How the account stands, in a word."""
        if not self.rehearsed or self.note:
            return self.report.verdict.value
        return _STATES[self.exit]

    @property
    def id(self) -> ResourceId:
        return self.report.account

    @property
    def is_restored(self) -> bool:
        """True when nothing differs any more; what is left in the report is what was restored."""
        return self.report.verdict in (Verdict.CONVERGED, Verdict.REMEDIED)

    @property
    def open_drifts(self) -> tuple[Drift, ...]:
        """Those that are still there and that no exemption of the policy covers."""
        drifts = () if self.is_restored else self.report.drifts
        return tuple(d for d in drifts if d.withheld != Reason.EXEMPT and self._is_there(d))

    @property
    def failures(self) -> tuple[Result, ...]:
        """What could not be read or done."""
        return tuple(r for r in self.report.results if r.outcome in _UNDONE)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What the planner makes of what was seen; nothing where not all was seen."""
        if self.account is None or self.desired is None:
            return ()
        return planner.plan(self.desired, Observed(self.account, self.network)).findings

    def _is_there(self, drift: Drift) -> bool:
        """A report goes on telling what was restored until the whole account is; what was seen last decides."""
        if self.account is None or self.desired is None or drift.rule not in RULES:
            return True
        return any((f.rule, f.resource.text) == (drift.rule, drift.resource) for f in self.findings)

    def needs_a_person(self, drift: Drift) -> bool:
        """True when nothing is planned for it, nothing is held back, and Azure is not at work on it."""
        if drift.withheld or drift.awaits:
            return False
        same = (
            f for f in self.findings if (f.rule, f.resource.text) == (drift.rule, drift.resource)
        )
        return all(finding.remedy is None for finding in same)

    @property
    def exit(self) -> Exit:
        """What could not be seen or done is an error, whatever else was found."""
        if any(result.outcome is Outcome.FAILED for result in self.report.results):
            return Exit.ERROR
        if self.failures and not self.report.drifts:
            return Exit.ERROR
        return Exit.DRIFT if self.open_drifts else Exit.CLEAN


@dataclass(frozen=True, slots=True)
class Survey:
    """The looks of one run. `blind` says what could not even be listed, `notes` how much was looked at."""

    command: str
    at: datetime
    looks: tuple[Look, ...] = ()
    blind: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def exit(self) -> Exit:
        """An error first, then drift."""
        exits = {look.exit for look in self.looks}
        if self.blind or Exit.ERROR in exits:
            return Exit.ERROR
        return Exit.DRIFT if Exit.DRIFT in exits else Exit.CLEAN

    @property
    def clean(self) -> int:
        """How many accounts are as the policy wants them."""
        return sum(look.exit is Exit.CLEAN for look in self.looks)
