"""What does a pass see, and what would it do? The port `Cloud` around another, which takes notes.

A rehearsal is an ordinary pass on a cloud that applies nothing: so what is shown is what the pass would do, and there
is no second planner to disagree with it.
"""

from remediation.desired import Desired
from remediation.ids import ResourceId
from remediation.observed import Account, Network
from remediation.plan import Action
from remediation.ports import Cloud
from remediation.report import Outcome


class NotedCloud:
    """For one account. Without `applies` every action counts as done, and nothing is changed."""

    def __init__(self, cloud: Cloud, *, applies: bool) -> None:
        """Takes the cloud that is read, and whether it may be changed."""
        self._cloud = cloud
        self.applies = applies
        self.seen: Account | None = None
        self.desired: Desired | None = None
        self.path: Network | None = None
        self.actions: list[Action] = []

    async def account(self, account: ResourceId) -> Account | None:
        self.seen = await self._cloud.account(account)
        return self.seen

    async def zone_names(self, account: Account) -> tuple[str, ...]:
        return await self._cloud.zone_names(account)

    async def network(self, account: Account, desired: Desired) -> Network:
        self.desired = desired
        self.path = await self._cloud.network(account, desired)
        return self.path

    async def apply(self, action: Action) -> Outcome:
        self.actions.append(action)
        return await self._cloud.apply(action) if self.applies else Outcome.DONE

    async def endpoint_targets(self, endpoint: ResourceId) -> tuple[ResourceId, ...] | None:
        return await self._cloud.endpoint_targets(endpoint)
