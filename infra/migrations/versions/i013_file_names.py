"""Parts of the names of files, so that a text finds tasks."""

from pathlib import Path

from alembic import op

revision = "i013"
down_revision = "i012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))
