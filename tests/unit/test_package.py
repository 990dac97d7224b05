"""What is deployed is the code, the policy and bytecode for both, and nothing else."""

import marshal
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from types import CodeType

import pytest

from scripts import package

TAG = sys.implementation.cache_tag
HEADER = 16


@pytest.fixture(scope="module")
def dependencies(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dependencies")
    for name in ("library", "library/tests"):
        (folder / name).mkdir()
        (folder / name / "__init__.py").write_text("ANSWER = 42\n", "utf-8")
    return folder


@pytest.fixture(scope="module")
def built(dependencies: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("built") / "latch.zip"
    package.main(["--out", str(out), "--dependencies", str(dependencies)])
    return out


@pytest.fixture
def archive(built: Path) -> Iterator[zipfile.ZipFile]:
    with zipfile.ZipFile(built) as opened:
        yield opened


def test_the_package_holds_code_policy_and_dependencies(archive: zipfile.ZipFile) -> None:
    entries = set(archive.namelist())
    sources = {
        path.relative_to(package.ROOT).as_posix()
        for path in (package.ROOT / "remediation").rglob("*.py")
    }

    assert sources <= entries
    assert {"function_app.py", "host.json", "policy.yaml", "requirements.txt"} <= entries
    assert ".python_packages/lib/site-packages/library/__init__.py" in entries


def test_nothing_else_is_in_it(archive: zipfile.ZipFile) -> None:
    tops = {name.split("/")[0] for name in archive.namelist()}

    assert tops == {*package.SHIPPED, ".python_packages", "__pycache__"}
    assert [name for name in archive.namelist() if "tests/" in name] == []


def test_every_module_has_bytecode_that_is_believed_without_its_source(
    archive: zipfile.ZipFile,
) -> None:
    entries = set(archive.namelist())
    modules = [name for name in entries if name.endswith(".py")]
    compiled = [_bytecode(name) for name in modules]

    assert set(compiled) <= entries
    # PEP 552: the lowest bit says that a hash is there, the next one that it is checked.
    flags = {int.from_bytes(archive.read(name)[4:8], "little") for name in compiled}
    assert flags == {0b01}


def test_tracebacks_name_the_place_on_azure(archive: zipfile.ZipFile) -> None:
    code = marshal.loads(archive.read(_bytecode("function_app.py"))[HEADER:])  # noqa: S302 - made a moment ago

    assert isinstance(code, CodeType)
    assert code.co_filename == "/home/site/wwwroot/function_app.py"


def test_the_same_input_gives_the_same_bytes(
    built: Path, dependencies: Path, tmp_path: Path
) -> None:
    again = tmp_path / "again.zip"
    package.main(["--out", str(again), "--dependencies", str(dependencies)])

    assert again.read_bytes() == built.read_bytes()


def _bytecode(module: str) -> str:
    path = Path(module)
    return (path.parent / "__pycache__" / f"{path.stem}.{TAG}.pyc").as_posix()
