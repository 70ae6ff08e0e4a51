"""What the log of tasks does not tell and a rebuild leaves alone: signed roots, and who read what."""

from pathlib import Path

from alembic import op

revision = "p004"
down_revision = "p003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(Path(__file__).with_name("audit_tables.sql").read_text(encoding="utf-8"))
