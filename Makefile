# Two commands matter: `make demo` and `make test`. Both need Rust, Python >= 3.11 and make, and keep to this folder.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INCIDENT := examples/incident
SOURCES := $(shell find crates python/src -name '*.rs' -o -path 'crates/*/assets/*' -type f) Cargo.toml Cargo.lock
PACKAGE := $(shell find python/gomem python/pyproject.toml python/Cargo.toml -type f -not -name '*.so' -not -name '*.pyc')

.PHONY: help demo test check fmt lint test-rust test-python parity parity-escape parity-trace std-decisions gogc-accuracy bench bench-scan bench-spark bench-metrics notebooks incidents cases tables commands docs site wheel test-spark pairs pairs-table fuzz features semver external-types miri conformance mutations package bench-report clean

help: ## what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

demo: $(VENV)/.installed ## the main job on a real incident: findings here, the report in report.html
	@$(BIN)/gomem postmortem $(INCIDENT)/before -o report.html
	@echo
	@echo "The same service with the culprits fixed, under the same load:"
	@echo
	@$(BIN)/gomem compare $(INCIDENT)/before $(INCIDENT)/after
	@echo
	@echo "The findings as a Polars frame:"
	@echo
	@$(BIN)/python examples/postmortem.py $(INCIDENT)/before
	@echo
	@echo "Open the report: file://$(CURDIR)/report.html"

test: check test-rust test-python ## everything: format, lints, Rust, Python, stubs, doc examples
	@echo "all tests passed"

check: fmt lint ## the fast part: format and lints

fmt:
	cargo fmt --all --check

lint:
	cargo clippy --workspace --all-targets --locked -- -D warnings

test-rust:
	cargo test --workspace --locked
	RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --locked --quiet
	@for crate in pprof escape metrics gogc postmortem; do \
	  if cargo tree --locked -e no-dev -p gomem-$$crate | grep -E '\b(polars|pyo3|plotters|minijinja|rmcp|tokio|hyper)'; then echo "gomem-$$crate must not need this"; exit 1; fi; \
	done

test-python: $(VENV)/.installed
	cd python && ../$(BIN)/ruff check . ../benches && ../$(BIN)/ruff format --check . ../benches
	cd python && ../$(BIN)/mypy && ../$(BIN)/mypy --strict ../examples/*.py && ../$(BIN)/python -m mypy.stubtest gomem._gomem --ignore-disjoint-bases
	cd python && ../$(BIN)/python -m pytest -q

parity: ## every answer about profiles beside `go tool pprof`, over four versions of Go and made-up profiles
	GOMEM_PARITY=1 cargo test --locked -p gomem-pprof --test parity -- --nocapture
	GOMEM_PARITY=1 cargo test --locked -p gomem-pprof --lib -- made_up go_tool_pprof --nocapture
	GOMEM_PARITY=1 cargo test --locked -p gomem-postmortem --test all listing:: -- --nocapture

PARTS ?=

# The suites are not ours to copy: folders of a checkout of prometheus/OpenMetrics and of prometheus/common.
OPENMETRICS ?=
PROMETHEUS ?=

conformance: ## the formats' own cases (OPENMETRICS=…/OpenMetrics/tests/testdata/parsers PROMETHEUS=…/common/expfmt/fuzz/corpus)
	OPENMETRICS="$(OPENMETRICS)" PROMETHEUS="$(PROMETHEUS)" cargo test --locked -p gomem-metrics --test conformance -- --nocapture

bench: $(VENV)/.installed ## speed and memory beside the peers; writes benches/results.json and docs/performance.md (PARTS="top …")
	cargo build --release --locked -p gomem-cli
	$(BIN)/python -m pip install -q --disable-pip-version-check grpcio-tools matplotlib prometheus-client
	LOGS=$(LOGS) $(BIN)/python benches/measure.py target/release/gomem benches/results.json $(PARTS)
	$(BIN)/python benches/page.py benches/results.json

GO ?= go
LOGS ?= target/escape-logs

# Other Gos: TRACE_GO="1.24.11=/path/of/go …".
TRACE_GO ?= $(shell go env GOVERSION | sed s/go//)=go

parity-trace: ## new execution traces, by each Go of TRACE_GO, beside golang.org/x/exp/trace
	rm -rf target/traces && mkdir -p target/traces && cp -r testdata/traces/recorder testdata/traces/reference testdata/traces/record.sh target/traces
	@for pair in $(TRACE_GO); do GO=$${pair#*=} target/traces/record.sh $${pair%%=*} more; done
	GOMEM_TRACES=$(CURDIR)/target/traces cargo test --release --locked -p gomem-trace --test reference

parity-escape: ## every line of the logs of std and cmd, by each of GO="go /path/of/other/go"; many minutes each
	benches/escape_logs.sh $(LOGS) $(GO)

# Folders of runs, as testdata/gogc/capture.sh records them; without any, those that come along.
GOGC_RUNS ?= target/gogc-runs

gogc-accuracy: ## how well one recorded run predicts others (GOGC_RUNS="folder …")
	@if [ "$(GOGC_RUNS)" = target/gogc-runs ]; then mkdir -p target/gogc-runs && tar -C target/gogc-runs -xf testdata/gogc/runs.tar.xz; fi
	cargo run --release --locked -q -p gomem-postmortem --example gogc_accuracy -- $(GOGC_RUNS)

bench-scan: $(VENV)/.installed ## thousands of profiles as one lazy frame, beside peers; records them with `go` the first time
	$(BIN)/python -m pip install -q --disable-pip-version-check grpcio-tools
	$(BIN)/python benches/scan.py target/bench/profiles

bench-report: ## the report of 300,000 samples and a log of 100 MB; made with `go` the first time, some minutes
	cargo build --release --locked -p gomem-cli
	$(PYTHON) benches/report.py target/release/gomem target/bench/report

bench-metrics: ## readers of metrics and GC traces beside their peers
	PYTHON=$(PYTHON) cargo bench -p gomem-metrics --locked

# Releases of Go whose decisions come along: folders of their installations.
GOROOTS ?= $(shell go env GOROOT)

std-decisions: ## what the compiler decides in the standard library, of the releases in GOROOTS="folder …" (3 minutes each)
	scripts/std_decisions.sh crates/gomem-std-tables/tables.bin $(GOROOTS)

pairs: ## run the programs in testdata/pairs before and after their fix, and keep what they leave (GO=…)
	testdata/record.sh pairs $(GO)

pairs-table: ## what a fix was predicted to save beside what it saved
	cargo test --locked -q -p gomem-postmortem --test all pairs:: -- --nocapture

cases: ## run the programs of testdata/cases anew, and judge what is said of each (CASES="name …")
	python3 testdata/cases/record.py $(CASES)
	cargo test -p gomem-cli --test all cases:: -- --nocapture

incidents: ## the rules on recorded runs; GOMEM_INCIDENTS=<folder> judges labelled ones of your own as well
	cargo test --release -p gomem-metrics --test incidents --locked -- --nocapture --test-threads=1

notebooks: $(VENV)/.installed ## run the notebooks again, and keep their output
	cd examples/notebooks && ../../$(BIN)/python -m nbconvert --to notebook --execute --inplace --ExecutePreprocessor.record_timing=False *.ipynb

TARGETS ?= pprof profile filter symbol transport escape metrics gctrace gogc heap core trace bundle report $(addsuffix _shaped,$(SHAPED))
# Out of any bytes inputs of the right form (fuzz/src/shaped).
SHAPED := pprof metrics heap trace bundle
FUZZ_SECONDS ?= 1800
# Where a target begins, apart from its own corpus.
SEEDS_profile := pprof
SEEDS_report := bundle

fuzz: $(addprefix fuzz-,$(TARGETS)) ## every decoder and the bundle with made-up bytes; nightly Rust and cargo-fuzz (TARGETS="pprof …" FUZZ_SECONDS=60)

fuzz-%:
	@mkdir -p fuzz/corpus/$*
	CARGO_PROFILE_RELEASE_LTO=false CARGO_PROFILE_RELEASE_STRIP=none cargo +nightly fuzz run --fuzz-dir fuzz --features libfuzzer \
	  --target-dir target/fuzz $* $(addprefix fuzz/corpus/,$* $(SEEDS_$*)) \
	  -- -max_total_time=$(FUZZ_SECONDS) -timeout=10 -rss_limit_mb=2048 -max_len=16384

mutations: $(VENV)/.installed ## 10,000 damaged copies of real inputs of each format, through Python
	cd python && GOMEM_MUTATIONS=10000 ../$(BIN)/python -m pytest -q -s tests/test_mutations.py

features: ## every combination of features; cargo-hack
	cargo hack check --feature-powerset --no-dev-deps -p gomem -p gomem-cli

PUBLISHED := table symbol statistics finding transport source bench binary std-tables pprof escape metrics gogc heap trace postmortem report arrow frames capture mcp serve
BASELINE ?= origin/main

semver: ## the public API against another revision (BASELINE=v0.1.0); cargo-semver-checks
	cargo semver-checks --baseline-rev $(BASELINE) -p gomem -p gomem-cli $(addprefix -p gomem-,$(PUBLISHED))

external-types: ## no type of another crate in a public signature; nightly Rust and cargo-check-external-types
	@for crate in $(filter-out arrow frames std-tables,$(PUBLISHED)); do cargo +nightly check-external-types --config external-types.toml --manifest-path crates/gomem-$$crate/Cargo.toml; done

miri: ## the crates that do without the system, interpreted; nightly Rust with miri
	MIRIFLAGS=-Zmiri-disable-isolation cargo +nightly miri test --locked -p gomem-table -p gomem-symbol -p gomem-finding -p gomem-trace --lib

package: $(VENV)/.tools ## what would be published: crates, wheel and source distribution, checked
	cargo package --workspace --no-verify --locked --allow-dirty --exclude gomem-fuzz --exclude gomem-python
	rm -rf dist && cd python && ../$(BIN)/maturin build --profile wheel --locked --compression-level 9 --out ../dist && ../$(BIN)/maturin sdist --out ../dist
	$(BIN)/python -m pip install -q --disable-pip-version-check twine && $(BIN)/twine check --strict dist/*

tables: ## docs/reference/tables.md, from the schemas of all tables
	GOMEM_PAGES=write cargo test --locked -q -p gomem-cli --test all tables::

commands: ## docs/reference/command.md, from the command's help
	GOMEM_PAGES=write cargo test --locked -q -p gomem-cli --test all reference::

docs: ## the Rust documentation
	cargo doc --workspace --no-deps --locked --open

$(VENV)/.tools: python/pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python 3.11 or newer is needed: make PYTHON=python3.12 ...")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install -q --disable-pip-version-check "maturin>=1.16,<2" "polars>=1.37" "mypy>=1.13" "pytest>=8" "ruff>=0.9" \
	  "altair>=6" "cloudpickle>=3" "fsspec>=2024.2" "mcp>=2.3,<3" "ipykernel>=6.29" "nbconvert>=7.16" "tqdm>=4.66" "vl-convert-python>=1.7"
	touch $@

$(VENV)/.installed: $(VENV)/.tools $(SOURCES) $(PACKAGE)
	cd python && VIRTUAL_ENV=$(CURDIR)/$(VENV) ../$(BIN)/maturin develop --release --locked --quiet
	touch $@

# Spark has a folder of its own: it is large, wants Java, and nothing else needs it.
SPARK := .venv-spark/bin
.venv-spark/.installed: $(VENV)/.installed
	test -x $(SPARK)/python || $(PYTHON) -m venv .venv-spark
	$(SPARK)/python -m pip install -q --disable-pip-version-check "polars>=1.37" "pyspark>=4" "pyarrow>=15" "pandas<3" pytest mypy
	touch $@

test-spark: .venv-spark/.installed ## the Spark data sources on a local cluster; needs Java 17
	cd python && PYTHONPATH=. ../$(SPARK)/python -m pytest -q tests/test_spark.py
	cd python && ../$(SPARK)/python -m mypy -m gomem.spark --ignore-missing-imports

bench-spark: .venv-spark/.installed ## Spark, one scan and a Python loop over 2,000 profiles
	PYTHONPATH=python $(SPARK)/python -W ignore benches/spark.py

site: ## the documentation as a site, in target/site; a link that leads nowhere is an error
	test -x .venv-site/bin/mkdocs || { $(PYTHON) -m venv .venv-site && .venv-site/bin/python -m pip install -q --disable-pip-version-check "mkdocs-material>=9.6,<10" "mkdocstrings[python]>=1,<2"; }
	NO_MKDOCS_2_WARNING=1 .venv-site/bin/mkdocs build --quiet

wheel: $(VENV)/.tools ## the wheel that users install, in dist/
	cd python && ../$(BIN)/maturin build --profile wheel --locked --compression-level 9 --out ../dist

clean:
	cargo clean
	rm -rf $(VENV) report.html
