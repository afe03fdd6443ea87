#!/bin/sh
# The portal on its embedded default, as one foreground group. Called by `make run`.
set -eu
cd "$(dirname "$0")/.."
PORT=${PORT:-8000}
case $PORT in *[!0-9]* | '') echo "PORT must be a number, such as 8000." >&2; exit 1 ;; esac

scripts/prepare.sh base

.venv/bin/python - "$PORT" <<'PYTHON' || exit 1
import socket, sys
port = int(sys.argv[1])
with socket.socket() as probe:
    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        probe.bind(("127.0.0.1", port))
    except (OSError, OverflowError):
        sys.exit(f"Port {port} is in use. Stop what uses it, or choose another: make run PORT={port + 1 if port < 65000 else 8001}")
PYTHON

umask 077
[ -s var/secret-key ] || .venv/bin/python -c 'import secrets; print(secrets.token_urlsafe(50))' >var/secret-key
[ -s var/field-key ] || .venv/bin/python -c 'from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())' >var/field-key
umask 022
export FIELD_KEY="${FIELD_KEY:-$(cat var/field-key)}"  # what is stored encrypted: calendars' passwords, passports
export SECRET_KEY="$(cat var/secret-key)" DEMO="${DEMO:-on}" SITE_URL="${SITE_URL:-http://localhost:$PORT}" PORT
export PYTHONUNBUFFERED=1
mkdir -p var/celery/queue var/celery/control var/mail

echo "Preparing the database and the content…"
.venv/bin/python manage.py prepare_run
exec .venv/bin/honcho -f scripts/Procfile start
