"""Tables of intake, conductor, reader and importer."""

from pathlib import Path

from alembic import op

revision = "i001"
down_revision = None
branch_labels = ("infra",)
depends_on = None


def upgrade() -> None:
    op.execute(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))
