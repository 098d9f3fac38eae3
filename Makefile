# make reproduce and make test are all a newcomer needs; each sets itself up.

PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
KERNEL_SOURCES := $(shell find rust -name '*.rs' -o -name 'Cargo.toml') Cargo.toml Cargo.lock
export PYTHONDONTWRITEBYTECODE := 1
export PIP_QUIET := 1

.PHONY: help setup reproduce test test-lowest bench readme lint docs clean

help:
	@echo 'make reproduce   set up, run every simulation (or CHAPTER=name), plot, check, report: simulations/results/report.html'
	@echo 'make test        set up, run the whole test suite'
	@echo 'make test-lowest  the same tests of files, scoring and selection with the lowest declared versions'
	@echo 'make bench       measure against the peers: benchmarks/results/'
	@echo 'make readme      write the measured parts of README.md from what reproduce and bench left'
	@echo 'make lint        rustfmt, clippy, ruff, mypy, stubtest, and the rules of the house'
	@echo 'make docs        run every snippet and example, and write the site, docs/_build/html'
	@echo 'make setup       only the set-up: .venv with the release build and all extras'

setup: $(VENV)/.built

$(VENV)/.dependencies: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("w2slens needs Python >= 3.11, but $(PYTHON) is " + sys.version.split()[0] + "; set PYTHON=") if sys.version_info < (3, 11) else 0'
	@command -v cargo >/dev/null || { echo 'w2slens needs a stable Rust toolchain, with cargo on the PATH' >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(PY) -m pip install --quiet --upgrade pip 'maturin>=1.9,<2'
	touch $@

$(VENV)/.built: $(VENV)/.dependencies $(KERNEL_SOURCES)
	VIRTUAL_ENV=$(abspath $(VENV)) $(PY) -m maturin develop --quiet --release --locked --extras sim,cli,test,bench,lint
	touch $@

reproduce: setup
	$(PY) -m simulations reproduce --profile full $(if $(CHAPTER),--chapter $(CHAPTER))

test: setup
	$(PY) -m pytest -n 2

# The lowest versions of all dependencies that pyproject.toml declares, with the kernels of setup; without pandas.
test-lowest: setup
	$(PYTHON) -m venv .venv-lowest
	.venv-lowest/bin/python -m pip install --quiet $$($(PY) tools/lowest.py)
	PYTHONPATH=python .venv-lowest/bin/python -m pytest -q tests/scoring tests/cli tests/plumbing tests/selection tests/trust

bench: setup
	$(PY) -m benchmarks

readme: setup
	$(PY) docs/refresh.py

lint: setup
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked --quiet -- -D warnings
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	$(PY) -m mypy.stubtest w2slens._kernels
	$(PY) tools/house.py

$(VENV)/.docs: pyproject.toml $(VENV)/.dependencies
	$(PY) -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["project"]["optional-dependencies"]["docs"], sep="\n")' > $(VENV)/docs.txt
	$(PY) -m pip install --quiet -r $(VENV)/docs.txt
	touch $@

docs: setup $(VENV)/.docs
	$(PY) -m pytest -q tests/contracts/test_docs.py tests/contracts/test_examples.py
	rm -rf docs/_build docs/gallery docs/reference/api
	$(PY) -m sphinx -q -W --keep-going -d docs/_build/doctrees -b html docs docs/_build/html
	$(PY) -m pytest -q tests/contracts/test_site.py
	@echo 'docs/_build/html/index.html'

clean:
	rm -rf $(VENV) .venv-lowest target simulations/results simulations/figures benchmarks/results docs/_build docs/gallery docs/reference/api
