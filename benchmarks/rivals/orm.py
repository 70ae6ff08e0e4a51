"""The import that everybody writes first: SQLAlchemy's ORM, a look and an add a row, a commit every 100."""

import time
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import MetaData, Table, create_engine, select
from sqlalchemy.orm import Session, registry

ROWS_A_COMMIT = 100


class Record:
    """One row; its attributes are the table's columns."""

    key: Any

    def __init__(self, **values: Any) -> None:
        for name, value in values.items():
            setattr(self, name, value)


def prepared(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Exported rows as the ORM takes them."""
    return [
        row
        | {name: UUID(row[name]) for name in ("key", "task_id")}
        | {"warnings": [code for code in row["warnings"][1:-1].split(",") if code]}
        for row in rows
    ]


def load(url: str, table: str, rows: list[dict[str, Any]]) -> float:
    """Import rows that are in memory already, parsed: reading the file is not counted for this one."""
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://", 1))
    schema, _, name = table.partition(".")
    mapping = registry()
    try:
        mapping.map_imperatively(Record, Table(name, MetaData(schema=schema), autoload_with=engine))
        began = time.perf_counter()
        with Session(engine) as session:
            for number, row in enumerate(rows, 1):
                if session.scalar(select(Record).where(Record.key == row["key"])) is None:
                    session.add(Record(**row))
                if number % ROWS_A_COMMIT == 0:
                    session.commit()
            session.commit()
        return time.perf_counter() - began
    finally:
        mapping.dispose()
        engine.dispose()
