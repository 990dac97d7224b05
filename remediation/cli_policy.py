"""`policy lint`, `policy schema` and `policy test`: what does a policy say, before anybody enforces it?"""

import asyncio
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from remediation import desk, policy_file, policy_lint, policy_schema, policy_test
from remediation.adapters.clock import SystemClock
from remediation.observed import Account
from remediation.policy_cases import Cases
from remediation.policy_document import Policy
from remediation.terminal.look import Exit
from remediation.terminal.writing import as_json

app = typer.Typer(help="Look at a policy file, without Azure.", no_args_is_help=True)

PolicyArgument = Annotated[
    Path | None, typer.Argument(help="The policy file; else LATCH_POLICY, else policy.yaml.")
]


def _read(file: Path | None) -> tuple[Path, str, Policy]:
    chosen = file or Path(os.environ.get("LATCH_POLICY") or "policy.yaml")
    text = desk.text_of(chosen)
    return chosen, text, policy_file.load(text, os.fspath(chosen))


@app.command()
def lint(
    file: PolicyArgument = None,
    *,
    strict: Annotated[bool, typer.Option(help="Warnings count as drift: exit code 2.")] = False,
    live: Annotated[
        bool, typer.Option("--live", help="List the accounts in Azure too: what matches none?")
    ] = False,
) -> int:
    """Tell every mistake with its line and column, and what is valid but surely not meant."""
    chosen, text, rules = _read(file)
    accounts = asyncio.run(_visible(chosen)) if live else None
    found = policy_lint.warnings(rules, text, os.fspath(chosen), SystemClock().now(), accounts)
    for warning in found:
        sys.stdout.write(f"{warning.where}: warning: {warning.what}\n")
    sys.stdout.write(f"{chosen}: valid; {len(rules.profiles)} profiles, {len(found)} warnings\n")
    return Exit.DRIFT if found and strict else Exit.CLEAN


async def _visible(file: Path) -> tuple[Account, ...]:
    async with desk.at_desk(desk.prepared(os.environ, file, "")) as operator:
        return await operator.visible()


@app.command()
def schema(
    *,
    cases: Annotated[bool, typer.Option("--cases", help="That of files of tests.")] = False,
) -> int:
    """Write the JSON schema of policy files, for editors."""
    sys.stdout.write(as_json(Cases.model_json_schema() if cases else policy_schema.document()))
    return Exit.CLEAN


@app.command("test")
def try_cases(
    cases: Annotated[Path, typer.Argument(help="The file of cases.")] = Path("policy-test.yaml"),
    policy: Annotated[
        Path | None, typer.Option(help="The policy file; else LATCH_POLICY, else policy.yaml.")
    ] = None,
) -> int:
    """Try the cases of a file against the policy: exit code 2 when one is not as expected."""
    _, _, rules = _read(policy)
    text = desk.text_of(cases)
    outcomes = policy_test.run(rules, text, os.fspath(cases), SystemClock().now())
    failed = [outcome for outcome in outcomes if outcome.differs]
    for outcome in failed:
        lines = "".join(f"    {line}\n" for line in outcome.differs)
        sys.stdout.write(f"{outcome.where}: FAILED {outcome.name}\n{lines}")
    sys.stdout.write(f"{cases}: {len(outcomes) - len(failed)} passed, {len(failed)} failed\n")
    return Exit.DRIFT if failed else Exit.CLEAN
