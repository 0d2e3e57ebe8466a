PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: run test lint lock clean

# One environment serves both: what runs the product, and what tests it.
$(VENV)/.installed: requirements/dev.txt pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing pinned packages into $(VENV) (a few minutes the first time) ..."
	$(BIN)/python -m pip install --progress-bar on --disable-pip-version-check --require-hashes -r requirements/dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

run: $(VENV)/.installed
	$(BIN)/fakeanime run

test: $(VENV)/.installed lint
	$(BIN)/python -m pytest

lint: $(VENV)/.installed
	$(BIN)/ruff check .
	$(BIN)/mypy -p bot -p db -p generator -p training -m fakeanime

lock: $(VENV)/.installed
	uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-header -q --extra bot --extra scale -o requirements/bot.txt
	uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-header -q --extra worker -o requirements/worker.txt
	uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-header -q --extra bot --extra scale --extra worker --extra train --group dev -o requirements/dev.txt

clean:
	rm -rf $(VENV)
