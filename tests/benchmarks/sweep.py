"""What does a sweep of a large, clean fleet cost? Time, memory, questions; budget: docs/design.md.

Lab and product run in processes of their own, so that time and memory are the product's alone, and so that what an
operator sets (identity, certificates) is there before anything is imported.
Run: python -m tests.benchmarks.sweep [ACCOUNTS]
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ACCOUNTS = 10_000
MOST_SECONDS, MOST_MIB = 60, 300


def main() -> None:
    """Prints one number a line."""
    accounts = int(sys.argv[1]) if len(sys.argv) > 1 else ACCOUNTS
    for name, number in measured(accounts).items():
        sys.stdout.write(f"{name:>34}: {number:g}\n")


def measured(accounts: int) -> dict[str, float]:
    """The numbers of a clean sweep, all accounts known before."""
    with tempfile.TemporaryDirectory(prefix="latch-bench-") as folder:
        ready = Path(folder) / "lab.json"
        with _lab(ready, accounts):
            lab: dict[str, Any] = json.loads(ready.read_text("utf-8"))
            environ = os.environ | {
                "IDENTITY_ENDPOINT": lab["identity"]["endpoint"],
                "IDENTITY_HEADER": lab["identity"]["header"],
                "SSL_CERT_FILE": lab["arm"]["ca_file"],
            }
            command = [sys.executable, "-m", "tests.benchmarks.swept", os.fspath(ready)]
            told = subprocess.run(  # noqa: S603 - our own interpreter and module
                command, env=environ, check=True, stdout=subprocess.PIPE
            )
    numbers: dict[str, float] = json.loads(told.stdout)
    return numbers | {"budget in seconds": MOST_SECONDS, "budget in MiB": MOST_MIB}


@contextmanager
def _lab(ready: Path, accounts: int) -> Iterator[None]:
    command = [sys.executable, "-m", "tests.benchmarks.large_lab", str(accounts), os.fspath(ready)]
    lab = subprocess.Popen(command, stdout=subprocess.DEVNULL)  # noqa: S603 - the same
    try:
        while not ready.exists():
            if lab.poll() is not None:
                raise SystemExit("the lab did not start")
            time.sleep(0.2)
        yield
    finally:
        lab.terminate()
        lab.wait()


if __name__ == "__main__":
    main()
