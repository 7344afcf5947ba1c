# One-word tasks. `make help` lists them.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: help setup tools test fast lint fix docs clean

help:  ## this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

$(BIN)/.ready: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --editable '.[dev]'
	@touch $@

setup: $(BIN)/.ready  ## .venv with cilint and all that its tests need from PyPI

# chromium and poppler look at the page of `report`; graphviz draws `graph`'s DOT; git, jq and rsync serve the scripts and gitlab-ci-local, which runs them; fish and zsh complete commands.
DEBIAN := chromium fish git graphviz jq libharfbuzz-subset0 libpangoft2-1.0-0 poppler-utils rsync ruby ruby-chronic-duration ruby-numerizer shfmt zsh

tools:  ## the judges of the tests: ruby (Psych), shfmt, gitlab-ci-local ... (asks for root where apt is used)
	dpkg -s $(DEBIAN) >/dev/null 2>&1 || { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $(DEBIAN) >/dev/null; }
	npm install --silent --no-audit --no-fund --prefix tests/judges

# What is timed runs alone: beside another worker the same ratio is a fifth higher.
test: setup tools lint  ## everything that CI runs
	$(BIN)/pytest -n 2 --run-slow --ignore tests/bench
	$(BIN)/pytest --run-slow tests/bench

fast: setup  ## the tests that take seconds
	$(BIN)/pytest -n 2

lint: setup  ## ruff, mypy, and the direction of imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

fix: setup  ## what ruff can mend by itself
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: setup  ## the pages that are made from the program: a page a rule, the settings
	$(BIN)/python docs/generate.py

clean:  ## everything that was built
	rm -rf .venv dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis tests/judges/node_modules
