#!/bin/sh
# Succeeds when a Chromium that really runs is on PATH; installs it where apt-get may, or says what to install.
# A name on PATH is not enough: Ubuntu's chromium-browser may be a script that only points to a snap.
found() {
  for program in chromium chromium-browser google-chrome; do
    "$program" --version >/dev/null 2>&1 && return 0
  done
  return 1
}

# As root, or as somebody whom sudo asks for no password.
apt() {
  if [ "$(id -u)" -eq 0 ]; then
    DEBIAN_FRONTEND=noninteractive apt-get "$@"
  else
    sudo -n env DEBIAN_FRONTEND=noninteractive apt-get "$@"
  fi
}

found && exit 0
if command -v apt-get >/dev/null 2>&1; then
  echo "Installing Chromium, for the tests of the posture page" >&2
  apt update -qq >&2 && apt install -y -qq --no-install-recommends chromium >&2
  found && exit 0
fi
cat >&2 <<'MSG'
The posture page is tested in Chromium, and neither chromium, chromium-browser nor google-chrome runs here.
Install one from your system's packages, on Debian with `apt-get install chromium`, then run the same command again.
MSG
exit 1
