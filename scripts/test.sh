#!/bin/sh
# All tests. Browser tests are skipped with the reason where Chromium is absent; REQUIRE_BROWSER=1 forbids that skip.
set -eu
cd "$(dirname "$0")/.."
scripts/prepare.sh dev
exec .venv/bin/python -m pytest -n "${TEST_WORKERS:-2}" --dist loadfile "$@"
