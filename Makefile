# make reproduce   the whole study anew -> report/index.html
# make test        the tests
# make torture     runs killed 100 times, and 10,000 damaged files of each format
# make check       ruff, mypy and the tests
# make pictures    the pictures of the README, from the runs of make reproduce

PYTHON ?= python3
BIN := .venv/bin
INSTALLED := .venv/.installed

.PHONY: reproduce test torture check lint pictures clean

reproduce: $(INSTALLED)
	$(BIN)/kuzushi reproduce --out report

test: $(INSTALLED)
	$(BIN)/pytest -q -n auto --dist loadfile

torture: $(INSTALLED)
	OMP_NUM_THREADS=1 $(BIN)/pytest -q -n auto -rA tests/torture tests/hostile --kills 100 --files 10000

check: lint test

lint: $(INSTALLED)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

RUNS := lin-brush full-brush conv-brush trained trained-by-the-study by-hand by-hand-rescaled widths smallest gaps srn lstm counting reber
PICTURES := characters-1-samples characters-3-confusion-conv checkerboard-2-units checkerboard-3-diagram design-1-lines \
	sequences-1-machine sequences-1-states sequences-1-phase-portraits sequences-2-gates sequences-3-counter-machine

pictures: reproduce
	$(BIN)/kuzushi report $(RUNS:%=report/runs/%) --out report/index.html --figures report/figures
	cp $(PICTURES:%=report/figures/%.png) docs/figures
	$(BIN)/python tests/screenshots.py report/index.html report/looks
	cp report/looks/perceptron-bench-light.png docs/figures

clean:
	rm -rf .venv report

$(INSTALLED): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "kuzushi needs Python 3.11 or later; name one with make PYTHON=python3.12 ..." >&2; exit 2; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable . --group dev
	touch $(INSTALLED)
