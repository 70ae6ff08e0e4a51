"""Lots and quotes are held to known components a statement at a time."""

from pathlib import Path

from alembic import op

revision = "k014"
down_revision = "k009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))
