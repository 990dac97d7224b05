"""Where is something deployed, and which id does it get there?"""

from dataclasses import dataclass
from typing import Self

MANAGEMENT_GROUPS = "/providers/Microsoft.Management/managementGroups/"
GROUP = "Microsoft.Resources/resourceGroups"

# Everything else lives in a resource group. Source: the templates' reference of each type names its scopes.
_ABOVE_GROUPS = frozenset(
    {
        GROUP,
        "Microsoft.Authorization/locks",
        "Microsoft.Authorization/policyAssignments",
        "Microsoft.Authorization/roleAssignments",
        "Microsoft.Authorization/roleDefinitions",
        "Microsoft.EventGrid/eventSubscriptions",
        "Microsoft.Insights/diagnosticSettings",
    }
)


@dataclass(frozen=True, slots=True)
class Scope:
    """A resource group, a subscription, or a management group, by its id."""

    id: str

    @classmethod
    def of_subscription(cls, subscription: str) -> Self:
        return cls(f"/subscriptions/{subscription}")

    @classmethod
    def of_group(cls, subscription: str, group: str) -> Self:
        return cls(f"/subscriptions/{subscription}/resourceGroups/{group}")

    @classmethod
    def of_management_group(cls, name: str) -> Self:
        return cls(f"{MANAGEMENT_GROUPS}{name}")

    @property
    def kind(self) -> str:
        """In the words of `targetScope`."""
        if self.id.startswith(MANAGEMENT_GROUPS):
            return "managementGroup"
        return "resourceGroup" if self.group else "subscription"

    @property
    def subscription(self) -> str:
        parts = self.id.split("/")
        return parts[2] if parts[1] == "subscriptions" else ""

    @property
    def group(self) -> str:
        parts = self.id.split("/")
        return parts[4] if len(parts) > 4 and parts[1] == "subscriptions" else ""

    def holds(self, type_: str) -> bool:
        """Whether a resource of this type can stand directly in such a scope."""
        if type_ == GROUP:
            return self.kind == "subscription"
        return self.kind == "resourceGroup" or type_ in _ABOVE_GROUPS


def resource_id(holder: str, type_: str, names: list[str]) -> str:
    """The id of a resource in a scope, or of an extension of another resource."""
    if type_ == GROUP:
        return f"{holder}/resourceGroups/{names[0]}"
    namespace, *kinds = type_.split("/")
    pairs = "/".join(f"{kind}/{name}" for kind, name in zip(kinds, names, strict=True))
    return f"{holder}/providers/{namespace}/{pairs}"
