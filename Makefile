# `make demo` shows the tool at work, `make test` checks everything, `make bench` measures it,
# `make torture` kills it, fills its disk and flips its bits.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
DEMO   := build/demo.db

# What is measured: make bench EVENTS=100000 ROWS=state,subject
EVENTS ?= 1000000
ROWS   ?=

# How often each fault happens: make torture RUNS=1000
RUNS   ?= 100

.PHONY: demo test bench torture format clean

demo: $(VENV)/installed
	@mkdir -p build && rm -f $(DEMO) $(DEMO)-wal $(DEMO)-shm
	TRACKER_DB=$(DEMO) $(BIN)/tracker load
	@echo
	TRACKER_DB=$(DEMO) $(BIN)/tracker state --as-of 2025-04-05
	@echo
	TRACKER_DB=$(DEMO) $(BIN)/tracker state --as-of 2025-04-05 --known-by 2025-03-25
	@echo
	@echo "What is different, and why: the car tariff was proclaimed on 2025-03-26, for 2025-04-03."
	TRACKER_DB=$(DEMO) $(BIN)/tracker diff --as-of 2025-04-05 --known-by 2025-03-25..2025-04-05
	@echo
	@echo "Go on with: export TRACKER_DB=$(DEMO); $(BIN)/tracker --help"

test: $(VENV)/developing
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/pytest -n auto

bench: $(VENV)/comparing
	$(BIN)/python -m tests.benchmarks --events $(EVENTS) $(if $(ROWS),--rows $(ROWS))

torture: $(VENV)/developing
	$(BIN)/python -m tests.faults --runs $(RUNS)
	HYPOTHESIS_PROFILE=torture $(BIN)/pytest tests/faults -n auto

format: $(VENV)/developing
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

clean:
	rm -rf $(VENV) build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/installed: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/developing: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

$(VENV)/comparing: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[bench]'
	@touch $@
