"""One migration run for all owners of tables: each package keeps its own branch of versions."""

from collections.abc import Sequence
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, text

_HERE = Path(__file__).parent
# Two processes that start at once migrate one after the other.
_LOCK = 7_211_061_408


def config(locations: Sequence[Path]) -> Config:
    """Alembic's configuration over the folders ``locations``, without an ini file."""
    made = Config()
    made.set_main_option("script_location", str(_HERE / "migrations"))
    made.set_main_option("path_separator", "newline")
    made.set_main_option("version_locations", "\n".join(str(path) for path in locations))
    return made


def upgrade(database_url: str, locations: Sequence[Path]) -> None:
    """Bring the database to the newest version of every branch; safe to run at every start."""
    _, _, rest = database_url.partition("://")
    engine = create_engine(f"postgresql+psycopg://{rest}")
    with engine.connect() as connection:
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _LOCK})
        connection.commit()
        made = config(locations)
        made.attributes["connection"] = connection
        command.upgrade(made, "heads")
        connection.commit()
        connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _LOCK})
        connection.commit()
    engine.dispose()
