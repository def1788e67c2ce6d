# The targets that people use. `make` alone lists them.
STACK ?= local
OUT ?= rendered/$(STACK)
ARGS ?=
FROM ?=
STACKS ?=
YES ?=
# What a review compares with: where this branch left it.
BASE ?= $(shell git rev-parse --verify -q origin/main >/dev/null && echo origin/main || echo main)
PYTHON ?= python3
# The levels of the rules: policies/production.json or another file beside it.
POLICIES ?= $(if $(filter local,$(STACK)),development,production)
PY := .venv/bin/python
# On its own, so that `make up` needs no developer's tool.
READY := .venv/.ready
READY_DEV := .venv/.ready-dev
READY_CLOUDS := .venv/.ready-clouds
# What a stack's own program needs: the clouds' SDKs only where its file names one of them.
CLOUD := $(shell grep -qsE '(provider|kind): *(eks|gke|aks|s3|gcs|azure-blob) *(\#|$$|,|})' stacks/Pulumi.$(STACK).yaml && echo $(READY_CLOUDS))

.DEFAULT_GOAL := help
.PHONY: help up down smoke status functions preview policies backup restore pulsar-admin render explain review drift environments diff test check bench format lock schema

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(READY): requirements.lock
	@echo "environment: .venv from requirements.lock (about half a minute)" >&2
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python %d.%d is too old: 3.11 or newer is needed. Name one with PYTHON=…" % sys.version_info[:2])'
	@$(PYTHON) -m venv .venv || { echo "python3 -m venv failed: on Debian and Ubuntu, apt-get install python3-venv." >&2; exit 1; }
	@.venv/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

$(READY_CLOUDS): requirements-clouds.lock $(READY)
	@echo "environment: the clouds' SDKs from requirements-clouds.lock (a minute or two, 900 MB)" >&2
	@.venv/bin/pip install --quiet --disable-pip-version-check --no-compile --require-hashes -r requirements-clouds.lock
	@touch $@

$(READY_DEV): requirements-dev.lock $(READY) $(READY_CLOUDS)
	@.venv/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

up: $(READY) $(CLOUD) ## bring STACK up (default: local, with a cluster of its own) and send messages through it
	@$(PY) -m local up --stack $(STACK)

down: $(READY) $(CLOUD) ## destroy STACK, and the cluster under the local one
	@$(PY) -m local down --stack $(STACK)

smoke: $(READY) ## send messages through STACK
	@$(PY) -m local smoke --stack $(STACK)

status: $(READY) ## brokers, bookies, topics, tenants and functions of STACK now (ARGS=--watch, --all, --json)
	@$(PY) -m local status --stack $(STACK) --args='$(ARGS)'

preview: $(READY) $(CLOUD) ## what `pulumi up` would change in STACK
	@$(PY) -m local preview --stack $(STACK) --args='$(ARGS)'

policies: $(READY_DEV) $(CLOUD) ## the same, held to the rules in policies/ (POLICIES=development: mildly)
	@$(PY) -m local preview --stack $(STACK) --args='--policy-pack policies --policy-pack-config policies/$(POLICIES).json $(ARGS)'

pulsar-admin: $(READY) ## run Pulsar's own tools: ARGS="topics list public/default"
	@$(PY) -m local pulsar-admin --stack $(STACK) --args='$(ARGS)'

backup: $(READY) ## take a snapshot of STACK's metadata now, into its bucket
	@$(PY) -m local backup --stack $(STACK)

restore: $(READY) ## put a snapshot of STACK's metadata back: FROM=NAME YES=1 (without YES it says what would be lost)
	@$(PY) -m local restore --stack $(STACK) --snapshot '$(FROM)' $(if $(YES),--yes)

render: $(READY) $(CLOUD) ## write STACK's Kubernetes objects as files into OUT, without engine or cluster
	@$(PY) -m evaluation render $(STACK) $(OUT)

explain: $(READY) ## every effective value of STACK and where it came from
	@$(PY) -m evaluation explain $(STACK)

review: $(READY) $(CLOUD) ## what this branch does to STACK, in Pulsar's terms (BASE=origin/main; ARGS=--engine, --fields)
	@$(PY) -m review report $(STACK) --base '$(BASE)' $(ARGS)

drift: $(READY) $(CLOUD) ## whether what runs is what STACK's file says: changes nothing (ARGS=--issue keeps an issue of it)
	@$(PY) -m review drift $(STACK) $(ARGS)

environments: $(READY) ## every stack file: its cluster, Pulsar, metadata, tiered storage, and what is known of it
	@$(PY) -m review environments

diff: $(READY) ## how environments differ: STACKS=onprem,aws (ARGS=--keys: keys of conf files as well)
	@$(PY) -m review diff '$(STACKS)' --args='$(ARGS)'

functions: $(READY) ## build the example functions (Java needs a JDK and Maven, Go needs Go)
	@$(PY) -m local.example_functions $(ARGS)

test: $(READY_DEV) ## every test that this machine can run
	@$(PY) -m tests $(ARGS)

check: $(READY_DEV) ## formatter, linter, types, import rules, schema
	@.venv/bin/ruff format --check .
	@.venv/bin/ruff check .
	@.venv/bin/basedpyright --level error
	@.venv/bin/lint-imports
	@$(PY) -m evaluation.schema --check
	@$(PY) -m evaluation.reference --check

bench: $(READY_DEV) ## measure: time to the first message, second up, preview, render, memory
	@$(PY) -m tests.bench $(ARGS)

format: $(READY_DEV) ## format and fix
	@.venv/bin/ruff format .
	@.venv/bin/ruff check --fix .

schema: $(READY) ## write the schemas in stacks/ and the reference of settings anew
	@$(PY) -m evaluation.schema
	@$(PY) -m evaluation.reference
	@$(PY) -m policies.reference

lock: $(READY_DEV) ## resolve the dependencies anew
	@uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-emit-find-links --no-header pyproject.toml -o requirements.lock
	@uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-emit-find-links --no-header -c requirements.lock --group dev pyproject.toml -o requirements-dev.lock
	@uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-emit-find-links --no-header -c requirements.lock --group clouds pyproject.toml -o requirements-clouds.lock
