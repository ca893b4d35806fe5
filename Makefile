# SPDX-License-Identifier: Apache-2.0
# One command per need. Every command first installs the Debian packages that are missing for it (and says so; nothing
# happens if none is), then builds what it needs under build/<preset>/.
.DEFAULT_GOAL := help
.PHONY: help build demo test check check-tree check-tidy check-asan check-tsan check-fuzz bench bench-full bench-peers \
  bench-tables fuzz asan tsan tidy format install clean
.NOTPARALLEL:
MAKEFLAGS += --no-print-directory

JOBS ?= $(shell nproc)
# Debian's own interpreter, because it is the one that sees Debian's NumPy.
PYTHON ?= $(firstword $(wildcard /usr/bin/python3) python3)
PREFIX ?= /usr/local
FUZZ_SECONDS ?= 60
TIDY_SECONDS ?= 120
BENCH_FLAGS ?=
# Warnings are errors where no person sees them.
WERROR ?= $(if $(CI),ON,OFF)
# Moving progress on a terminal, only what matters in a log.
NINJA_FLAGS := $(shell [ -t 2 ] || echo --quiet)

need = @tools/install_dependencies.sh $(1)
say = @printf '\n== %s\n' '$(1)'
configure = @cmake --preset $(1) --log-level=WARNING $(2) >build/$(1).log 2>&1 || { cat build/$(1).log; exit 1; }
compile = @cmake --build build/$(1) --parallel $(JOBS) --target $(2) -- $(NINJA_FLAGS)
define build_benchmarks
$(call need,build bench)
$(call configure,bench)
$(call compile,bench,benchmarks)
endef
run_tests = @$(PYTHON) tools/run_tests.py build/$(1) --parallel $(JOBS) $(2)

help: ## show this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 14

build: | build/ ## build/release/blindfit and build/release/blindfit-cloud
	$(call need,build test)
	$(call configure,release,-DBLINDFIT_WERROR=$(WERROR))
	$(call compile,release,programs)

demo: build ## the whole journey on embedded digits, about two minutes
	@build/release/blindfit demo

test: | build/ ## build everything in release and run every test
	$(call need,build test)
	$(call say,make test: building)
	$(call configure,release,-DBLINDFIT_WERROR=$(WERROR))
	$(call compile,release,all)
	$(call say,make test: running)
	$(call run_tests,release,$(if $(CI),--label-exclude '^long$$'))

# CI has twenty minutes: what stays out there is in docs/notes/0007-ci.md.
LOCAL_CHECKS := $(if $(CI),,check-tsan check-tidy)
SANITIZED_LAYERS := base data images wire
SANITIZED := $(if $(CI),$(SANITIZED_LAYERS:%=blindfit_%_test),unit_tests)
empty :=
SANITIZED_LABEL := $(if $(CI),$(subst $(empty) $(empty),|,$(SANITIZED_LAYERS)),unit)
check: check-tree test check-asan check-fuzz $(LOCAL_CHECKS) ## all of it: tests, style, sanitizers, fuzzers, analysis
	@printf '\nmake check: all passed%s\n' '$(if $(CI), (CI: without what note 0007 leaves out))'

check-tree: ## layering, file length and layout of the source tree
	$(call need,test check)
	$(call say,make check: source tree)
	@$(PYTHON) tools/check_layering.py
	@$(PYTHON) tools/check_file_length.py
	@$(PYTHON) tools/check_notes.py
	@tools/check_format.sh

check-tidy: | build/ ## clang-tidy for at most TIDY_SECONDS, the latest changes first
	$(call need,build test check)
	$(call say,make check: clang-tidy)
	$(call configure,tidy)
	@$(PYTHON) tools/run_clang_tidy.py build/tidy --jobs $(JOBS) --seconds $(TIDY_SECONDS)

tidy: | build/ ## clang-tidy over everything, tests too, however long it takes
	$(call need,build test check)
	$(call configure,tidy)
	@$(PYTHON) tools/run_clang_tidy.py build/tidy --jobs $(JOBS) --tests

# clang's sanitizers rather than gcc's (make asan): one instrumented build serves the unit tests and the fuzzers.
check-asan: | build/ ## fast unit tests under clang's address and undefined behaviour sanitizers
	$(call need,build test check fuzz)
	$(call say,make check: address and undefined behaviour sanitizers)
	$(call configure,fuzz)
	$(call compile,fuzz,$(SANITIZED))
	$(call run_tests,fuzz,--label-regex '^($(SANITIZED_LABEL))$$' --label-exclude '^slow$$')

check-tsan: | build/ ## fast tests with Thread in their name under the thread sanitizer
	$(call need,build test)
	$(call say,make check: thread sanitizer)
	$(call configure,tsan)
	$(call compile,tsan,thread_tests)
	$(call run_tests,tsan,--label-regex '^threads$$' --label-exclude '^slow$$')

check-fuzz: | build/ ## every fuzzer for five seconds
	$(call say,make check: fuzzers)
	@$(MAKE) fuzz FUZZ_SECONDS=5

fuzz: | build/ ## every fuzzer for FUZZ_SECONDS (60)
	$(call need,build fuzz)
	$(call configure,fuzz)
	$(call compile,fuzz,fuzzers)
	@$(PYTHON) tools/run_fuzzers.py build/fuzz $(FUZZ_SECONDS) --jobs $(JOBS)

asan: | build/ ## unit tests under gcc's address and undefined behaviour sanitizers
	$(call need,build test)
	$(call configure,asan)
	$(call compile,asan,unit_tests)
	$(call run_tests,asan,--label-regex '^unit$$' --label-exclude '^slow$$')

tsan: | build/ ## tests with Thread in their name under the thread sanitizer
	$(call need,build test)
	$(call configure,tsan)
	$(call compile,tsan,thread_tests)
	$(call run_tests,tsan,--label-regex '^threads$$')

bench: | build/ ## benchmarks into build/bench.json (6 minutes); BENCH_FLAGS='--benchmark_filter=...' narrows them
	$(build_benchmarks)
	$(call say,make bench: measuring)
	@$(PYTHON) bench/run.py build/bench build/bench.json $(BENCH_FLAGS)

bench-full: | build/ ## everything at every level on every kernel family into build/bench.json (half an hour or more)
	$(build_benchmarks)
	$(call say,make bench-full: measuring)
	@$(PYTHON) bench/run.py build/bench build/bench.json --long $(BENCH_FLAGS)

bench-peers: | build/ ## installs OpenFHE under build/peers; blindfit and OpenFHE in turns into build/bench-peers.json
	$(build_benchmarks)
	@$(PYTHON) bench/peers/openfhe_package.py
	$(call say,make bench-peers: measuring)
	@$(PYTHON) bench/peers/compare.py build/bench/bench/blindfit_driver --json build/bench-peers.json

bench-tables: ## docs/benchmarks-engine.md from build/bench.json
	@$(PYTHON) bench/make_tables.py

format: ## lay out every C++ file
	$(call need,check)
	@tools/check_format.sh --fix

install: build ## install the programs and the library under PREFIX (/usr/local)
	$(call compile,release,all)
	@cmake --install build/release --prefix $(PREFIX)

clean: ## remove everything that was built
	@rm -rf build

build/:
	@mkdir -p build
