# The portal's image: web, worker and beat start from it with different commands.
FROM python:3.11-slim AS build
WORKDIR /app
COPY requirements/base.txt requirements/base.txt
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir --require-hashes -r requirements/base.txt
COPY . .
RUN /venv/bin/python -m scripts.catalogues compile \
 && mkdir -p var && SECRET_KEY=build-only DEMO=on /venv/bin/python manage.py collectstatic --noinput -v 0

FROM python:3.11-slim
# Pango and a Japanese font, for documents as PDF.
RUN apt-get update -qq \
 && apt-get install -y -qq --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-noto-cjk \
 && rm -rf /var/lib/apt/lists/*
RUN useradd --system --uid 10001 --home-dir /app portal
WORKDIR /app
COPY --from=build /venv /venv
COPY --from=build --chown=portal /app /app
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1
USER portal
EXPOSE 8000
CMD ["granian", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8000", "--workers", "2", "--blocking-threads", "4", "--no-ws", "iurc_portal.wsgi:application"]
