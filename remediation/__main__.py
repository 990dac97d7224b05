"""`python -m remediation`: Latch at a terminal."""

import sys


def main() -> int:
    """The exit code."""
    try:
        from remediation import cli  # noqa: PLC0415 - it needs the extra, whose absence is told here
    except ModuleNotFoundError as error:
        if error.name not in ("typer", "rich"):
            raise
        sys.stderr.write(
            f"latch: the terminal needs {error.name}, which is in the extra `cli`: "
            "install with `uv sync --extra cli`, or `pip install typer rich`\n"
        )
        return 1
    return cli.main()


if __name__ == "__main__":
    sys.exit(main())
