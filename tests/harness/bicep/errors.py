"""What is wrong with a template, and where?"""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Place:
    """A point in a template, counted from one."""

    file: Path
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


class BicepError(ValueError):
    """A template that Bicep would refuse, or that this evaluator does not know."""

    def __init__(self, place: Place, message: str) -> None:
        super().__init__(f"{place}: {message}")
        self.place = place
        self.message = message


def unsupported(place: Place, what: str) -> BicepError:
    return BicepError(
        place, f"{what} is not supported; use another construct or extend tests/harness/bicep"
    )
