# Every command works from a fresh clone; `make help` lists them. Nothing is needed but Python 3.11 and make.
SHELL := /bin/sh
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8000
BENCH_SIZE ?=
.DEFAULT_GOAL := help
.PHONY: help run test check bench screenshots vendor catalogues messages lock

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 22

run: ## the whole portal on its embedded default: web, worker and beat; Ctrl-C ends it
	@PORT=$(PORT) exec scripts/run.sh

test: ## all tests; DATABASE_URL and REDIS_URL choose another database and broker
	@exec scripts/test.sh $(ARGS)

check: ## lint, format, types, templates, migrations, deployment, catalogues, vendored files
	@exec scripts/check.sh

bench: ## each page's speed as a ratio to a bare Django view in the same run
	@scripts/prepare.sh dev && BENCH_SIZE=$(BENCH_SIZE) exec $(BIN)/python -m tests.bench

screenshots: ## every kind of page, three languages, two widths, into var/screenshots/
	@scripts/prepare.sh dev && exec $(BIN)/python -m tests.browser.screenshots

catalogues: ## compile locale/*.po
	@scripts/prepare.sh base

messages: ## bring locale/*.po up to date with the source (for those who write texts)
	@scripts/prepare.sh dev && exec $(BIN)/python -m scripts.catalogues update

vendor: ## for maintainers (Node): rebuild static/vendor/; the diff must be empty
	@scripts/vendor/build.sh && git diff --exit-code --stat -- static/vendor

lock: ## for maintainers (uv): lock the dependencies of pyproject.toml again
	uv pip compile -q --generate-hashes --no-header --no-emit-index-url --python-version 3.11 pyproject.toml -o requirements/base.txt
	uv pip compile -q --generate-hashes --no-header --no-emit-index-url --python-version 3.11 pyproject.toml --group dev -c requirements/base.txt -o requirements/dev.txt
