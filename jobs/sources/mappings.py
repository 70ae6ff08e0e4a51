"""How a table is read, kept in PostgreSQL beside its attempt; and templates, which a person has named."""

from collections.abc import Sequence
from typing import Any

import orjson

from domain.errors import Fatal, written
from infra.task_texts import HASHED
from jobs.base import SourceTools, TaskSpec
from jobs.formats.tables.fields import Layout
from jobs.formats.tables.mapping import Found, Wishes

_KEPT = "SELECT found FROM table_mapping WHERE task_id = %s AND attempt = %s AND found IS NOT NULL"
# Whoever was first is right: of two readers of one attempt both read the same way.
_KEEP = """
INSERT INTO table_mapping (task_id, attempt, layout, found, wanted, first_rows)
VALUES (%(task)s, %(attempt)s, %(layout)s, %(found)s::jsonb, %(wanted)s::jsonb, %(rows)s::jsonb)
ON CONFLICT (task_id, attempt) DO UPDATE SET found = coalesce(table_mapping.found, excluded.found)
RETURNING found
"""
# Rows of files stay as long as batches do (the retention of their topics).
_FORGET = """
UPDATE table_mapping SET first_rows = '[]'
WHERE first_rows <> '[]' AND at < now() - interval '30 days'
"""
_TEMPLATE = "SELECT wishes FROM table_template WHERE kind = %s AND name = %s"
ShownRows = Sequence[dict[str, object]]


class Mappings:
    """Of one attempt. Without PostgreSQL (a look at a file, a test) nothing is kept."""

    def __init__(self, task: TaskSpec, tools: SourceTools) -> None:
        self._task = task
        self._connect = tools.connect

    async def kept(self) -> Found | None:
        """What an earlier reader of this attempt has found."""
        row = await self._one(_KEPT, [self._task.task_id, self._task.attempt])
        return None if row is None else Found.restored(row[0])

    async def wishes(self) -> Wishes:
        """What was said with the task, over what its template says. Raises Fatal ``template_unknown``, and
        ``task_texts_gone`` where PostgreSQL no longer has what was said."""
        if HASHED in self._task.params:
            raise Fatal("task_texts_gone")
        said = Wishes.of(self._task.params)
        name = self._task.params.get("template")
        if name is None:
            return said
        row = await self._one(_TEMPLATE, [self._task.kind, name])
        if row is None:
            raise Fatal("template_unknown", written(template=str(name)))
        return said.over(Wishes.of(row[0]))

    async def keep(self, layout: Layout, found: Found, first: ShownRows) -> Found:
        row = await self._one(_KEEP, self._values(layout, found.kept(), first))
        return found if row is None else Found.restored(row[0])

    async def keep_unknown(self, layout: Layout, first: ShownRows) -> None:
        """No header was found: the first rows, and what was looked for."""
        await self._one(_KEEP, self._values(layout, None, first))

    def _values(self, layout: Layout, found: dict[str, Any] | None, first: ShownRows) -> dict[str, Any]:
        wanted = [
            {"field": field.name, "names": list(field.aliases), "required": field.required}
            for field in layout.fields
        ]
        return {
            "task": self._task.task_id,
            "attempt": self._task.attempt,
            "layout": layout.name,
            "found": None if found is None else orjson.dumps(found).decode(),
            "wanted": orjson.dumps(wanted).decode(),
            "rows": orjson.dumps(first).decode(),
        }

    async def _one(self, statement: str, parameters: Any) -> Any:
        if self._connect is None:
            return None
        async with self._connect() as connection, connection.transaction():
            found = await (await connection.execute(statement, parameters)).fetchone()
            if statement is _KEEP:
                await connection.execute(_FORGET)
            return found
