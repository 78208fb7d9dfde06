# Everything is installed into .venv/ from requirements.lock, hash by hash; nothing outside this folder changes.
#   make demo          the fictional partnership, ready to click through      make demo ONCE=1   its story, checked, then exit
#   make test          every test                                             make lint          style, types, import order
#   make bench         a table of measurements                                make soak          fault and race tests, repeated
#   make serve         a real hub on this machine's settings                  make clean         remove what make made
#   make lock          write requirements.lock again from pyproject.toml

PYTHON ?= python3
REPEAT ?= 20

BIN := .venv/bin
PIP := $(BIN)/python -m pip install -qq --disable-pip-version-check --no-input
STAMP := .venv/.installed
PEERS := $(if $(wildcard requirements-peers.lock),.venv/peers/.installed)

.DEFAULT_GOAL := help
.PHONY: help demo test lint bench soak serve clean lock install

help:
	@sed -n 's/^#   //p' $(firstword $(MAKEFILE_LIST))

install: $(STAMP)

# The locks are whole, so pip resolves nothing (--no-deps): a newer release of something that is named with an extra
# made older pips refuse their own hashes. `pip check` then says whether anything is missing.
$(STAMP): requirements.lock pyproject.toml
	@test "$$($(PYTHON) -c 'import sys; print(sys.version_info >= (3, 11))' 2>/dev/null)" = True || { \
	    echo "Dolen needs Python 3.11 or newer; '$(PYTHON)' is $$($(PYTHON) --version 2>/dev/null || echo missing)." >&2; \
	    echo "Install one, or name it: make $(MAKECMDGOALS) PYTHON=/path/to/python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	    echo "This Python cannot make virtual environments. On Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	@echo "Installing into .venv/ (once; again when requirements.lock or pyproject.toml changes)" >&2
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(PIP) --no-deps --require-hashes --requirement requirements.lock || { \
	    echo "Not everything could be installed: see the error above. What was installed stays, and the hub's data was not" >&2; \
	    echo "touched. It takes a network and pip's package index (pip config list); then run the same command again." >&2; \
	    exit 1; }
	@$(PIP) --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m pip --disable-pip-version-check check >/dev/null || { \
	    $(BIN)/python -m pip --disable-pip-version-check check >&2; \
	    echo "requirements.lock does not fit pyproject.toml: run make lock" >&2; exit 1; }
	@touch $@

# What tests talk to but the hub never imports (a FHIR server of somebody else) lives in an environment of its own.
.venv/peers/.installed: requirements-peers.lock $(STAMP)
	@echo "Installing the peers that tests talk to into .venv/peers/" >&2
	@test -x .venv/peers/bin/python || $(PYTHON) -m venv .venv/peers
	@.venv/peers/bin/python -m pip install -qq --disable-pip-version-check --no-input \
	    --no-deps --require-hashes --requirement requirements-peers.lock
	@touch $@

# State goes to .dolen/ here, or to DOLEN_HOME.
demo: $(STAMP)
	@$(BIN)/dolen demo $(if $(filter 1,$(ONCE)),--once) $(if $(PORT),--port $(PORT))

serve: $(STAMP)
	@$(BIN)/dolen serve

test: $(STAMP) $(PEERS)
	@$(BIN)/pytest $(PYTEST)

# All four run, so that one look shows everything.
lint: $(STAMP)
	@failed=; for check in "ruff check ." "ruff format --check ." mypy lint-imports; do \
	    echo "$$check"; $(BIN)/$$check || failed=1; done; test -z "$$failed"

bench: $(STAMP)
	@$(BIN)/python -m tests.bench

soak: $(STAMP) $(PEERS)
	@set -e; round=1; while [ $$round -le $(REPEAT) ]; do \
	    echo "soak: round $$round of $(REPEAT)"; DOLEN_SOAK=1 $(BIN)/pytest -m soak $(PYTEST); round=$$((round + 1)); done

# uv only resolves; it lives in a throwaway environment and leaves nothing but the lock.
lock:
	@set -e; scratch=$$(mktemp -d); trap 'rm -rf "$$scratch"' EXIT; \
	$(PYTHON) -m venv "$$scratch" && "$$scratch/bin/python" -m pip install -qq --disable-pip-version-check uv; \
	"$$scratch/bin/uv" pip compile pyproject.toml --extra test --universal --python-version 3.11 --generate-hashes \
	    --no-emit-index-url --no-emit-find-links --no-header --no-annotate --quiet --output-file requirements.lock

# The state of a hub (DOLEN_HOME) is nobody's build product: it stays.
clean:
	rm -rf .venv build dist *.egg-info .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -not -path './.dolen/*' -prune -exec rm -rf {} +
