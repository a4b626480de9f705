# What a newcomer types. Everything is idempotent, and quick when nothing has changed.

BIN := .venv/bin
CPP_FILES = $(shell find core strategies python/bindings tests bench -name '*.h' -o -name '*.cc')
PYTHON_FILES = python tests notebooks bench
FIRST_EXAMPLE = python/rollcast/examples/canary-with-analysis

export CTEST_PARALLEL_LEVEL ?= $(shell nproc)
# Only what is installed in .venv counts.
unexport PYTHONPATH PYTHONHOME
# Tools keep caches and settings at home; give them one where there is none to write to.
ifneq ($(shell test -d "$$HOME" -a -w "$$HOME" && echo yes),yes)
export HOME := $(CURDIR)/build/home
endif
# ThreadSanitizer of older compilers cannot live with much address space randomisation.
FIXED_ADDRESSES = $(shell setarch -R true 2>/dev/null && echo setarch -R)

.DEFAULT_GOAL := help
.PHONY: help forecast test bench bench-peers bench-compare agreement format stub catalogue clean
.PHONY: setup setup-dev test-cpp test-asan test-tsan test-python lint

help: ## this list
	@sed -nE 's/^([a-z-]+):.*## (.*)/make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

forecast: setup ## set everything up and forecast the first example
	@mkdir -p out
	$(BIN)/rollcast forecast $(FIRST_EXAMPLE)/scenario.yaml --report out/$(notdir $(FIRST_EXAMPLE)).html

test: setup-dev lint test-cpp test-python test-asan test-tsan ## set everything up and run every test

bench: setup-dev ## run the benchmarks
	cmake --build build/python
	@for bench in build/python/bench/*_bench; do \
	    $$bench --benchmark_repetitions=5 --benchmark_report_aggregates_only --benchmark_min_time=.1 || exit; done

bench-peers: setup-dev ## run the same models in other simulators, too
	cmake --build build/python
	$(BIN)/python bench/peers/run.py build/python $(ARGS)

BASE = HEAD~1
bench-compare: setup-dev ## compare the benchmarks with those of another commit: BASE=main
	$(BIN)/python bench/compare.py $(BASE) $(ARGS)

agreement: setup-dev ## show where the flow data plane agrees with the request data plane; ARGS='--most 500' for a first look
	@mkdir -p out
	$(BIN)/python tests/agreement/judge.py $(ARGS)

format: setup-dev ## format all sources
	$(BIN)/clang-format -i $(CPP_FILES)
	$(BIN)/ruff check -q --fix $(PYTHON_FILES)
	$(BIN)/ruff format $(PYTHON_FILES)

stub: setup-dev ## write the type stubs of the extension module
	$(BIN)/python -m pybind11_stubgen rollcast._core --exit-code -o build/stub
	cp build/stub/rollcast/_core/*.pyi python/rollcast/_core/

catalogue: setup-dev ## write the catalogue of strategies
	$(BIN)/python python/catalogue.py > build/catalogue.md
	cp build/catalogue.md strategies/README.md

clean: ## remove all that was built
	rm -rf build out .venv .pytest_cache .mypy_cache .ruff_cache

setup:
	@mkdir -p $(HOME)
	@.ci/setup

setup-dev:
	@mkdir -p $(HOME)
	@.ci/setup dev

lint: setup-dev
	$(BIN)/clang-format --dry-run -Werror $(CPP_FILES)
	$(BIN)/ruff check $(PYTHON_FILES)
	$(BIN)/ruff format --check $(PYTHON_FILES)
	$(BIN)/mypy
	$(BIN)/mypy python/catalogue.py bench/compare.py bench/pairing.py bench/sweep.py bench/peers/run.py bench/peers/models.py

test-cpp: setup-dev
	cmake --build build/python
	ctest --test-dir build/python --output-on-failure --no-tests=error --progress

test-asan: setup-dev
	cmake --workflow --preset asan

test-tsan: setup-dev
	$(FIXED_ADDRESSES) cmake --workflow --preset tsan

test-python: setup-dev
	$(BIN)/python -m pytest
