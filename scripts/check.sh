#!/bin/sh
# Everything that can be known without running the tests. Each step is named; the first that fails ends it.
set -eu
cd "$(dirname "$0")/.."
scripts/prepare.sh dev
step() { printf '\n== %s\n' "$1"; }
python=.venv/bin/python

step "lint"; .venv/bin/ruff check .
step "format"; .venv/bin/ruff format --check .
step "templates"; .venv/bin/djlint --quiet --lint templates
$python -m pytest -q -p no:cacheprovider tests/pages/test_templates.py
step "types"; SECRET_KEY=check-only DEMO=on .venv/bin/mypy
step "migrations"; SECRET_KEY=check-only DEMO=on $python manage.py makemigrations --check --dry-run
step "deployment"
SECRET_KEY=$($python -c 'import secrets; print(secrets.token_urlsafe(50))') SITE_URL=https://portal.example \
    ALLOWED_HOSTS=portal.example DEMO=off $python manage.py check --deploy --fail-level WARNING
step "catalogues"; $python -m scripts.catalogues check
step "vendored files"; for folder in static/vendor/*/; do (cd "$folder" && sha256sum --quiet -c SHA256SUMS); done
step "import directions"; $python -m pytest -q -p no:cacheprovider tests/test_architecture.py
printf '\nAll checks passed.\n'
