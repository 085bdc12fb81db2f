# Make is the only task runner: each target is a line or two. `make demo` and `make test` set everything up themselves.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.ready

.PHONY: setup demo up test check fmt lint types arrows cover conform bench torture lock clean ci

$(STAMP): requirements/dev.lock pyproject.toml
	$(PYTHON) -c 'import sys; assert sys.version_info >= (3, 11), "Workprint needs Python 3.11 or later: make PYTHON=python3.11 ..."'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	# The lock is complete; pip's resolver cannot match a pin with the extra that Prefect asks of it (sqlalchemy[asyncio]).
	$(BIN)/python -m pip install --disable-pip-version-check --quiet --no-deps --require-hashes -r requirements/dev.lock
	$(BIN)/python -m pip install --disable-pip-version-check --quiet --no-deps --no-build-isolation -e .
	touch $@

setup: $(STAMP)

demo: $(STAMP)  ## the main job, end to end, on real parts, with no account
	$(BIN)/workprint demo

up: $(STAMP)  ## the embedded stack, until Ctrl-C
	$(BIN)/workprint up

test: $(STAMP)  ## every test; the torture slice by itself, because it takes both cores
	$(BIN)/python -m pytest -n 2 --ignore tests/torture
	$(BIN)/python -m pytest tests/torture

check: lint types arrows

fmt: $(STAMP)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lint: $(STAMP)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: $(STAMP)
	$(BIN)/mypy

arrows: $(STAMP)
	$(BIN)/lint-imports

cover: $(STAMP)
	$(BIN)/coverage run -m pytest && $(BIN)/coverage combine -q; $(BIN)/coverage report

conform: $(STAMP)  ## every dialect against the sandbox; writes the table of the docs
	$(BIN)/workprint conform --all --write docs/conformance.md

bench: $(STAMP)  ## ratios measured in one run; needs a quiet machine
	$(BIN)/python -m tests.benchmarks

torture: $(STAMP)  ## N campaigns, one fault each, and the books afterwards: make torture N=10000
	$(BIN)/python -m tests.torture N=$(or $(N),300)

lock:  ## recompile the hash-pinned locks (needs uv); they name no index host
	uv pip compile pyproject.toml --universal --python-version 3.11 --no-emit-index-url --no-emit-find-links --generate-hashes --no-annotate --custom-compile-command "make lock" -q --extra local -o requirements/run.lock
	uv pip compile pyproject.toml --universal --python-version 3.11 --no-emit-index-url --no-emit-find-links --generate-hashes --no-annotate --custom-compile-command "make lock" -q --extra dev -o requirements/dev.lock

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis dist

ci:
	bash .ci/run
