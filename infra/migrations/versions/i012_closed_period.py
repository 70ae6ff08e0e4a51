"""Up to which day bookings are closed, and why it was touched all the same."""

from pathlib import Path

from alembic import op

revision = "i012"
down_revision = "i010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))
