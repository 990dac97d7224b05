"""How many accounts were put back of late? The port `Tallies` in memory."""

from dataclasses import dataclass, field, replace

from remediation.brakes import BlastLimit, Claim, Tally
from remediation.errors import RemediationError
from remediation.ids import ResourceId
from tests.memory.clock import MovableClock


@dataclass(slots=True)
class MemoryTallies:
    """One tally for all who share the object. `trouble` is what the next claims raise."""

    clock: MovableClock
    tally: Tally = field(default_factory=Tally)
    trouble: list[RemediationError] = field(default_factory=list)

    async def claim(self, account: ResourceId, limit: BlastLimit) -> Claim:
        if self.trouble:
            raise self.trouble.pop(0)
        self.tally, claim = self.tally.claim(account.key, limit, self.clock.now())
        return claim

    async def count_fleet(self, accounts: int) -> None:
        self.tally = replace(self.tally, fleet=accounts)
