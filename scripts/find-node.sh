#!/bin/sh
# Succeeds when Node.js 20+ and npm are there, or says what to install.
version=$(node --version 2>/dev/null | sed 's/^v//; s/\..*//')
if [ "${version:-0}" -ge 20 ] && npm --version >/dev/null 2>&1; then
  exit 0
fi
cat >&2 <<'MSG'
Latch's lab runs Azurite, which needs Node.js 20 or newer with npm; `node --version` does not say so.
Install it from your system's packages or with a version manager, then run the same command again.
MSG
exit 1
