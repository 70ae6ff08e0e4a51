"""The trail as the log has it, chained; how tasks stood at any time.

What is made of topic ``tasks`` is made anew from its first event by the projection that starts next; rejected
rows, whose topic forgets, stay.
"""

from pathlib import Path

from alembic import op

revision = "p002"
down_revision = "p001"
branch_labels = None
depends_on = None

_EMPTY = """
TRUNCATE task, attempt, batch, purged_task, task_count, task_event;
DELETE FROM unreadable WHERE topic LIKE '%tasks';
DELETE FROM projection_offset WHERE topic LIKE '%tasks';
"""


def upgrade() -> None:
    op.execute("SET LOCAL search_path TO read")
    for statement in _EMPTY.strip().splitlines():
        op.get_bind().exec_driver_sql(statement.replace("%", "%%"))
    op.execute(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))
    op.execute("SET LOCAL search_path TO DEFAULT")
