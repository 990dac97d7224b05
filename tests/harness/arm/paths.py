"""Which resource, or which collection, does a request path name?"""

from dataclasses import dataclass

from tests.harness.arm.errors import not_emulated


@dataclass(frozen=True, slots=True)
class Target:
    """A path of ARM, read without regard to case; the caller's spelling of names is kept."""

    path: str
    subscription: str
    group: str
    type: str
    names: tuple[str, ...]

    @property
    def collection(self) -> bool:
        """Whether the path ends in a type and not in a name."""
        kinds = self.type.count("/")
        return len(self.names) < kinds

    def id(self, type_: str) -> str:
        """The resource id, with the type spelled as `type_` says."""
        scope = f"/subscriptions/{self.subscription}"
        if self.group:
            scope += f"/resourceGroups/{self.group}"
        namespace, *kinds = type_.split("/")
        if namespace == "Microsoft.Resources":
            return scope
        pairs = "/".join(f"{kind}/{name}" for kind, name in zip(kinds, self.names, strict=True))
        return f"{scope}/providers/{namespace}/{pairs}"

    @property
    def parent(self) -> str:
        return self.path.rstrip("/").rsplit("/", 2)[0]

    @property
    def scope(self) -> str:
        """The subscription, or the group inside it, that holds the target."""
        scope = f"/subscriptions/{self.subscription}"
        return f"{scope}/resourceGroups/{self.group}" if self.group else scope


def parse(path: str) -> Target:
    """Raises ArmError for a path that ARM would not know."""
    parts = path.strip("/").split("/")
    if len(parts) < 2 or parts[0].casefold() != "subscriptions":
        raise not_emulated(f"the path {path}", "tests/harness/arm/paths.py")
    subscription, rest = parts[1], parts[2:]
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
    if rest[0].casefold() != "providers" or len(rest) < 3 or "" in rest:
        raise not_emulated(f"the path {path}", "tests/harness/arm/paths.py")
    namespace, segments = rest[1], rest[2:]
    type_ = "/".join((namespace, *segments[0::2]))
    return Target(path, subscription, group, type_, tuple(segments[1::2]))
