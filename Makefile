# Each target sets up what it needs; nothing has to be installed first but Python 3.13+ and Node.js 20+.
# Chromium alone is the system's: where apt-get may, it is installed once.
SHELL := /bin/sh
VENV := .venv
CHECKS := .venv-checks
PYTHON := $(VENV)/bin/python
AZURITE := tests/harness/azurite/node_modules/azurite/package.json
AXE := tests/browser/node_modules/axe-core/package.json
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help demo test browser chromium faults chaos matrix screenshots check check-infra scan bench lab format lock clean
.DEFAULT_GOAL := help

help: ## say what the targets do
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(VENV)/.ready $(AZURITE) ## the main job, live, on the embedded lab
	$(PYTHON) -m tests.harness.demo

test: $(VENV)/.ready $(AZURITE) $(AXE) chromium ## every test
	$(PYTHON) -m pytest

browser: $(VENV)/.ready $(AZURITE) $(AXE) chromium ## the posture page in Chromium, with axe
	$(PYTHON) -m pytest tests/browser

faults: $(VENV)/.ready $(AZURITE) ## a death at every call of the worker, and twenty seeds of chaos; takes long
	$(PYTHON) -m tests.faults kills
	$(PYTHON) -m tests.faults chaos --to 20

chaos: $(VENV)/.ready $(AZURITE) ## random people, drifts, weather and deaths; SEED=7 for another run
	$(PYTHON) -m tests.faults chaos --seed $(or $(SEED),1)

matrix: $(VENV)/.ready $(AZURITE) ## every fault at every door, written to docs/faults.md; takes long
	$(PYTHON) -m tests.faults matrix

screenshots: $(VENV)/.ready chromium ## draw docs/images anew
	$(PYTHON) -m scripts.screenshots

check: $(VENV)/.ready ## format, lint, types, architecture, spelling
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports
	$(VENV)/bin/codespell $$(git ls-files "*.py" "*.md" "*.toml" "*.yaml" "*.json" Makefile | grep -v package-lock.json)

check-infra: $(CHECKS)/.ready ## checkov over the templates, azure-functions-doctor over what is packed
	scripts/check-infra.sh $(CHECKS)

scan: $(VENV)/.ready $(AZURITE) ## a first look: a fleet in the lab, some of it broken, and what scan says
	$(PYTHON) -m tests.harness.scan

bench: $(VENV)/.ready $(AZURITE) ## measure, print, and write docs/benchmarks.md; WHAT="fast storm sweep faults" for some of it
	$(PYTHON) -m tests.benchmarks $(WHAT)

lab: $(VENV)/.ready $(AZURITE) ## the lab, until Ctrl-C; READY_FILE=lab.json says where everything is
	$(PYTHON) -m tests.harness serve --ready-file $(or $(READY_FILE),lab.json)

format: $(VENV)/.ready ## put the code into shape
	$(VENV)/bin/ruff check --fix-only --quiet . ; $(VENV)/bin/ruff format .

lock: $(VENV)/.ready ## write uv.lock and requirements.txt anew
	$(VENV)/bin/uv lock
	$(VENV)/bin/uv export --quiet --frozen --no-dev --no-emit-project --no-hashes --no-annotate --no-header -o requirements.txt

clean: ## remove what the targets made
	rm -rf $(VENV) $(CHECKS) tests/harness/azurite/node_modules tests/browser/node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

# Bytecode is compiled at install: without it the worker's imports take four times as long.
$(VENV)/.ready: pyproject.toml uv.lock scripts/find-python.sh
	@python=$$(scripts/find-python.sh) && "$$python" -m venv $(VENV)
	@uv=$$(sed -n 's/.*"uv==\([0-9.]*\)".*/\1/p' pyproject.toml) && \
	  $(PYTHON) -m pip install --quiet --disable-pip-version-check "uv==$$uv"
	UV_PYTHON_DOWNLOADS=never $(VENV)/bin/uv sync --quiet --frozen --all-extras --compile-bytecode
	@touch $@

$(CHECKS)/.ready: scripts/infra-checks.txt $(VENV)/.ready
	$(VENV)/bin/uv venv --quiet --clear --python $(PYTHON) $(CHECKS)
	VIRTUAL_ENV=$(CHECKS) $(VENV)/bin/uv pip install --quiet --require-hashes --only-binary :all: --compile-bytecode -r $<
	@touch $@

$(AZURITE): tests/harness/azurite/package-lock.json
	@scripts/find-node.sh
	npm ci --prefix tests/harness/azurite --no-audit --no-fund --silent
	@touch $@

# Not a file: it may be anywhere on PATH.
chromium:
	@scripts/find-chromium.sh

$(AXE): tests/browser/package-lock.json
	@scripts/find-node.sh
	npm ci --prefix tests/browser --no-audit --no-fund --silent
	@touch $@
