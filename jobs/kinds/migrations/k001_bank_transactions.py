"""Bank transactions and the rules that classify them."""

from pathlib import Path

from alembic import op

revision = "k001"
down_revision = None
branch_labels = ("kinds",)
depends_on = None


def upgrade() -> None:
    op.execute(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))
