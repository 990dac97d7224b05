"""What does somebody want to see of the posture? A query string, read strictly. Pure.

What is not known is refused, so that a mistyped filter is never taken for an empty fleet.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from urllib.parse import urlencode

from remediation.ids import ResourceId

LONGEST_TEXT = 200
LAST_PAGE = 100_000
# How the host takes a key from a browser, which cannot send a header of its own.
KEY = "code"
_KEYS = frozenset({KEY, "clientid"})


class Format(StrEnum):
    """How the answer is written."""

    HTML = "html"
    JSON = "json"
    CSV = "csv"


class Only(StrEnum):
    """Which accounts are listed."""

    ALL = "all"
    OPEN = "open"
    EXPOSED = "exposed"
    HELD = "held"
    WAITING = "waiting"
    STALLED = "stalled"
    FLAPPING = "flapping"
    CLEAN = "clean"


@dataclass(frozen=True, slots=True)
class Ask:
    """One look at the fleet. `key` came with the query, and must go with every link."""

    only: Only = Only.ALL
    text: str = ""
    page: int = 1
    format: Format = Format.HTML
    key: str = ""

    def on_page(self, page: int) -> str:
        """The query of another page of the same."""
        return replace(self, page=page).query

    def showing(self, only: Only) -> str:
        """The query of the first page of other accounts."""
        return Ask(only, key=self.key).query

    def written(self, format_: Format) -> str:
        """The query of an export of the same."""
        return f"{self.query}&format={format_}"

    def about(self, account: ResourceId) -> str:
        """The query of one account."""
        return "?" + urlencode({"id": account.text, **self._keyed()})

    @property
    def query(self) -> str:
        told = {"show": self.only.value, "q": self.text, "page": str(self.page)}
        return "?" + urlencode(
            {name: value for name, value in told.items() if value} | self._keyed()
        )

    def _keyed(self) -> dict[str, str]:
        return {KEY: self.key} if self.key else {}


@dataclass(frozen=True, slots=True)
class AskOne:
    """A look at one account."""

    account: ResourceId
    format: Format = Format.HTML
    key: str = ""

    def written(self, format_: Format) -> str:
        """The query of an export of the same."""
        return f"{Ask(key=self.key).about(self.account)}&format={format_}"


def read(query: Mapping[str, str], accept: str) -> Ask:
    """`GET /api/posture`; raises ValueError with a sentence for people."""
    _only_known(query, {"show", "q", "page", "format"})
    text = query.get("q", "")
    if len(text) > LONGEST_TEXT:
        raise ValueError(f"q has more than {LONGEST_TEXT} characters")
    return Ask(
        _one_of(Only, query, "show", Only.ALL),
        text.strip(),
        _page(query.get("page", "1")),
        _format(query, accept, tuple(Format)),
        query.get(KEY, ""),
    )


def read_one(query: Mapping[str, str], accept: str) -> AskOne:
    """`GET /api/posture/account`; raises ValueError likewise."""
    _only_known(query, {"id", "format"})
    if "id" not in query:
        raise ValueError("id is missing: the resource id of an account")
    form = _format(query, accept, (Format.HTML, Format.JSON))
    return AskOne(ResourceId.parse(query["id"]), form, query.get(KEY, ""))


def _only_known(query: Mapping[str, str], known: set[str]) -> None:
    unknown = sorted(name for name in query if name not in known and name.casefold() not in _KEYS)
    if unknown:
        raise ValueError(
            f"not known: {', '.join(unknown)[:100]}; known: {', '.join(sorted(known))}"
        )


def _one_of[E: StrEnum](kind: type[E], query: Mapping[str, str], name: str, default: E) -> E:
    text = query.get(name, default.value)
    if text not in set(kind):
        raise ValueError(f"{name} is one of {', '.join(kind)}, and not {text[:100]!r}")
    return kind(text)


def _page(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:10]) <= LAST_PAGE):
        raise ValueError(f"page is a number from 1 to {LAST_PAGE}, and not {text[:100]!r}")
    return int(text)


def _format(query: Mapping[str, str], accept: str, known: tuple[Format, ...]) -> Format:
    """What the query says, else the first that the client accepts, in its own order."""
    if "format" in query:
        found = _one_of(Format, query, "format", Format.HTML)
        if found not in known:
            raise ValueError(f"format is one of {', '.join(known)}, and not {found}")
        return found
    types = {"text/html": Format.HTML, "application/json": Format.JSON, "text/csv": Format.CSV}
    wanted = (part.partition(";")[0].strip() for part in accept.casefold().split(","))
    return next((types[each] for each in wanted if types.get(each) in known), Format.HTML)
