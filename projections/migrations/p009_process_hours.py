"""In which hours each process wrote, also for the events that are there: two seconds for each million."""

from pathlib import Path

from alembic import op

revision = "p009"
down_revision = "p008"
branch_labels = None
depends_on = None

FILL = """
INSERT INTO process_hour (actor, hour, partition)
SELECT DISTINCT actor, date_trunc('hour', time, 'UTC'), partition FROM task_event
WHERE actor NOT LIKE 'user:%'
"""


def upgrade() -> None:
    op.execute("SET LOCAL search_path TO read")
    op.execute(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))
    op.get_bind().exec_driver_sql(FILL.replace("%", "%%"))
    op.execute("SET LOCAL search_path TO DEFAULT")
