"""What goes wrong at a terminal is told in one sentence, with what to do about it."""

import asyncio
import base64
import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import pytest
from azure.core.credentials import AccessToken
from azure.identity import CredentialUnavailableError

from remediation import cli
from remediation.adapters.sign_in import signed_in
from remediation.errors import (
    Fault,
    Forbidden,
    Misconfigured,
    RemediationError,
    SettingsError,
    Throttled,
)
from remediation.terminal.desk_console import sentence
from tests.unit.policy_texts import MINIMAL

ROOT = Path(__file__).parents[2]
POLICY = ROOT / "policy.yaml"


class Credential:
    """Gives this token, or raises this."""

    def __init__(self, gives: str | Exception) -> None:
        self._gives = gives

    async def get_token(self, *_scopes: str, **_: object) -> AccessToken:
        if isinstance(self._gives, Exception):
            raise self._gives
        return AccessToken(self._gives, 0)

    async def close(self) -> None:
        pass

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        pass


def token(claims: object) -> str:
    body = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return f"head.{body}.signature"


@dataclass(frozen=True, slots=True)
class Ended:
    code: int
    out: str
    errors: str


type Run = Callable[..., Ended]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """A command in this process."""

    def command(*arguments: str) -> Ended:
        code = cli.main(arguments)
        return Ended(code, *capsys.readouterr())

    return command


async def program(*arguments: str, **environment: str) -> Ended:
    """A command as a program of its own."""
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "remediation", *arguments),
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **environment},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, errors = await child.communicate()
    return Ended(child.returncode or 0, out.decode(), errors.decode())


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (Forbidden("no one is signed in", code="NotSignedIn"), "az login"),
        (Forbidden("no right to read"), "`Latch audit`"),
        (Throttled("too many\nrequests"), "too many requests. Azure cannot be reached"),
        (Misconfigured("no such network"), "no such network"),
    ],
)
def test_an_error_is_one_line_with_what_to_do(error: RemediationError, says: str) -> None:
    assert says in sentence(error)
    assert "\n" not in sentence(error)


def test_every_fault_of_a_file_has_its_own_line() -> None:
    faults = (Fault("p.yaml:1:1", "one"), Fault("p.yaml:2:1", "two"))

    assert sentence(SettingsError(faults)).splitlines() == ["p.yaml:1:1: one", "p.yaml:2:1: two"]


@pytest.mark.parametrize(
    ("claims", "name"),
    [
        ({"upn": "robin@contoso.example", "oid": "o1"}, "robin@contoso.example"),
        ({"preferred_username": "robin", "oid": "o1"}, "robin"),
        ({"appid": "a1", "oid": "o1", "upn": 3}, "a1"),
    ],
)
async def test_whoever_is_signed_in_is_named(claims: dict[str, object], name: str) -> None:
    who = await signed_in(Credential(token(claims)), "scope")

    assert who == {"x-ms-client-principal-name": name, "x-ms-client-principal-id": "o1"}


@pytest.mark.parametrize("opaque", ["", "no-jwt", "a.%%%.c", token([1])])
async def test_a_token_without_claims_names_nobody(opaque: str) -> None:
    who = await signed_in(Credential(opaque), "scope")

    assert set(who.values()) == {""}


async def test_the_last_credential_that_was_tried_says_why_nobody_is_signed_in() -> None:
    text = (
        "all failed\n\tEnvironmentCredential: not set\n\tAzureCliCredential: not found on path.\n"
    )
    with pytest.raises(Forbidden, match=r"AzureCliCredential: not found on path$"):
        await signed_in(Credential(CredentialUnavailableError(text)), "scope")


async def test_without_the_extra_a_sentence_says_what_to_install(tmp_path: Path) -> None:
    (tmp_path / "typer.py").write_text("raise ModuleNotFoundError(name='typer')\n", "utf-8")
    ended = await program("scan", PYTHONPATH=os.fspath(tmp_path))

    assert (ended.code, ended.out) == (1, "")
    assert "the extra `cli`" in ended.errors
    assert "Traceback" not in ended.errors


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ("scan --policy nowhere.yaml", "nowhere.yaml: No such file"),
        ("scan --state http://a.example", "--state is no https address"),
    ],
)
async def test_a_wrong_place_is_told_without_a_traceback(arguments: str, says: str) -> None:
    ended = await program(*arguments.split())

    assert (ended.code, ended.out) == (1, "")
    assert says in ended.errors
    assert "Traceback" not in ended.errors


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ("", "--help says more"),
        ("scan --bogus", "No such option: --bogus"),
        ("scan --format xml", "'xml' is not one of"),
        ("explain", "Missing argument 'ACCOUNT'"),
        ("frobnicate", "No such command"),
        ("policy lint nowhere.yaml", "nowhere.yaml: No such file"),
        ("apply", "without a terminal, say --yes"),
        ("history aoai-1", "say where, with --state"),
        ("history aoai-1 --state https://a.example --format sarif", "not as sarif"),
        ("replay nowhere.json", "nowhere.json: No such file"),
    ],
)
def test_a_mistake_is_an_error_and_never_drift(run: Run, arguments: str, says: str) -> None:
    ended = run(*arguments.split())

    assert ended.code == 1
    assert says in ended.errors


def test_lint_tells_every_mistake_with_its_place(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "policy.yaml"
    file.write_text("version: 1\nscoop: {}\nprofiles: []\n", "utf-8")
    ended = run("policy", "lint", os.fspath(file))

    assert ended.code == 1
    assert f"\n{file}:2:1: unknown key 'scoop'; did you mean 'scope'?\n" in ended.errors
    assert ended.errors.startswith(f"{file}:1:1: ")


@pytest.mark.parametrize("arguments", ["policy lint {}", "policy test {}", "scan --policy {}"])
def test_a_file_that_is_no_text_is_told(run: Run, tmp_path: Path, arguments: str) -> None:
    file = tmp_path / "policy.yaml"
    file.write_bytes(b"\xff\xfe\x00")
    ended = run(*arguments.format(file).split())

    assert (ended.code, ended.out) == (1, "")
    assert f"{file}: not UTF-8 text: invalid start byte at byte 0" in ended.errors


def test_lint_of_the_shipped_policy_is_clean(run: Run) -> None:
    ended = run("policy", "lint", "--strict", os.fspath(POLICY))

    assert (ended.code, ended.errors) == (0, "")
    assert "valid" in ended.out


def test_warnings_count_where_lint_is_strict(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "policy.yaml"
    file.write_text(f"{MINIMAL}    limits: {{grace: 2d}}\n", "utf-8")

    assert run("policy", "lint", os.fspath(file)).code == 0
    ended = run("policy", "lint", "--strict", os.fspath(file))
    assert ended.code == 2
    assert f"{file}:7:21: warning: " in ended.out


def test_a_policy_test_that_fails_is_drift(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "cases.yaml"
    case = "account: {name: a}, expect: {findings: [record]}"
    file.write_text(f"version: 1\ncases:\n  - {{name: wrong, {case}}}\n", "utf-8")
    ended = run("policy", "test", os.fspath(file), "--policy", os.fspath(POLICY))

    assert ended.code == 2
    assert f"{file}:3:5: FAILED wrong\n    findings:\n    - record\n" in ended.out


def test_the_schema_is_the_one_that_editors_read(run: Run) -> None:
    published = (ROOT / "docs/policy.schema.json").read_text("utf-8")

    assert run("policy", "schema").out == published


@pytest.mark.parametrize("arguments", ["policy schema", "policy schema --cases"])
def test_schemas_are_json(run: Run, arguments: str) -> None:
    assert json.loads(run(*arguments.split()).out)["properties"]["version"]
