"""The read models, in the schema ``read``."""

from pathlib import Path

from alembic import op

revision = "p001"
down_revision = None
branch_labels = ("projections",)
depends_on = None


def upgrade() -> None:
    op.execute("CREATE SCHEMA read")
    op.execute("SET LOCAL search_path TO read")
    op.execute(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))
    op.execute("SET LOCAL search_path TO DEFAULT")
