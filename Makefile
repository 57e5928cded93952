# zeren's commands. `make help` lists them.
PYTHON ?= python3
UV := .tools/bin/uv
RUN := .venv/bin
export PATH := $(CURDIR)/.venv/bin:$(PATH)

.DEFAULT_GOAL := help

help: ## list what one needs
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 18

$(UV):
	@echo "==> bringing uv into .tools"
	@$(PYTHON) -m venv .tools && .tools/bin/pip --quiet install uv

.venv/.synced: $(UV) requirements.lock pyproject.toml
	@echo "==> installing the locked packages into .venv"
	@$(UV) venv --quiet --allow-existing --python $(PYTHON) .venv
	@$(UV) pip sync --require-hashes requirements.lock
	@$(UV) pip install --quiet --no-deps --editable .
	@touch $@

setup: .venv/.synced ## install what is needed (every other target does it by itself)

lock: $(UV) ## write requirements.lock anew from pyproject.toml
	$(UV) pip compile --quiet --universal --generate-hashes --no-emit-index-url --group dev --output-file requirements.lock pyproject.toml

.PHONY: help setup lock
