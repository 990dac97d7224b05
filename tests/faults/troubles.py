"""What may fail, and how? The rows and columns of the fault matrix, and what each cell asks of the lab."""

from dataclasses import dataclass
from enum import StrEnum

from tests.faults.lab import FaultLab
from tests.harness.lab import LATCH
from tests.harness.weather import Rule
from tests.scenarios.story import Story


class Target(StrEnum):
    """What fails."""

    GET = "GET"
    PATCH = "PATCH"
    PUT = "PUT"
    LIST = "list"
    TOKEN = "token"
    TABLE = "table"
    QUEUE = "queue"
    ALERT = "alert topic"


class Span(StrEnum):
    """For how long: the first two calls, or for longer than Latch has patience."""

    BRIEF = "brief"
    LASTING = "lasting"


BRIEFLY = 2

# What becomes of a call, in the words of a weather rule. Times are of the lab's clock.
CALLS: dict[str, dict[str, object]] = {
    # Latch's clients wait 30 s for an answer, and try a GET once more. A connection that breaks is tried again by
    # aiohttp too, so this is the longest that one call may take: 80 s.
    "timeout": {"delay": 20.0, "reset": True},
    "reset": {"reset": True},
    "400": {"status": 400, "code": "BadRequest"},
    "401": {"status": 401},
    "403": {"status": 403},
    "404": {"status": 404},
    "409": {"status": 409},
    "412": {"status": 412},
    "429 for 5 s": {"status": 429, "retry_after": 5},
    "429 for 60 s": {"status": 429, "retry_after": 60},
    "429 for 600 s": {"status": 429, "retry_after": 600},
    "500": {"status": 500},
    "503": {"status": 503},
    "malformed body": {"malformed": True},
}
FAILS, NEVER_ENDS = "operation fails", "operation never ends"
TROUBLES = (*CALLS, FAILS, NEVER_ENDS)
# These concern every account at once, so their cells have the lab for themselves.
GLOBAL = (Target.TOKEN, Target.ALERT)


@dataclass(frozen=True, slots=True)
class Cell:
    """One square of the matrix."""

    target: Target
    trouble: str
    span: Span

    @property
    def name(self) -> str:
        """Of the account that it happens to."""
        words = f"{self.target}-{self.trouble}-{self.span}".casefold()
        return f"aoai-fault-{words.replace(' ', '-')}"


def cells() -> tuple[Cell, ...]:
    """Every cell that means something: only a write begins an operation, and one that never ends is not brief."""
    return tuple(
        Cell(target, trouble, span)
        for target in Target
        for trouble in TROUBLES
        for span in Span
        if means_something(target, trouble, span)
    )


def means_something(target: Target, trouble: str, span: Span) -> bool:
    if trouble in CALLS:
        return True
    begins = target in {Target.PATCH, Target.PUT}
    return begins and (trouble == FAILS or span is Span.LASTING)


def strike(lab: FaultLab, story: Story, cell: Cell) -> None:
    """Brings the trouble about."""
    own = story.id if cell.target is Target.PATCH else story.endpoint_id
    if cell.trouble == NEVER_ENDS:
        lab.moods.never_ends(own)
    elif cell.trouble == FAILS:
        lab.moods.fails(own, BRIEFLY if cell.span is Span.BRIEF else 1_000_000)
    else:
        lab.weather.rules.append(_rule(story, cell))


def _rule(story: Story, cell: Cell) -> Rule:
    places: dict[Target, dict[str, object]] = {
        Target.GET: {"method": "GET", "id": story.id},
        Target.PATCH: {"method": "PATCH", "id": story.id},
        Target.PUT: {"method": "PUT", "id": story.endpoint_id},
        Target.LIST: {"method": "GET", "id": f"{story.endpoint_id}/privateDnsZoneGroups"},
        Target.TOKEN: {"door": "identity"},
        Target.TABLE: {"door": "table", "type": story.name},
        Target.QUEUE: {"door": "queue", "type": story.name},
        Target.ALERT: {"door": "topic"},
    }
    whose = {} if cell.target is Target.ALERT else {"principal": LATCH.name}
    count = BRIEFLY if cell.span is Span.BRIEF else None
    # Not from JSON: the rules of the control API know the doors of every lab, and storage has one in this lab alone.
    members: dict[str, object] = {**places[cell.target], **whose, **CALLS[cell.trouble]}
    rule = Rule(count=count)
    for name, value in members.items():
        setattr(rule, name, value)
    return rule
