"""Databases for tests: one migrated template a run, a copy of it for each test module."""

import contextlib
import uuid
from collections.abc import AsyncIterator, Iterator
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from cli.migrate import migration_folders
from infra.migrate import upgrade
from tests.servers import Servers, run_lock


def named(url: str, database: str) -> str:
    """The address of another database of the same server."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{database}"))


def migrated_template(servers: Servers, run_pid: int) -> str:
    """The name of a migrated database to copy (about 60 ms a copy), made once a run."""
    with run_lock(run_pid) as folder:
        made = folder / "template.txt"
        if not made.exists():
            name = f"tidemark_template_{run_pid}_{uuid.uuid4().hex[:8]}"
            _administer(servers, sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
            upgrade(named(servers.database_url, name), migration_folders())
            made.write_text(name)
        return made.read_text()


@contextlib.contextmanager
def fresh_database(servers: Servers, template: str | None) -> Iterator[str]:
    """The address of a database of one's own, gone afterwards; without ``template`` it is empty."""
    name = f"tidemark_test_{uuid.uuid4().hex[:12]}"
    create = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
        sql.Identifier(name), sql.Identifier(template or "template0")
    )
    _administer(servers, create)
    try:
        yield named(servers.database_url, name)
    finally:
        _administer(servers, sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@contextlib.asynccontextmanager
async def emptied(url: str, *tables: str) -> AsyncIterator[psycopg.AsyncConnection[Any]]:
    """A connection to a database in which these tables have nothing; what is left open is rolled back."""
    async with await psycopg.AsyncConnection.connect(url) as made:
        await made.execute(f"TRUNCATE {', '.join(tables)} RESTART IDENTITY CASCADE".encode())
        await made.commit()
        yield made
        await made.rollback()


def drop_template(servers: Servers, name: str) -> None:
    _administer(servers, sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))


def _administer(servers: Servers, statement: sql.Composed) -> None:
    with psycopg.connect(servers.database_url, autocommit=True) as connection:
        connection.execute(statement)
