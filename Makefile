# The one entry for people: `make` names what there is to do. Each target works from a fresh clone and an empty home.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

# Swift's own crash reporter can hang and hold the output open.
export SWIFT_BACKTRACE := enable=no

# Progress for a person at a terminal, only warnings and errors elsewhere.
SWIFT_QUIET := $$([ -t 1 ] || echo --quiet)

.PHONY: help setup setup-use setup-test build auditor demo test bench faults fuzz lint wasm clean

help: ## Show this list
	@awk -F ":.*## " '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' Makefile

setup: ## Install what building needs (Debian packages; asks for sudo where you are not root)
	@Tools/setup.sh build

setup-use: ## Install what handovers need besides: a zip program and a typesetter (from PyPI)
	@Tools/setup.sh build handover

setup-test: ## Install what the tests need besides
	@Tools/setup.sh build handover test

build: setup-use ## Build the commands bevis and bevis-audit, for use
	@swift build -c release --product bevis $(SWIFT_QUIET)
	@swift build -c release --product bevis-audit $(SWIFT_QUIET)
	@echo "built: .build/release/bevis and .build/release/bevis-audit"

auditor: setup ## Build bevis-audit alone, with nothing but Swift and libsodium
	@Tools/auditor.sh

demo: build ## Seal, grant, open, revoke and audit, from nothing, in a folder of its own
	@Tools/demo.sh

test: setup-test ## Build and run all tests
	@swift test --disable-xctest $(SWIFT_QUIET)

bench: build ## Measure against age, openssl and the bare cryptography
	@Tools/bench.sh

faults: setup-test build ## Kill it, starve it, lie to it at every system call
	@Tools/faults.sh

fuzz: setup ## Feed every parser mutated input, some seconds each (SECONDS_EACH=10)
	@Tools/fuzz.sh $(SECONDS_EACH)

lint: ## Check format, style and the rules of the house
	@swift format lint --strict --parallel --recursive Package.swift Sources Tests Tools Benchmarks
	@for script in Tools/*.sh .ci/run; do bash -n "$$script"; done
	@Tools/guards.sh

wasm: setup-test ## Build the portable modules for the browser and check them under Node
	@Tools/wasm.sh

clean: ## Remove everything built
	@rm -rf .build .build-auditor .build-wasm .build-fuzz
