# make up starts Berth; make test proves it. Everything else is for people who change it.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory
unexport PYTHONPATH DJANGO_SETTINGS_MODULE

PYTHON := .venv/bin/python
PIP := $(PYTHON) -m pip install -qq --disable-pip-version-check --require-hashes
PYTEST := $(PYTHON) -m pytest
NPM = PATH="$$(requirements/node-path):$$PATH" npm --prefix frontend

CONSOLE_SOURCES := $(shell find frontend/src frontend/public -type f 2>/dev/null) $(wildcard frontend/*.json frontend/*.ts frontend/*.html frontend/*.cjs)

.PHONY: help
help: ## Show what there is
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1\t\2/p' Makefile | expand -t 14

# --- run --------------------------------------------------------------------------------------

.PHONY: up
up: system .venv/platform.stamp frontend/dist/.stamp ## Set up all that is missing, then run Berth here (ARGS=--detach, …)
	@exec $(PYTHON) manage.py up $(ARGS)

.PHONY: system
system:
	@requirements/install-system requirements/system.txt

.venv/bin/python: | system
	@echo "==> Making the virtual environment"
	@python3 -m venv .venv

.venv/platform.stamp: requirements/platform.txt | .venv/bin/python
	@echo "==> Installing pinned Python requirements"
	@$(PIP) -r $<
	@touch $@

frontend/node_modules/.package-lock.json: frontend/package-lock.json frontend/package.json | .venv/bin/python
	@echo "==> Installing the console's packages"
	@$(NPM) ci --silent --no-audit --no-fund --prefer-offline
	@touch $@

frontend/dist/.stamp: $(CONSOLE_SOURCES) frontend/node_modules/.package-lock.json
	@echo "==> Building the console"
	@$(NPM) run --silent build -- --logLevel warn
	@touch $@

# --- prove ------------------------------------------------------------------------------------

.PHONY: dev
dev: system .venv/dev.stamp ## Install what tests and checks need

.venv/dev.stamp: requirements/dev.txt | .venv/bin/python
	@echo "==> Installing pinned Python requirements for tests and checks"
	@$(PIP) -r $<
	@touch .venv/platform.stamp $@

.PHONY: test
test: test-python test-cgroup-v2 test-console ## Install what the tests need and run them all (root)

.PHONY: test-system
test-system: dev
	@requirements/install-system requirements/system-test.txt
	@echo "==> Making a minimal Debian for the tests, unless this machine has one"
	@$(PYTHON) -c 'from tests.support.images import minbase_archive; minbase_archive()'

.PHONY: test-python
test-python: test-system frontend/dist/.stamp
	@echo "==> Tests on this machine's kernel"
	@$(PYTEST) --clean-machine -m "not bench" $(ARGS)

.PHONY: test-cgroup-v2
test-cgroup-v2: test-system
	@echo "==> Tests on Debian's own kernel with cgroup v2 (user-mode-linux)"
	@tests/vm/uml -- $(PYTEST) --color=no -p no:cacheprovider -m cgroup_v2 tests/kernel

.PHONY: test-console
test-console: frontend/node_modules/.package-lock.json
	@echo "==> Tests of the console"
	@$(NPM) run --silent test

.PHONY: check
check: check-python check-contracts check-types check-platform check-console ## All that CI checks without running Berth

.PHONY: check-python check-contracts check-types check-platform check-console
check-python: dev
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m deptry .

check-contracts: dev
	PYTHONPATH=platform:. .venv/bin/lint-imports

check-types: dev
	$(PYTHON) -m mypy

check-platform: export DJANGO_SETTINGS_MODULE = config.settings.test
check-platform: dev
	$(PYTHON) manage.py makemigrations --check --dry-run
	$(PYTHON) manage.py spectacular --validate --fail-on-warn | diff -u frontend/src/api/schema.yaml -

check-console: frontend/node_modules/.package-lock.json
	@$(NPM) run --silent check
	@$(NPM) run --silent lint
	@$(NPM) run --silent format

.PHONY: fmt
fmt: dev frontend/node_modules/.package-lock.json ## Format everything
	$(PYTHON) -m ruff check --fix --exit-zero .
	$(PYTHON) -m ruff format .
	@$(NPM) run --silent format:fix

.PHONY: schema
schema: dev frontend/node_modules/.package-lock.json ## Make the OpenAPI file and the console's types anew
	DJANGO_SETTINGS_MODULE=config.settings.test $(PYTHON) manage.py spectacular --validate --fail-on-warn --file frontend/src/api/schema.yaml
	@$(NPM) run --silent generate

.PHONY: pins
pins: dev ## Pin requirements/*.in again, newest versions
	@for name in host platform dev node; do \
	  .venv/bin/pip-compile --quiet --upgrade --no-emit-index-url --no-emit-trusted-host --no-emit-find-links \
	    --strip-extras --generate-hashes --allow-unsafe --no-header --annotation-style=line \
	    $$([ $$name = dev ] && echo --constraint requirements/platform.txt) \
	    --output-file requirements/$$name.txt requirements/$$name.in; \
	done

# --- measure ----------------------------------------------------------------------------------

.PHONY: bench
bench: test-system ## Measure beside runc and Docker in one run; writes bench.json (root)
	@requirements/install-system requirements/system-bench.txt
	@$(PYTHON) -m tests.bench $(ARGS)
