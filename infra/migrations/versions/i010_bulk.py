"""What bulk operations ask of tasks."""

from pathlib import Path

from alembic import op

revision = "i010"
down_revision = "i005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))
