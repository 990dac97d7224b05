"""Which accounts are gone and can still come back?"""

from collections.abc import Iterator
from datetime import timedelta

from tests.harness.ids import ArmId, same
from tests.harness.physics.marks import stamp
from tests.harness.physics.types import DELETED_ACCOUNT
from tests.harness.world import Resource, World

# Source: recover-purge-resources.md: a deleted account can be restored for 48 hours.
RESTORABLE = timedelta(hours=48)


class DeletedAccounts:
    """The list of their own in which deleted accounts stand until they are restored or purged."""

    def __init__(self, world: World) -> None:
        self._world = world

    def keep(self, account: Resource) -> Resource:
        """Puts a deleted account on the list."""
        now = self._world.clock.now()
        parsed = ArmId.parse(account.id)
        own_id = (
            f"/subscriptions/{parsed.subscription}/providers/Microsoft.CognitiveServices/locations/"
            f"{account.body['location']}/resourceGroups/{parsed.group}/deletedAccounts/{account.name}"
        )
        deleted = Resource(own_id, DELETED_ACCOUNT, dict(account.body), dict(account.hidden))
        deleted.body |= {"id": own_id, "type": DELETED_ACCOUNT}
        deleted.properties["deletionDate"] = stamp(now)
        deleted.properties["scheduledPurgeDate"] = stamp(now + RESTORABLE)
        deleted.hidden |= {"account": account.id, "purge": (now + RESTORABLE).timestamp()}
        self._world.put(deleted)
        return deleted

    def all(self) -> Iterator[Resource]:
        """What can still be restored; what is overdue is purged on the way."""
        for deleted in self._world.of_type(DELETED_ACCOUNT):
            if deleted.hidden["purge"] <= self._world.clock.time():
                self._world.remove(deleted.id)
            else:
                yield deleted

    def find(self, account_id: str) -> Resource | None:
        return next((d for d in self.all() if same(d.hidden["account"], account_id)), None)
