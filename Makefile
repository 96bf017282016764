PYTHON ?= python3
ARGS ?=

.PHONY: run test bench check fix

run: ; @exec $(PYTHON) run.py $(ARGS)
test: ; @exec $(PYTHON) run.py test $(ARGS)
bench: ; @exec $(PYTHON) run.py bench $(ARGS)
check: ; @exec $(PYTHON) run.py check
fix: ; @exec $(PYTHON) run.py fix
