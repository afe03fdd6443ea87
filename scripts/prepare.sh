#!/bin/sh
# Make what a command needs and no more: the virtual environment, the locked requirements, the catalogues.
# Usage: scripts/prepare.sh base|dev. A second call does nothing that is already done.
set -eu
cd "$(dirname "$0")/.."
set_name=${1:-base}

say() { printf '%s\n' "$*" >&2; }

find_python() {
    for candidate in ${PYTHON:-} python3.11 python3.12 python3.13 python3 python; do
        if command -v "$candidate" >/dev/null 2>&1 &&
            "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$candidate"
            return 0
        fi
    done
    return 1
}

if [ ! -x .venv/bin/python ] || ! .venv/bin/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    python=$(find_python) || { say "Python 3.11 or later is needed and was not found. Install it, or name it: make PYTHON=/path/to/python3.11 …"; exit 1; }
    "$python" -m venv --clear .venv || { say "The virtual environment could not be made in .venv: is the disk full, or python3-venv missing?"; exit 1; }
fi

mkdir -p var 2>/dev/null && : >var/.writable 2>/dev/null || { say "The folder var/ cannot be written: free some disk space or mend its permissions."; exit 1; }
rm -f var/.writable

# The lock's digest is the stamp: requirements are installed when it changes, and only then.
stamp=.venv/.installed-$set_name
digest=$(cat requirements/base.txt "requirements/$set_name.txt" | cksum)
if [ "$(cat "$stamp" 2>/dev/null || true)" != "$digest" ]; then
    say "Installing the locked requirements ($set_name)…"
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r "requirements/$set_name.txt" ||
        { say "The requirements could not be installed: is the package index reachable, is the disk full?"; exit 1; }
    printf '%s' "$digest" >"$stamp"
    # dev holds all of base; a later call for base has nothing to do.
    if [ "$set_name" = dev ]; then cat requirements/base.txt requirements/base.txt | cksum >.venv/.installed-base; fi
fi

.venv/bin/python -m scripts.catalogues compile
