"""Which resource, or which collection, does a request path name?"""

from dataclasses import dataclass

from tests.harness.arm.errors import not_emulated

# Source: recorded Location headers of resource group deletions: `/subscriptions/{s}/operationresults/{id}`.
RESULTS = "Microsoft.Resources/subscriptions/operationResults"
_MANAGEMENT_GROUPS = ["providers", "microsoft.management", "managementgroups"]
# Source: resourcegraph.json 2021-03-01: a question belongs to no subscription.
QUESTIONS = "Microsoft.ResourceGraph/resources"
_OWN_PATH = frozenset({"microsoft.resources/resourcegroups", "microsoft.resources/subscriptions"})


@dataclass(frozen=True, slots=True)
class Target:
    """A path of ARM, read without regard to case; the caller's spelling of names is kept.

    `extended` is the resource to which an extension (a lock, tags, a role assignment) belongs, when it is one.
    """

    path: str
    subscription: str
    group: str
    type: str
    names: tuple[str, ...]
    extended: str = ""

    @property
    def collection(self) -> bool:
        """Whether the path ends in a type and not in a name."""
        kinds = self.type.count("/")
        return len(self.names) < kinds

    def id(self, type_: str) -> str:
        """The resource id, with the type spelled as `type_` says."""
        if type_.casefold() in _OWN_PATH:
            return self.scope
        namespace, *kinds = type_.split("/")
        pairs = "/".join(f"{kind}/{name}" for kind, name in zip(kinds, self.names, strict=True))
        return f"{self.holder}/providers/{namespace}/{pairs}"

    @property
    def parent(self) -> str:
        return self.path.rstrip("/").rsplit("/", 2)[0]

    @property
    def scope(self) -> str:
        """The subscription, or the group inside it, that holds the target."""
        scope = f"/subscriptions/{self.subscription}"
        return f"{scope}/resourceGroups/{self.group}" if self.group else scope

    @property
    def holder(self) -> str:
        """What the target stands directly under: a scope, or the resource that it extends."""
        return self.extended or self.scope


def parse(path: str) -> Target:
    """Raises ArmError for a path that ARM would not know."""
    parts = path.strip("/").split("/")
    if "/".join(parts).casefold() == f"providers/{QUESTIONS}".casefold():
        return Target(path, "", "", QUESTIONS, ())
    if [part.casefold() for part in parts[:3]] == _MANAGEMENT_GROUPS and len(parts) > 7:
        return _at_management_group(path, parts)
    if len(parts) < 2 or parts[0].casefold() != "subscriptions":
        raise _unknown(path)
    subscription, rest = parts[1], parts[2:]
    if len(rest) == 2 and rest[0].casefold() == "operationresults":
        return Target(path, subscription, "", RESULTS, (subscription, rest[1]))
    group = ""
    if rest and rest[0].casefold() == "resourcegroups":
        if len(rest) == 1:
            return Target(path, subscription, "", "Microsoft.Resources/resourceGroups", ())
        group, rest = rest[1], rest[2:]
    if not rest:
        type_ = "resourceGroups" if group else "subscriptions"
        return Target(
            path, subscription, group, f"Microsoft.Resources/{type_}", (group or subscription,)
        )
    return _in_providers(path, subscription, group, rest)


def _at_management_group(path: str, parts: list[str]) -> Target:
    """What stands at a management group is an extension of it."""
    if parts[4].casefold() != "providers":
        raise _unknown(path)
    tail = parts[5:]
    type_ = "/".join((tail[0], *tail[1::2]))
    return Target(path, "", "", type_, tuple(tail[2::2]), "/" + "/".join(parts[:4]))


def _in_providers(path: str, subscription: str, group: str, rest: list[str]) -> Target:
    """What follows the scope. Where a type could stand, a second `providers` begins an extension."""
    if rest[0].casefold() != "providers" or len(rest) < 3 or "" in rest:
        raise _unknown(path)
    last = max(i for i in range(0, len(rest), 2) if rest[i].casefold() == "providers")
    tail = rest[last + 1 :]
    if len(tail) < 2:
        raise _unknown(path)
    extended = "/" + "/".join(path.strip("/").split("/")[: -len(tail) - 1]) if last else ""
    type_ = "/".join((tail[0], *tail[1::2]))
    return Target(path, subscription, group, type_, tuple(tail[2::2]), extended)


def _unknown(path: str) -> Exception:
    return not_emulated(f"the path {path}", "tests/harness/arm/paths.py")
