#!/bin/sh
# Runs checkov over the templates and azure-functions-doctor over what a deployment packs; $1 is their environment.
set -eu
cd "$(dirname "$0")/.."
"$1/bin/checkov" --config-file .checkov.yaml --framework bicep --directory infra
# The doctor reads every Python file below its path, and the lab's apps under tests are broken on purpose.
packed=$(mktemp -d)
trap 'rm -rf "$packed"' EXIT
git ls-files function_app.py host.json requirements.txt policy.yaml .funcignore remediation infra |
  tar -cf - -T - | tar -xf - -C "$packed"
"$1/bin/azure-functions-doctor" doctor --path "$packed" --profile deploy
