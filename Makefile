# make reproduce     all experiments of the report -> report/index.html
# make test          the tests that need nothing but this machine
# make test-slow     the tests with a browser, real images, a Ray cluster, killed runs and damaged files
# make torture       runs killed 100 times, and 10,000 damaged files of each format
# make check         ruff, mypy and make test
# make architecture  docs/architecture.md and its picture, from the code
# make pictures      the pictures of the README, from the runs of make reproduce

PYTHON ?= python3
BIN := .venv/bin
INSTALLED := .venv/.installed

.PHONY: reproduce test test-slow torture check lint architecture pictures clean

reproduce: $(INSTALLED)
	$(BIN)/kuzushi reproduce --out report

SLOW := browser or data or ray or torture

test: $(INSTALLED)
	$(BIN)/pytest -q -n auto --dist loadfile -m "not ($(SLOW))"

test-slow: $(INSTALLED)
	$(BIN)/pytest -q -n auto --dist loadfile -m "$(SLOW)"

architecture: $(INSTALLED)
	$(BIN)/python docs/architecture.py

torture: $(INSTALLED)
	OMP_NUM_THREADS=1 $(BIN)/pytest -q -n auto -rA tests/torture tests/hostile --kills 100 --files 10000

check: lint test

lint: $(INSTALLED)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

RUNS := lin-brush full-brush conv-brush trained trained-in-the-report by-hand by-hand-rescaled smallest srn lstm counting reber
PICTURES := characters-1-samples characters-3-confusion-conv checkerboard-2-units checkerboard-3-diagram design-1-lines \
	sequences-1-machine sequences-1-states sequences-1-phase-portraits sequences-2-gates sequences-3-counter-machine

pictures: reproduce
	$(BIN)/kuzushi report $(RUNS:%=report/runs/%) --out report/index.html --figures report/figures
	cp $(PICTURES:%=report/figures/%.png) docs/figures
	$(BIN)/python tests/screenshots.py report/index.html report/looks
	cp report/looks/perceptron-demo-light.png docs/figures

clean:
	rm -rf .venv report

$(INSTALLED): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "kuzushi needs Python 3.11 or later; name one with make PYTHON=python3.12 ..." >&2; exit 2; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable . --group dev
	touch $(INSTALLED)
