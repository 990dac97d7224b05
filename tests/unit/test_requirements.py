"""What Azure installs is what was locked."""

import subprocess
import sys
import tomllib
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
EXPORT = (
    "export",
    "--quiet",
    "--frozen",
    "--offline",
    "--no-dev",
    "--no-emit-project",
    "--no-hashes",
    "--no-annotate",
)


def test_requirements_are_what_the_lock_says() -> None:
    uv = Path(sys.executable).with_name("uv")
    exported = subprocess.run(  # noqa: S603 - our own tool, our own arguments
        [uv, *EXPORT, "--no-header"], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )

    assert exported.stdout == (REPOSITORY / "requirements.txt").read_text("utf-8")


def test_every_dependency_is_pinned_exactly() -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))
    groups = project["dependency-groups"].values()
    named = [
        *project["project"]["dependencies"],
        *(d for g in groups for d in g if isinstance(d, str)),
    ]

    assert [each for each in named if "==" not in each] == []
