# Passerelle. `make run` shows it, `make test` proves it. Needs Python 3.11 with venv and pip, and make.
PYTHON ?= python3.11
BIN := .venv/bin
export PYTHONDONTWRITEBYTECODE :=

#: Port of `make run`, as in `make run PORT=8080`.
PORT ?= 8000
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check

.PHONY: help run setup test test-deep check bench clean
help:
	@echo "make run        installe, charge la démonstration, propose, sert la page (Ctrl-C pour arrêter)"
	@echo "make test       toute la suite, SQLite et PostgreSQL, chaque partie avec son temps"
	@echo "make test-deep  mutations, arrêts brutaux, grandes tailles (une vingtaine de minutes)"
	@echo "make check      format, règles d'écriture, types, dépendances permises"
	@echo "make bench      mesures comparées, en JSON"

# A stamp a lock file: unchanged dependencies install nothing. The lock files are whole: pip has nothing to resolve.
# Modules are compiled when first imported (most of scipy never is), which halves the time to the first page.
.venv/run: requirements.lock pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo "Il faut Python 3.11 (paquets python3.11 et python3.11-venv), ou PYTHON=chemin."; exit 1; }
	@echo "Installation dans .venv (une minute, plus ou moins selon le réseau)…"
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear .venv \
		|| { rm -rf .venv; echo "Il faut aussi venv et pip : paquet python3.11-venv."; exit 1; }
	@$(PIP) install --no-compile --no-deps --require-hashes -r requirements.lock
	@$(PIP) install --no-compile --no-deps --no-build-isolation -e .
	@touch $@

.venv/dev: .venv/run requirements-dev.lock
	@$(PIP) install --no-compile --no-deps --require-hashes -r requirements-dev.lock
	@touch $@

.venv/bench: .venv/dev requirements-bench.lock
	@$(PIP) install --no-compile --no-deps --require-hashes -r requirements-bench.lock
	@touch $@

setup: .venv/run

# The demo is loaded once, with its proposals, into an empty base; a base of yours is left as it is.
run: .venv/run
	@exec $(BIN)/passerelle run --demo --port $(PORT)

test: .venv/dev
	@$(BIN)/python tests/areas.py

test-deep: .venv/dev
	@$(BIN)/python -m pytest -m deep -s -p no:randomly --durations=0 --durations-min=1 tests/deep

check: .venv/dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# ROME=FOLDER names the official metiers.csv and appellations.csv; without it titles are not measured and matching uses
# the starter table, and both say so. A whole département, with its targets, takes about ten minutes:
#     .venv/bin/python bench/match.py --scale departement --rome FOLDER
bench: .venv/bench
	@$(BIN)/python bench/rights.py
	@$(BIN)/python bench/titles.py $(if $(ROME),--rome "$(ROME)")
	@$(BIN)/python bench/match.py --scale amiens $(if $(ROME),--rome "$(ROME)")
	@$(BIN)/python bench/pages.py
	@$(BIN)/python bench/calls.py

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache mutants
