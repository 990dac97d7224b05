"""What is deployed? One zip: code, policy, dependencies, and their bytecode, so that a cold start compiles nothing.

Run `python -m scripts.package` from the root, with the Python that Azure runs. The same input gives the same bytes.
"""

import argparse
import compileall
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from py_compile import PycInvalidationMode

ROOT = Path(__file__).parent.parent
SHIPPED = ("function_app.py", "host.json", "policy.yaml", "requirements.txt", "remediation")

# Where the Functions host looks for modules (azure-functions-core-tools, `func pack`).
DEPENDENCIES = Path(".python_packages", "lib", "site-packages")

# Of these folders nothing is imported on Azure: tests of packages, and programs that pip wrote for this machine.
_LEFT_OUT = shutil.ignore_patterns("__pycache__", "*.pyc", "tests", "bin")
_MOMENT = (1980, 1, 1, 0, 0, 0)
_MODE = 0o644 << 16


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "dist" / "latch.zip")
    parser.add_argument(
        "--dependencies",
        type=Path,
        help="a folder of installed packages; default: pip installs them",
    )
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        stage = Path(folder)
        copy_sources(stage)
        if chosen.dependencies:
            shutil.copytree(chosen.dependencies, stage / DEPENDENCIES, ignore=_LEFT_OUT)
        else:
            install(stage / DEPENDENCIES)
        compile_all(stage)
        write_zip(stage, chosen.out)
    digest = hashlib.sha256(chosen.out.read_bytes()).hexdigest()
    sys.stdout.write(f"{digest}  {chosen.out}\n")


def copy_sources(stage: Path) -> None:
    for name in SHIPPED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, stage / name, ignore=_LEFT_OUT)
        else:
            shutil.copy(source, stage / name)


def install(folder: Path) -> None:
    """Wheels for Azure's Linux only, exactly as locked: nothing is built here, and nothing runs while installing."""
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    wheels = ["--only-binary", ":all:", "--implementation", "cp", "--python-version", version]
    platforms = ["--platform", "manylinux_2_28_x86_64", "--platform", "manylinux2014_x86_64"]
    options = [
        *wheels,
        *platforms,
        "--no-deps",
        "--no-compile",
        "--quiet",
        "--target",
        os.fspath(folder),
    ]
    requirements = ["-r", os.fspath(ROOT / "requirements.txt")]
    subprocess.run([sys.executable, "-m", "pip", "install", *options, *requirements], check=True)  # noqa: S603 - our own arguments
    shutil.rmtree(folder / "bin", ignore_errors=True)


def compile_all(stage: Path) -> None:
    """Bytecode that is believed without a look at the source: times of files do not survive the zip."""
    done = compileall.compile_dir(
        stage,
        quiet=1,
        stripdir=os.fspath(stage),
        prependdir="/home/site/wwwroot",
        invalidation_mode=PycInvalidationMode.UNCHECKED_HASH,
    )
    if not done:
        raise SystemExit("a file does not compile")


def write_zip(stage: Path, out: Path) -> None:
    out.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for path in sorted(path for path in stage.rglob("*") if path.is_file()):
            entry = zipfile.ZipInfo(path.relative_to(stage).as_posix(), _MOMENT)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = _MODE
            archive.writestr(entry, path.read_bytes())


if __name__ == "__main__":
    main()
