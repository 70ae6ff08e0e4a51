"""The price desk: components, quotes, stock, rates, prices and price lists."""

from pathlib import Path

from alembic import op

revision = "k004"
down_revision = "k002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))
