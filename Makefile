# Two targets are all a newcomer needs: demo and test. `make help` lists the rest.

SHELL := /bin/bash
ifneq ($(wildcard .cache/go/bin/go),)
export PATH := $(CURDIR)/.cache/go/bin:$(PATH)
endif
BIN := bin
ARCHES := amd64 arm64
DRIVERS := $(ARCHES:%=testing_env/embedded/driver-%.gz)
DRIVER_SOURCES := $(shell find testing_env/driver core/compare core/engine core/explain core/problem core/shrink core/spec core/wire -name '*.go' -not -name '*_test.go' 2>/dev/null) go.mod go.sum
VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
LDFLAGS := -s -w -X main.version=$(VERSION)
GOLANGCI := github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
# The sandbox image the tests use; empty means the one that belongs to the binary.
IMAGE ?=

.DEFAULT_GOAL := help
.PHONY: accuracy soak soak-server help setup demo test test-short test-full test-sync test-engines hostile build drivers image image-full bench bench-server bench-shrink e2e e2e-setup e2e-neovim e2e-rooms e2e-vscode e2e-helix e2e-web vsix lint fmt fuzz clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup:
	@testing_env/setup.sh go docker
	@# A Go that was just fetched is found by the next make.
	@true

demo: setup ## install what is missing, build, and find the bug in examples/max-subarray
	@$(MAKE) --no-print-directory image
	@printf '\n\033[1m==>\033[0m stresstester run examples/max-subarray/sol.cpp\n\n'
	@$(BIN)/stresstester run --no-save examples/max-subarray/sol.cpp; status=$$?; \
	if [ $$status -ne 1 ]; then echo "the demo should have found a counterexample, but ended with status $$status" >&2; exit 1; fi

test: setup ## install what the tests need, and run them all
	@testing_env/setup.sh postgres keyring
	@$(MAKE) --no-print-directory image
	go vet ./...
	STRESSTESTER_HOSTILE=1 STRESSTESTER_IMAGE=$${IMAGE:-$$($(BIN)/stresstester image status --name)} go test -timeout 20m ./...

test-short: drivers ## run the tests that need no sandbox
	go test -short ./...

test-sync: ## sync, sign-in and access at length: 450 kills, merges against git, 10,000 stories of clients; writes their figures into docs/benchmarks.md
	@mkdir -p .cache && rm -f $(FIGURES)
	STRESSTESTER_SYNC_HISTORIES=50 $(TEST_SYNC) ./remote/rooms -run 'Linearizable|Caught|EveryRoute|RowSecurityAlone|NoTable' -timeout 30m
	$(TEST_SYNC) ./remote/merge -run Git -triples 100000
	$(TEST_SYNC) ./remote/sync -rapid.checks 10000 -rapid.nofailfile -kills 200
	$(TEST_SYNC) ./remote/client -run StaySignedIn -refreshes 1000
	$(TEST_SYNC) ./remote/server -run 'RedeemedOnce|LostAnswers|Revocation|AFeedEnds|Restored|WithoutItsDatabase' -refreshes 1000
	$(TEST_SYNC) ./remote/share -edits 500
	go run ./remote/figures/document -from $(FIGURES) -write docs/benchmarks.md

FIGURES := $(CURDIR)/.cache/figures.jsonl
test-sync: export STRESSTESTER_FIGURES = $(FIGURES)
TEST_SYNC := go test -count 1 -v -timeout 20m

build: drivers ## build the binaries into bin/
	go build -trimpath -ldflags '$(LDFLAGS)' -o $(BIN)/ ./cmd/...

drivers: $(DRIVERS)

testing_env/embedded/driver-%.gz: $(DRIVER_SOURCES)
	@mkdir -p $(@D)
	@echo "building the driver for $*"
	@CGO_ENABLED=0 GOOS=linux GOARCH=$* go build -trimpath -buildvcs=false -ldflags '-s -w' -o $(@:.gz=) ./testing_env/driver
	@gzip -9 -n -f -c $(@:.gz=) >$@.new && rm $(@:.gz=) && mv $@.new $@

image: build ## build the sandbox image, if it is not there
	@$(BIN)/stresstester image status >/dev/null 2>&1 || { testing_env/setup.sh base && $(BIN)/stresstester image build; }

image-full: build ## build the sandbox image with all languages
	@$(BIN)/stresstester image status --target full >/dev/null 2>&1 || { testing_env/setup.sh base && $(BIN)/stresstester image build --target full; }

# Parts of the benchmarks: ONLY=three-cpp,floor (their keys are in testing_env/bench); ROUNDS are medians of so many.
ONLY ?=
ROUNDS ?= 2
bench: image ## measure: tests per second against a shell loop, the floor, compiling; ONLY=three-cpp,floor for parts
	STRESSTESTER_IMAGE=$${IMAGE:-$$($(BIN)/stresstester image status --name)} go test -run '^$$' -bench . -benchtime 1x -timeout 60m ./testing_env/bench -write ../../docs/benchmarks.md -only '$(ONLY)' -rounds $(ROUNDS)
	$(if $(ONLY),,go test -run '^$$' -bench . ./core/compare ./core/wire ./core/spec ./lsp/...)

bench-server: ## measure the shared server, two processes of its binary; writes its section of docs/benchmarks.md
	@mkdir -p $(BIN)
	go build -trimpath -ldflags '$(LDFLAGS)' -o $(BIN)/ ./cmd/stresstester-server
	go run ./remote/rooms/serverbench -server $(BIN)/stresstester-server -write docs/benchmarks.md

SOAK_SERVER ?= 10m
soak-server: ## let a load on the shared server go on for SOAK_SERVER (default 10m) while things break; writes its section of docs/benchmarks.md
	@mkdir -p $(BIN)
	go build -trimpath -ldflags '$(LDFLAGS)' -o $(BIN)/ ./cmd/stresstester-server
	go run ./remote/rooms/serverbench -server $(BIN)/stresstester-server -soak $(SOAK_SERVER) -write docs/benchmarks.md

bench-shrink: image ## measure the shrinkers against two baselines, and real programs in the sandbox; writes docs/shrinking.md
	go run ./core/shrink/shrinkbench -write docs/shrinking.md
	go run ./core/shrink/shrinkbench -sandbox $${IMAGE:-$$($(BIN)/stresstester image status --name)} -write docs/shrinking.md

hostile: image ## let a hundred hostile programs loose in the sandbox, under every strategy
	STRESSTESTER_HOSTILE=1 STRESSTESTER_IMAGE=$${IMAGE:-$$($(BIN)/stresstester image status --name)} go test -timeout 30m -v ./testing_env/hostile

ENGINES ?=
test-engines: image ## try other engines, each started for this: ENGINES="runsc docker-rootless podman podman-rootless"; HOSTILE=1 with the hostile programs
	testing_env/engines.sh $(ENGINES)

accuracy: image ## measure verdicts on time and memory: at every limit, and ten thousand runs on a busy machine
	STRESSTESTER_IMAGE=$${IMAGE:-$$($(BIN)/stresstester image status --name)} go test -timeout 30m -v ./testing_env/accuracy -long

SOAK ?= 1000000
soak: image ## make SOAK tests (default a million) while processes are killed at random, and look for leaks
	STRESSTESTER_IMAGE=$${IMAGE:-$$($(BIN)/stresstester image status --name)} go test -timeout 4h -v ./testing_env/soak -run Million -tests $(SOAK)

test-full: image-full ## run the tests of all languages, in the image that has them all
	STRESSTESTER_IMAGE=$$($(BIN)/stresstester image status --target full --name) go test -timeout 20m ./testing_env/languages ./testing_env/explain
	STRESSTESTER_HOSTILE=1 STRESSTESTER_IMAGE=$$($(BIN)/stresstester image status --target full --name) go test -timeout 20m ./testing_env/hostile -run 'Programs/.*/\.(js|cs|rb|pl|php)'

E2E := testing_env/e2e

e2e: e2e-setup image vsix ## the editors from end to end: real Neovims and a real VS Code, with a shared server
	@testing_env/setup.sh postgres
	$(E2E)/neovim.sh
	$(E2E)/vscode.sh

e2e-setup:
	@$(E2E)/setup.sh

e2e-neovim: image ## the plugin from end to end, in Neovim 0.10 and 0.12
	@$(E2E)/setup.sh packages neovim
	$(E2E)/neovim.sh

e2e-rooms: build vsix ## shared rooms from end to end: two Neovims and a VS Code, two server processes that are killed in turn
	@testing_env/setup.sh postgres
	@$(E2E)/setup.sh packages neovim vscode
	NVIM_BIN=$(CURDIR)/.cache/e2e/nvim-0.10 STRESSTESTER_BIN=$(CURDIR)/bin/stresstester go test ./remote/share -run TheTour -count 1 -v
	NVIM_BIN=$(CURDIR)/.cache/e2e/nvim-0.12 STRESSTESTER_BIN=$(CURDIR)/bin/stresstester \
		STRESSTESTER_TOUR_DEVICE='$(CURDIR)/$(E2E)/vscode.sh ../../../testing_env/e2e/tour' go test ./remote/share -run TheTour -count 1 -v

e2e-helix: image ## a language client that knows nothing of us, from end to end: Helix
	@$(E2E)/setup.sh packages helix
	$(E2E)/helix.sh

# The platforms that `make vsix` packages for; each package brings its own server.
# VSIX_TARGETS="linux-x64 linux-arm64 darwin-arm64" makes several.
VSIX_TARGETS ?= $(shell uname -s | tr A-Z a-z)-$(subst aarch64,arm64,$(subst x86_64,x64,$(shell uname -m)))

vsix: drivers ## package the extension for VS Code, with the server in it, into dist/
	VERSION='$(VERSION)' LDFLAGS='$(LDFLAGS)' editors/vscode/package.sh $(VSIX_TARGETS)

e2e-web: build ## the server's pages from end to end, in a real Chromium; SHOTS=docs/images keeps the pictures
	@testing_env/setup.sh postgres
	@$(E2E)/setup.sh packages
	$(E2E)/web.sh $(SHOTS)

e2e-vscode: image vsix ## the extension from end to end, in a real VS Code
	@testing_env/setup.sh postgres
	@$(E2E)/setup.sh packages neovim vscode
	$(E2E)/vscode.sh

lint: ## golangci-lint with the rules of .golangci.yml
	go run $(GOLANGCI) run ./...

fmt: ## format the Go code
	gofmt -w cmd core lsp remote testing_env examples

FUZZTIME ?= 30s
fuzz: ## run every fuzz test for FUZZTIME (default 30s)
	@for package in $$(go list ./...); do \
		for name in $$(go test -list '^Fuzz' $$package 2>/dev/null | grep '^Fuzz'); do \
			echo "== $$package $$name"; go test -run '^$$' -fuzz "^$$name$$" -fuzztime $(FUZZTIME) $$package || exit 1; \
		done; done

clean: ## delete what was built; the image and its cache stay
	rm -rf $(BIN) testing_env/embedded/driver-*.gz
