# zeren's commands. `make help` lists them.
PYTHON ?= python3
UV := .tools/bin/uv
COMPILE = $(UV) pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header pyproject.toml
export PATH := $(CURDIR)/.venv/bin:$(PATH)
export PYTHONUNBUFFERED := 1
# Certificates that the system trusts (a proxy of the county among them) are trusted by uv too, as pip does.
export UV_SYSTEM_CERTS := 1

.DEFAULT_GOAL := help

help: ## list what one needs
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

demo: .venv/.ready ## start everything on the shipped campaign and show a trace (ONCE=1: show it, stop, and exit)
	@zeren up --demo $(if $(ONCE),--once) $(if $(PORT),--port $(PORT))

test: .venv/.tested ## run all tests on a real Neo4j, found or started (ARGS="-k word" picks, and runs them in one process)
	@python -m pytest $(or $(ARGS),--numprocesses auto --no-loadscope-reorder)

check: .venv/.tested ## formatting, lint, types and import contracts
	@ruff format --check --quiet . || { echo "==> run: make format"; exit 1; }
	@ruff check --quiet .
	@lint-imports --no-logo
	@pyright --warnings

format: .venv/.tested ## put the code in its form
	@ruff check --quiet --fix . || true
	@ruff format --quiet .

schema: .venv/.tested ## write schema/sdl anew from the code
	@zeren schema export

supergraph: .venv/.tested ## compose schema/supergraph.graphql anew from schema/sdl (needs Node)
	@python -m tests.contract.federation.supergraph

released: .venv/.tested ## at a release: nothing of the API as it is now is taken away from now on
	@python -m gateway.contract

glossary: .venv/.tested ## write GLOSSARY.md anew from graph/model
	@python -m graph.model.glossary > GLOSSARY.md

picture: .venv/.ready ## draw docs/trace.svg anew from the demonstration (after make demo ONCE=1)
	@zeren trace county:demo-problem --json > docs/trace.json
	@zeren trace county:demo-problem --svg docs/trace.svg

bench: .venv/.tested ## measure zeren beside others, and write docs/performance.md (ARGS="--problems 2000 10000 --subjects 300")
	@python -m tests.benchmarks.side_by_side --write docs $(ARGS)

setup: .venv/.tested ## install all that development needs (every other target installs what it needs)

lock: $(UV) ## write the lock files anew from pyproject.toml (UPGRADE=1 moves versions up)
	@$(COMPILE) $(if $(UPGRADE),--upgrade) --extra local --group build --output-file requirements.lock
	@$(COMPILE) --constraint requirements.lock --extra local --group build --group dev --output-file requirements-dev.lock
	@$(COMPILE) --constraint requirements.lock --group build --output-file docker/requirements.lock

$(UV):
	@echo "==> bringing uv into .tools"
	@$(PYTHON) -m venv .tools
	@.tools/bin/pip --quiet --disable-pip-version-check install uv

.venv/.ready: requirements.lock pyproject.toml | $(UV)
	@echo "==> installing the locked packages into .venv"
	@$(UV) venv --quiet --allow-existing --python $(PYTHON) .venv
	@$(UV) pip install --require-hashes --requirement requirements.lock
	@$(UV) pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

.venv/.tested: .venv/.ready requirements-dev.lock
	@echo "==> installing the locked development tools into .venv"
	@$(UV) pip sync --require-hashes requirements-dev.lock
	@$(UV) pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

.PHONY: help demo test check format schema supergraph released glossary picture bench setup lock
