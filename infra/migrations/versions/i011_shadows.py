"""What shadows say, and what they were made of."""

from pathlib import Path

from alembic import op

revision = "i011"
down_revision = "i010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))
