"""The closed period, how long recorded input is kept, and what is left of tasks that cleanup took away."""

from pathlib import Path

from alembic import op

revision = "i012"
down_revision = "i011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))
