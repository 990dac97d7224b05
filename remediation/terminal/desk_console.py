"""Where does an answer go? Answers to standard output or a file; progress, questions and mistakes to standard error."""

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console, RenderableType
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from remediation.errors import Forbidden, RemediationError, Retryable, SettingsError
from remediation.terminal.look import Survey
from remediation.terminal.parts import Done
from remediation.terminal.writing import WRITERS, Format

# A pipe has no width of its own, and folding a table to 80 columns helps nobody there.
_WIDE = 200


class Outlet:
    """One command's output."""

    def __init__(
        self, format_: Format, file: Path | None, *, no_color: bool, verbose: bool
    ) -> None:
        """`verbose` shows the log, which otherwise nobody sees: what matters of it is in the answer."""
        self.format = format_
        self._file = file
        self._no_color = no_color
        self.errors = _console(stderr=True, no_color=no_color)
        level = logging.INFO if verbose else logging.CRITICAL
        logging.basicConfig(level=level, stream=sys.stderr, format="%(levelname)s %(message)s")
        # Lines for every request and answer would hide those of the passes.
        for chatty in ("azure.core", "azure.identity"):
            logging.getLogger(chatty).setLevel(max(level, logging.WARNING))

    def survey(self, survey: Survey, table: RenderableType) -> None:
        """Writes the looks of a run."""
        if self.format is Format.TABLE:
            self.table(table)
        else:
            self.text(WRITERS[self.format](survey))

    def table(self, table: RenderableType) -> None:
        """Writes something made for people."""
        if self._file is None:
            _console(stderr=False, no_color=self._no_color).print(table)
            return
        with self._file.open("w", encoding="utf-8") as stream:
            Console(file=stream, width=_WIDE, highlight=False).print(table)

    def text(self, text: str) -> None:
        """Writes something made for programs."""
        if self._file is None:
            sys.stdout.write(text)
        else:
            self._file.write_text(text, encoding="utf-8")

    @contextmanager
    def progress(self, title: str, total: int | None) -> Iterator[Done]:
        """A bar while accounts are looked at; nothing where nobody watches. `total` is None where nobody knows it."""
        columns = (TextColumn(title), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        watched = self.errors.is_terminal
        with Progress(
            *columns, console=self.errors, transient=True, disable=not watched
        ) as progress:
            task = progress.add_task(title, total=total)
            yield lambda: progress.advance(task)


def _console(*, stderr: bool, no_color: bool) -> Console:
    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() else _WIDE
    return Console(stderr=stderr, no_color=no_color or None, width=width, highlight=False)


def complain(text: str) -> None:
    """One mistake on standard error."""
    sys.stderr.write(f"latch: {text}\n")


def complain_of(error: RemediationError) -> None:
    """The faults of a file stand alone, so that an editor finds the place in each line."""
    if isinstance(error, SettingsError):
        sys.stderr.write(f"{error}\n")
    else:
        complain(sentence(error))


def sentence(error: RemediationError) -> str:
    """What went wrong, and what to do about it: one line, except that every fault of a file has its own."""
    if isinstance(error, SettingsError):
        return str(error)
    return f"{' '.join(str(error).split())}{_advice(error)}"


def _advice(error: RemediationError) -> str:
    if isinstance(error, Forbidden):
        if error.code == "NotSignedIn":
            return ". Run `az login`, or set what azure-identity reads from the environment"
        return ". Ask for the role `Latch audit` there, to look, or those of a deployment, to apply"
    if isinstance(error, Retryable):
        return ". Azure cannot be reached, or is busy: see your network and LATCH_ARM_ENDPOINT, or try again"
    return ""
