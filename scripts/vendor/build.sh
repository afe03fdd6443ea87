#!/bin/sh
# For maintainers, with Node 20 or later: rebuild static/vendor/ from the locked packages.
set -eu
cd "$(dirname "$0")"
npm ci --ignore-scripts --no-audit --no-fund
node build.mjs
