# Thin: each target calls cmake, ctest or a script.
PRESET ?= release
.PHONY: help build test vm-test demo asan tsan fuzz bench format lint clean setup

help:
	@echo "make demo [ONCE=1]  play the leak with a real agent and a real collector (as root; without root: replay)"
	@echo "make test           set up, build, run every test that this machine can run"
	@echo "make vm-test        what needs BPF LSM, under Debian's own kernel in an emulated machine (minutes)"
	@echo "make build          build/release/bin/{vigie,vigie-agent,vigie-inspector,vigie-collector}"
	@echo "                    PRESET=dev for build and demo: what the tests run, in build/dev/bin"
	@echo "make asan | tsan    the tests under sanitizers"
	@echo "make fuzz           each fuzz target for FUZZ_SECONDS (default 30)"
	@echo "make bench          against its peers, ratios first; build/bench.{md,json}"
	@echo "make format | lint  clang-format, clang-tidy"

setup:
	@scripts/setup.sh

build: setup
	@cmake --preset $(PRESET) > /dev/null
	@cmake --build --preset $(PRESET)

test: setup
	@scripts/test.sh dev

asan tsan: setup
	@scripts/test.sh $@

vm-test: setup
	@scripts/setup.sh vm
	@cmake --preset dev > /dev/null
	@cmake --build --preset dev --target write_guard_contract_test write_guard_root_test agent_write_guard_root_test vigie-agent vigie-inspector
	@scripts/vm/test_lsm.sh build/dev

demo: build
	@python3 scripts/demo/demo.py --binaries build/$(PRESET)/bin $(if $(ONCE),--once)

fuzz: setup
	@scripts/fuzz.sh

bench:
	@scripts/setup.sh bench
	@python3 scripts/bench.py

format:
	@command -v clang-format > /dev/null || { echo "format: needs clang-format (apt-get install clang-format)" >&2; exit 1; }
	@git ls-files '*.h' '*.cc' | xargs clang-format -i

lint: setup
	@cmake --preset dev > /dev/null
	@scripts/lint.sh

clean:
	@cmake -E rm -rf build
