# Everything sets itself up. `make demo` shows the product, `make test` proves it.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help demo test assurance bench lint build wheel clean

PY := .venv/bin/python
STAMPS := .stamps
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export FIELDVISIT_DATA_DIR ?= $(CURDIR)/var

help:
	@echo "make demo   the demo district, served at one address"
	@echo "make test   every check and every test, on SQLite, PostgreSQL and in Chromium"
	@echo "make assurance  the faults at length: crashes, losses, restores in any order; Firefox and WebKitGTK"
	@echo "make bench  speed against other servers, as ratios: docs/benchmarks.md"
	@echo "make lint   the checks alone"
	@echo "make build  the app alone"
	@echo "make wheel  one file to install, with the app and the migrations in it: dist/"
	@echo "make clean  forget everything that was set up"

demo: $(STAMPS)/run $(STAMPS)/pwa
	@$(PY) -m fieldvisit demo

test: lint
	@scripts/test

assurance: $(STAMPS)/dev
	@scripts/assurance

bench: $(STAMPS)/dev
	@scripts/bench

lint: $(STAMPS)/dev $(STAMPS)/npm
	@scripts/lint

build: $(STAMPS)/pwa

wheel: $(STAMPS)/dev $(STAMPS)/pwa
	@scripts/wheel dist
	@ls dist/*.whl

clean:
	rm -rf .venv .stamps .bench bench/pouchdb/node_modules var dist frontend-pwa/node_modules frontend-pwa/dist

$(STAMPS)/prerequisites: scripts/prerequisites
	@scripts/prerequisites
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/run: requirements.lock pyproject.toml | $(STAMPS)/prerequisites
	@scripts/python-env requirements.lock
	@touch $@

$(STAMPS)/dev: requirements-dev.lock pyproject.toml | $(STAMPS)/prerequisites
	@scripts/python-env requirements-dev.lock
	@touch $(STAMPS)/run $@

$(STAMPS)/npm: frontend-pwa/package-lock.json | $(STAMPS)/prerequisites
	@echo "Installing the app's packages …"
	@cd frontend-pwa && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

$(STAMPS)/pwa: $(STAMPS)/npm $(shell find frontend-pwa/src frontend-pwa/public frontend-pwa/index.html frontend-pwa/vite.config.ts -type f 2>/dev/null)
	@echo "Building the app …"
	@cd frontend-pwa && npm run --silent build
	@touch $@
