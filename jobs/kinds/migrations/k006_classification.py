"""Classification that learns: rules with their history, what persons chose, text models."""

from pathlib import Path

from alembic import op

revision = "k006"
down_revision = "k005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))
