"""What does Azure keep of a resource that does nothing by itself, and who are the identities on it?"""

import uuid

from tests.harness.ids import key
from tests.harness.physics.marks import region
from tests.harness.physics.operations import Effect
from tests.harness.world import Json, Resource, World

_TOP = ("kind", "sku")


class Stored:
    """Resources that are written at once and shown as written. The same body again changes nothing."""

    def __init__(self, world: World) -> None:
        self._world = world
        # Principal and client ids that the directory hands out to identities of these names, because stories know
        # them by these; any other identity gets new ones.
        self.reserved: dict[str, tuple[str, str]] = {}

    def put(self, resource_id: str, type_: str, body: Json, derived: Json) -> Effect:
        """`derived` is what Azure adds to the properties by itself; it is kept as it was given first."""
        present = self._world.get(resource_id)
        own_id = present.id if present else resource_id
        before = present.properties if present else {}
        kept = {name: before.get(name, value) for name, value in derived.items()}
        wanted: Json = {
            "id": own_id,
            "name": own_id.rsplit("/", 1)[-1],
            "type": type_,
            **{name: body[name] for name in _TOP if name in body},
            "properties": {**(body.get("properties") or {}), **kept},
        }
        if "location" in body:
            wanted |= {"location": region(body["location"]), "tags": body.get("tags") or {}}
        if "identity" in body:
            identity = present.body.get("identity") if present else None
            wanted["identity"] = self._identity(body["identity"], identity or {})
        resource = present or Resource(own_id, type_, wanted)
        if resource.body != wanted or present is None:
            resource.body = wanted
            self._world.put(resource)
        return Effect(resource, present is None)

    def remove(self, resource: Resource) -> None:
        """The resource goes, with what is below it and the identity that was part of it."""
        for name, body in self._world.everything().items():
            if key(name).startswith(f"{key(resource.id)}/"):
                self._world.remove(name)
                self._forget(body)
        self._world.remove(resource.id)
        self._forget(resource.body)

    def principal(self) -> str:
        """A new service principal in the directory."""
        return self._enter(str(uuid.uuid4()))

    def identity_of(self, name: str) -> tuple[str, str]:
        """Principal and client id of a new user-assigned identity."""
        principal, client = self.reserved.get(name) or (str(uuid.uuid4()), str(uuid.uuid4()))
        return self._enter(principal), client

    def _enter(self, principal: str) -> str:
        self._world.principals[principal] = "ServicePrincipal"
        return principal

    def _identity(self, given: Json, before: Json) -> Json:
        shown: Json = {"type": given["type"]}
        if "SystemAssigned" in given["type"]:
            shown["principalId"] = before.get("principalId") or self.principal()
            shown["tenantId"] = self._world.tenant
        assigned = sorted(given.get("userAssignedIdentities") or {})
        if assigned:
            shown["userAssignedIdentities"] = {each: self._shown(each) for each in assigned}
        return shown

    def _shown(self, identity_id: str) -> Json:
        identity = self._world.get(identity_id)
        assert identity is not None
        return {name: identity.properties[name] for name in ("principalId", "clientId")}

    def _forget(self, body: Json) -> None:
        """Its role assignments stay behind, for a principal that is no more."""
        holders: tuple[Json, ...] = (body.get("properties") or {}, body.get("identity") or {})
        for holder in holders:
            self._world.principals.pop(holder.get("principalId", ""), None)
