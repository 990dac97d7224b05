"""Does the gate find Chromium, install it where it may and once, and say what is missing where it may not?"""

import shutil
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "scripts" / "find-chromium.sh"
APT = 'echo "$@" >> "$LOG"\ncase "$1" in install) cp "$BIN/runs" "$BIN/chromium" ;; esac'


class Machine:
    """A PATH with what one machine has, and a log of what was asked of its packages."""

    def __init__(self, folder: Path) -> None:
        self.bin, self.log = folder / "bin", folder / "log"
        self.bin.mkdir()
        for name in ("cat", "cp", "env"):
            found = shutil.which(name)
            assert found
            (self.bin / name).symlink_to(found)
        self.has("runs", "exit 0")

    def has(self, name: str, does: str) -> None:
        file = self.bin / name
        file.write_text(f"#!/bin/sh\n{does}\n", "utf-8")
        file.chmod(0o755)

    def run(self) -> subprocess.CompletedProcess[str]:
        environ = {"PATH": str(self.bin), "BIN": str(self.bin), "LOG": str(self.log)}
        return subprocess.run(  # noqa: S603 - our own script
            ["/bin/sh", str(SCRIPT)], env=environ, capture_output=True, text=True, check=False
        )

    @property
    def asked(self) -> list[str]:
        return [line.split()[0] for line in self.log.read_text("utf-8").splitlines()]


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_a_chromium_that_is_there_costs_no_word(machine: Machine) -> None:
    machine.has("google-chrome", "exit 0")
    machine.has("apt-get", APT)

    done = machine.run()

    assert (0, "", "") == (done.returncode, done.stdout, done.stderr)
    assert not machine.log.exists()


@pytest.mark.parametrize(
    ("user", "sudo"), [("0", "exit 1"), ("1000", 'shift; exec "$@"')], ids=["root", "sudo"]
)
def test_it_is_installed_once_where_packages_may_be(machine: Machine, user: str, sudo: str) -> None:
    machine.has("id", f"echo {user}")
    machine.has("sudo", sudo)
    machine.has("apt-get", APT)

    assert (0, 0) == (machine.run().returncode, machine.run().returncode)
    assert ["update", "install"] == machine.asked


@pytest.mark.parametrize("apt", ["exit 100", "exit 0"], ids=["refused", "of no use"])
def test_a_name_that_only_points_elsewhere_is_no_chromium(machine: Machine, apt: str) -> None:
    machine.has("chromium-browser", "echo 'install the snap' >&2; exit 1")
    machine.has("id", "echo 0")
    machine.has("apt-get", apt)

    done = machine.run()

    assert 1 == done.returncode
    assert "apt-get install chromium" in done.stderr


def test_where_there_are_no_such_packages_people_are_told(machine: Machine) -> None:
    done = machine.run()

    assert 1 == done.returncode
    assert "Install one from your system's packages" in done.stderr
