"""Rows that were used although something in them looks wrong."""

from pathlib import Path

from alembic import op

revision = "i009"
down_revision = "i004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))
