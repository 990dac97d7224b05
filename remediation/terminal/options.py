"""Which options do the commands share? Names, help and defaults, for typer."""

from pathlib import Path
from typing import Annotated

import typer

from remediation.terminal.writing import Format

PolicyFile = Annotated[
    Path | None,
    typer.Option("--policy", help="The policy file; else LATCH_POLICY, else policy.yaml."),
]
OutputFormat = Annotated[Format, typer.Option("--format", "-f", help="How the answer is written.")]
Output = Annotated[
    Path | None, typer.Option("--output", "-o", help="The file to write; else the terminal.")
]
Subscriptions = Annotated[
    list[str] | None,
    typer.Option("--subscription", help="Only these subscriptions of the policy's scope."),
]
State = Annotated[
    str,
    typer.Option(
        help="https address of the tables of a deployment: its memory is read, and written by apply."
    ),
]
Full = Annotated[
    bool,
    typer.Option(
        "--full",
        help="Read every account; else Resource Graph says which differ, and only these are read.",
    ),
]
NoColor = Annotated[bool, typer.Option("--no-color", help="No colors; NO_COLOR does the same.")]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="The log, on standard error.")]
AccountName = Annotated[str, typer.Argument(metavar="ACCOUNT", help="Id or name of an account.")]
