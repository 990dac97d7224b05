#!/bin/sh
# Prints the path of a Python 3.13+ that really runs, or says what to install.
# A name on PATH is not enough: version managers leave shims that fail when they are called.
works() { [ -n "$1" ] && "$1" -c 'import sys, venv; sys.exit(sys.version_info < (3, 13))' >/dev/null 2>&1; }

for candidate in "${PYTHON_FOR_LATCH:-}" \
  "$(uv python find --no-python-downloads '>=3.13' 2>/dev/null)" \
  python3.13 python3.14 python3 python \
  "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.1[3-9]*/bin/python \
  "$HOME"/.local/share/uv/python/cpython-3.1[3-9]*/bin/python3; do
  if works "$candidate"; then
    command -v "$candidate"
    exit 0
  fi
done
cat >&2 <<'MSG'
Latch needs Python 3.13 or newer, and none was found with uv, on PATH or under pyenv.
Install one, for example with `uv python install 3.13` or `pyenv install 3.13`,
or name one: PYTHON_FOR_LATCH=/path/to/python3.13 make ...
MSG
exit 1
