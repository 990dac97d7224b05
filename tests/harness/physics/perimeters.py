"""Which network security perimeter governs an account, and what does it let in?"""

from collections.abc import Iterator

from tests.harness.ids import ArmId, same
from tests.harness.physics import errors
from tests.harness.physics.marks import guid, region
from tests.harness.physics.types import (
    ACCOUNT,
    PERIMETER,
    PERIMETER_ASSOCIATION,
    PERIMETER_PROFILE,
    PERIMETER_RULE,
)
from tests.harness.world import Json, Resource, World

CONFIGURATION = f"{ACCOUNT}/networkSecurityPerimeterConfigurations"


class Perimeters:
    """Perimeters, their profiles and rules, and what is associated. That writes are immediate is not verified."""

    def __init__(self, world: World) -> None:
        self._world = world

    def put(self, own_id: str, location: str, tags: Json | None) -> Resource:
        present = self._world.get(own_id)
        own_guid = present.properties["perimeterGuid"] if present else guid()
        body = {
            "location": region(location),
            "tags": tags or {},
            "properties": {"provisioningState": "Succeeded", "perimeterGuid": own_guid},
        }
        return self._write(own_id, PERIMETER, body)

    def put_profile(self, own_id: str) -> Resource:
        versions = {"accessRulesVersion": "0", "diagnosticSettingsVersion": "0"}
        present = self._world.get(own_id)
        return present or self._write(own_id, PERIMETER_PROFILE, {"properties": versions})

    def put_rule(self, own_id: str, properties: Json) -> Resource:
        self._count_change(ArmId.parse(own_id).parent)
        body = {"properties": properties | {"provisioningState": "Succeeded"}}
        return self._write(own_id, PERIMETER_RULE, body)

    def associate(self, own_id: str, properties: Json) -> Resource:
        """Learning is the mode of those who name none: network-security-perimeter-transition.md."""
        account_id: str = properties["privateLinkResource"]["id"]
        profile_id: str = properties["profile"]["id"]
        for wanted, type_ in ((account_id, ACCOUNT), (profile_id, PERIMETER_PROFILE)):
            found = self._world.get(wanted)
            if found is None or found.type != type_:
                raise errors.missing_reference(wanted, own_id)
        if not same(ArmId.parse(profile_id).parent, ArmId.parse(own_id).parent):
            raise errors.invalid_property("profile", "it belongs to another perimeter.")
        for other in self._of(account_id):
            if not same(other.id, own_id):
                # Source: network-security-perimeter-concepts.md: one perimeter for each; the code is not verified.
                raise errors.invalid_property("privateLinkResource", f"is already in {other.id}.")
        body = {
            "properties": {"accessMode": "Learning"}
            | properties
            | {"provisioningState": "Succeeded", "hasProvisioningIssues": "no"}
        }
        return self._write(own_id, PERIMETER_ASSOCIATION, body)

    def delete(self, resource: Resource, *, force: bool = False) -> None:
        """Source: networkSecurityPerimeter.json: `forceDeletion` takes the associations along."""
        associated = list(self._world.children(resource.id, PERIMETER_ASSOCIATION))
        if associated and not force:
            raise errors.nested_resources(a.id.rpartition("/providers/")[2] for a in associated)
        if resource.type == PERIMETER_RULE:
            self._count_change(ArmId.parse(resource.id).parent)
        for type_ in (PERIMETER_ASSOCIATION, PERIMETER_RULE, PERIMETER_PROFILE):
            for child in self._world.children(resource.id, type_):
                self._world.remove(child.id)
        self._world.remove(resource.id)

    # --- the account's side

    def configurations(self, account: Resource) -> list[Resource]:
        """What the account's own provider tells of its perimeter."""
        return [self._configuration(account, each) for each in self._of(account.id)]

    def _of(self, account_id: str) -> Iterator[Resource]:
        for association in self._world.of_type(PERIMETER_ASSOCIATION):
            if same(association.properties["privateLinkResource"]["id"], account_id):
                yield association

    def _configuration(self, account: Resource, association: Resource) -> Resource:
        """Source: ListNetworkSecurityPerimeterConfigurations.json of cognitiveservices 2025-06-01."""
        perimeter = self._there(ArmId.parse(association.id).parent)
        profile = self._there(association.properties["profile"]["id"])
        # Source: the SDKs of other providers: the name is `{perimeterGuid}.{associationName}`.
        name = f"{perimeter.properties['perimeterGuid']}.{association.name}"
        rules = self._world.children(profile.id, PERIMETER_RULE)
        body: Json = {
            "id": f"{account.id}/networkSecurityPerimeterConfigurations/{name}",
            "name": name,
            "type": CONFIGURATION,
            "properties": {
                "provisioningState": "Succeeded",
                "provisioningIssues": [],
                "networkSecurityPerimeter": {
                    "id": perimeter.id,
                    "perimeterGuid": perimeter.properties["perimeterGuid"],
                    "location": perimeter.body["location"],
                },
                "resourceAssociation": {
                    "name": association.name,
                    "accessMode": association.properties["accessMode"],
                },
                "profile": {
                    "name": profile.name,
                    "accessRulesVersion": int(profile.properties["accessRulesVersion"]),
                    "accessRules": [_rule(rule) for rule in rules],
                },
            },
        }
        return Resource(body["id"], CONFIGURATION, body)

    # --- how

    def _there(self, resource_id: str) -> Resource:
        found = self._world.get(resource_id)
        if found is None:
            raise errors.ImpossibleError(f"an association without {resource_id}")
        return found

    def _count_change(self, profile_id: str) -> None:
        profile = self._there(profile_id)
        version = int(profile.properties["accessRulesVersion"]) + 1
        profile.properties["accessRulesVersion"] = str(version)

    def _write(self, own_id: str, type_: str, body: Json) -> Resource:
        named = {"id": own_id, "name": ArmId.parse(own_id).name, "type": type_}
        resource = Resource(own_id, type_, named | body)
        self._world.put(resource)
        return resource


def _rule(rule: Resource) -> Json:
    hidden = {"provisioningState"}
    shown = {name: value for name, value in rule.properties.items() if name not in hidden}
    return {"name": rule.name, "properties": shown}
