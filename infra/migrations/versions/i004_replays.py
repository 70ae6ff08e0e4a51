"""What attempts after the first do."""

from pathlib import Path

from alembic import op

revision = "i004"
down_revision = "i003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))
