"""Before-images are found by their row alone, and by their task in the order they were written."""

from pathlib import Path

from alembic import op

revision = "k017"
down_revision = "k018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))
