"""Duplicates between sources, what statements cover, what a sync changed."""

from pathlib import Path

from alembic import op

revision = "k005"
down_revision = "k004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))
