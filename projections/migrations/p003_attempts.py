"""What the rows of an attempt counted as before it, and which code it ran."""

from pathlib import Path

from alembic import op

revision = "p003"
down_revision = "p001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL search_path TO read")
    op.execute(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))
    op.execute("SET LOCAL search_path TO DEFAULT")
