"""What rows were before a task wrote over them, and what undoing needs."""

from pathlib import Path

from alembic import op

revision = "k009"
down_revision = "k008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))
