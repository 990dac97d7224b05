"""What may not be written or deleted now, because somebody locked it?"""

from tests.harness.ids import key
from tests.harness.physics import errors
from tests.harness.physics.types import GROUP, LOCK
from tests.harness.world import Json, Resource, World


class Locks:
    """A lock holds for its scope and all that is below: CanNotDelete for deletions, ReadOnly for every write."""

    def __init__(self, world: World) -> None:
        self._world = world

    def put(self, lock_id: str, properties: Json) -> Resource:
        body = {
            "id": lock_id,
            "name": lock_id.rsplit("/", 1)[-1],
            "type": LOCK,
            "properties": properties,
        }
        lock = Resource(lock_id, LOCK, body)
        self._world.put(lock)
        return lock

    def at_or_below(self, scope: str) -> list[Resource]:
        return [lock for lock in self._world.of_type(LOCK) if _covers(scope, scope_of(lock))]

    def at_or_above(self, scope: str) -> list[Resource]:
        return [lock for lock in self._world.of_type(LOCK) if _covers(scope_of(lock), scope)]

    def check(self, resource_id: str, type_: str, method: str) -> None:
        """Raises ScopeLocked. Source: lock-resources.md: every POST counts as a write."""
        if method == "GET" or type_ == LOCK:
            return
        verb = "delete" if method == "DELETE" else "write"
        held = [lock for lock in self.at_or_above(resource_id) if _stops(lock, verb)]
        if verb == "delete" and type_ == GROUP:
            # Source: the same page: a group with a locked resource in it is not deleted.
            held += [lock for lock in self.at_or_below(resource_id) if lock not in held]
        if held:
            raise errors.scope_locked(resource_id, verb, dict.fromkeys(map(scope_of, held)))

    def check_connection(self, account_id: str, endpoint: Resource) -> None:
        """Raises when an endpoint cannot be deleted because its target is locked: azurerm#17478."""
        held = [lock for lock in self.at_or_above(account_id) if _stops(lock, "delete")]
        if held:
            proxy = f"{endpoint.name}.{endpoint.properties['resourceGuid']}"
            raise errors.target_locked(
                f"{account_id}/privateEndpointConnectionProxies/{proxy}",
                dict.fromkeys(map(scope_of, held)),
            )


def scope_of(lock: Resource) -> str:
    """The subscription, group or resource that the lock is on."""
    return lock.id.rpartition("/providers/")[0]


def _stops(lock: Resource, verb: str) -> bool:
    level = str(lock.properties["level"]).casefold()
    return level == "readonly" or (level == "cannotdelete" and verb == "delete")


def _covers(place: str, scope: str) -> bool:
    return key(scope) == key(place) or key(scope).startswith(key(place) + "/")
