"""Which row has changed a contractor last."""

from pathlib import Path

from alembic import op

revision = "k008"
down_revision = "k007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))
