# The production image: one image for the web server, the worker, the clock and the migrations.

FROM node:22-slim AS front-end
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-audit --no-fund
COPY . .
RUN npm run build

FROM python:3.12-slim AS packages
WORKDIR /build
COPY requirements.txt requirements-uv.txt ./
RUN python -m venv /opt/venv \
    && /opt/venv/bin/python -m pip install --no-cache-dir --require-hashes -r requirements-uv.txt \
    && /opt/venv/bin/uv pip install --no-cache --python /opt/venv/bin/python --require-hashes -r requirements.txt \
    && /opt/venv/bin/uv pip uninstall --python /opt/venv/bin/python uv

FROM python:3.12-slim
# What PDF needs: Pango and a Chinese font. Unpinned: old versions leave the archive with each
# point release.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-noto-cjk \
    && rm -rf /var/lib/apt/lists/*
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=crm.settings.production \
    CRM_VAR_DIR=/data
RUN groupadd --system --gid 10001 crm \
    && useradd --system --uid 10001 --gid crm --no-create-home --home-dir /data crm \
    && install --directory --owner crm --group crm /data /data/media
WORKDIR /app
COPY --from=packages /opt/venv /opt/venv
COPY . .
COPY --from=front-end /build/static/build static/build
# Collected at build time: every container of one image serves the same files. The values only
# satisfy the settings; nothing of them stays in the image.
RUN find locale -name '*.po' -exec python crm/embedded/messages.py {} + \
    && CRM_STATIC_DIR=/app/collected SECRET_KEY=build ALLOWED_HOSTS=build BASE_URL=https://build \
       DATABASE_URL=postgresql://build/build REDIS_URL=redis://build \
       python manage.py collectstatic --no-input --verbosity 0
ENV CRM_STATIC_DIR=/app/collected
USER 10001:10001
VOLUME ["/data"]
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "crm/embedded/healthcheck.py"]
CMD ["gunicorn", "crm.wsgi:application", "--config", "python:crm.embedded.web", "--bind", "0.0.0.0:8000"]
