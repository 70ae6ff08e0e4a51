"""Before-images: what a row was before a task wrote over it, kept in the statement that writes.

Rows that a task makes cost nothing here: they carry its id. ``old`` and ``new`` are those of RETURNING.
"""


def before(writer: str) -> str:
    """The columns of a before-image. ``writer`` is who wrote a row last; one that the task itself wrote last
    has its before-image already."""
    owner = writer.format(row="old")
    return (
        f"{owner} AS owner, CASE WHEN old.id IS NOT NULL AND {owner} IS DISTINCT FROM %(task)s::uuid"
        " THEN to_json(old) END AS before"
    )


def keep(table: str, row_no: str = "row_no", written: str = "written") -> str:
    """Keep the before-images of the rows in ``written`` (id, owner, before)."""
    return (
        "INSERT INTO row_before (task_id, tab, row_id, owner, row_no, before)"
        f" SELECT %(task)s, '{table}', id::text, owner, {row_no}, before FROM {written}"
        " WHERE before IS NOT NULL"
    )


def carry(table: str, incoming: str, same: str, writer: str) -> str:
    """Mark rows of ``incoming`` (i) that are as another task has left them: one mark a row, whoever comes.
    ``same`` says which row of ``table`` (t) one is. To be called when the rows that differ are written.
    """
    owner = writer.format(row="t")
    return (
        "INSERT INTO carried_row AS c (owner, tab, row_id, task_id, row_no)"
        f" SELECT {owner}, '{table}', t.id::text, %(task)s, i.row_no"
        # One by one (OFFSET 0): joined, the whole table would be read through for a batch.
        f" FROM {incoming} i CROSS JOIN LATERAL (SELECT * FROM {table} t WHERE {same} OFFSET 0) t"
        f" WHERE {owner} <> %(task)s::uuid"
        # A nightly sync finds its rows marked already: looked at, not locked.
        f" AND NOT EXISTS (SELECT FROM carried_row m WHERE m.owner = {owner} AND m.row_id = t.id::text"
        " AND (m.more OR m.task_id = %(task)s::uuid)) ORDER BY 1, 3"
        " ON CONFLICT (owner, row_id) DO UPDATE SET more = true"
        " WHERE NOT c.more AND c.task_id IS DISTINCT FROM excluded.task_id"
    )


MADE_AND_CHANGED = "coalesce({row}.changed_by, {row}.task_id)"
LAST = "{row}.task_id"
