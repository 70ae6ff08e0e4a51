"""What finds a page among a million tasks and twenty million events."""

from pathlib import Path

from alembic import op

revision = "p008"
down_revision = "p004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL search_path TO read")
    op.execute(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))
    op.execute("SET LOCAL search_path TO DEFAULT")
