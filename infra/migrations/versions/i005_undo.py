"""Undos, and how far they are."""

from pathlib import Path

from alembic import op

revision = "i005"
down_revision = "i009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))
