"""Which days prices were recalculated for, and what persons wrote beside their files, out of the log."""

from pathlib import Path

from alembic import op

revision = "k018"
down_revision = "k014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))
