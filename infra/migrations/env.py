"""Alembic's environment: one connection handed in by ``infra.migrate``, every owner's versions."""

from alembic import context

connection = context.config.attributes["connection"]
context.configure(connection=connection, version_table_schema="public")
with context.begin_transaction():
    context.run_migrations()
