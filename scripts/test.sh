#!/bin/sh
# All tests. Browser tests are skipped with the reason where Chromium is absent; REQUIRE_BROWSER=1 forbids that skip.
set -eu
cd "$(dirname "$0")/.."
scripts/prepare.sh dev
# One process more than processors: many tests wait for a browser, a server or a letter. Files are begun in the order of
# tests/conftest.py, the longest first.
workers=${TEST_WORKERS:-$(($(nproc 2>/dev/null || echo 2) + 1))}
exec .venv/bin/python -m pytest -n "$workers" --dist loadfile --no-loadscope-reorder "$@"
