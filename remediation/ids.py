"""What is the id of a resource? Parsed once, compared without case. Pure."""

from dataclasses import dataclass, field
from typing import Any, Self

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

# "/subscriptions/{s}/resourceGroups/{g}/providers/{namespace}/{type}/{name}" has eight parts.
_SHORTEST_ID = 8
# They would end the path of a URL, or be decoded on the way: such an id could name another resource than it seems to.
_NOT_IN_NAMES = frozenset("?#%\\")


@dataclass(frozen=True, slots=True, order=True)
class ResourceId:
    """An ARM resource id, parsed once: equal without regard to case, printed as it was written.

    ARM ids differ in case between event, GET and list, so everything but `text` is casefolded at birth.
    """

    key: str
    text: str = field(compare=False)
    subscription: str = field(compare=False)
    group: str = field(compare=False)
    type: str = field(compare=False)
    names: tuple[str, ...] = field(compare=False)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises ValueError when `text` is no id of a resource in a resource group."""
        text = "/" + text.strip().removeprefix("/").removesuffix("/")
        parts = text.casefold().split("/")[1:]
        well_formed = (
            len(parts) >= _SHORTEST_ID
            and len(parts) % 2 == 0
            and (parts[0], parts[2], parts[4]) == ("subscriptions", "resourcegroups", "providers")
            and all(map(_is_name, parts))
        )
        if not well_formed:
            raise ValueError(f"not the id of a resource: {text[:200]!r}")
        type_ = "/".join((parts[5], *parts[6::2]))
        return cls("/" + "/".join(parts), text, parts[1], parts[3], type_, tuple(parts[7::2]))

    @property
    def name(self) -> str:
        """The last name, as written."""
        return self.text.rsplit("/", 1)[1]

    @property
    def parent(self) -> "ResourceId":
        """The resource above a child resource; raises ValueError for a resource without one."""
        return ResourceId.parse(self.text.rsplit("/", 2)[0])

    @property
    def group_text(self) -> str:
        """The name of the resource group, as written."""
        return self.text.split("/")[4]

    def child(self, *segments: str) -> "ResourceId":
        """The id of a child resource."""
        return ResourceId.parse("/".join((self.text, *segments)))

    def __str__(self) -> str:
        return self.text

    @classmethod
    def _read(cls, value: object) -> Self:
        if isinstance(value, cls):
            return value
        if not isinstance(value, str):
            raise ValueError("the id of a resource is a string")  # noqa: TRY004 - pydantic collects ValueError
        return cls.parse(value)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """In JSON and in the policy an id is a string."""
        del source, handler
        return core_schema.no_info_plain_validator_function(
            cls._read,
            serialization=core_schema.to_string_ser_schema(),
            json_schema_input_schema=core_schema.str_schema(),
        )


def _is_name(part: str) -> bool:
    return part not in ("", ".", "..") and part.isprintable() and _NOT_IN_NAMES.isdisjoint(part)
