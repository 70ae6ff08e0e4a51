# One image for every process; compose.yaml says which one a container is.
FROM node:24-slim AS page
WORKDIR /web
COPY web/package.json web/package-lock.json ./
RUN npm ci --omit=dev --no-fund --no-audit
COPY web .
RUN npm run build

FROM python:3.11-slim AS packages
RUN pip install --no-cache-dir uv==0.13.9
WORKDIR /app
COPY pyproject.toml uv.lock ./
# Neither the embedded servers nor the tools of development.
RUN uv sync --frozen --no-default-groups --no-cache --compile-bytecode

FROM python:3.11-slim
RUN useradd --system --uid 10001 --home-dir /app tidemark \
    && mkdir -p /data/objects && chown -R tidemark /data
WORKDIR /app
COPY --from=packages /app/.venv .venv
COPY events events
COPY domain domain
COPY infra infra
COPY jobs jobs
COPY producers producers
COPY processors processors
COPY projections projections
COPY api api
COPY cli cli
COPY --from=page /web/dist web/dist
ENV PATH=/app/.venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    TIDEMARK_HOME=/data TIDEMARK_API_HOST=0.0.0.0 TIDEMARK_PORT=8000
USER tidemark
VOLUME /data
EXPOSE 8000
CMD ["python", "-m", "api.main"]
