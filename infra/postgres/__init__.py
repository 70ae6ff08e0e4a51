"""PostgreSQL: one engine a process, psycopg underneath, and what to do when it is away."""

from infra.postgres.connect import (
    SERVER_VERSION,
    create_engine,
    driver,
    driver_of,
    is_outage,
    wait_for_postgres,
)

__all__ = ["SERVER_VERSION", "create_engine", "driver", "driver_of", "is_outage", "wait_for_postgres"]
