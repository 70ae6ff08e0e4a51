"""How tables are read: what was found for each attempt, and named templates."""

from pathlib import Path

from alembic import op

revision = "k007"
down_revision = "k006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))
