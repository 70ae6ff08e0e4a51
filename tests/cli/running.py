"""The command line as a test runs it: in this process, with an environment of its own."""

from collections.abc import Mapping
from typing import Any

from typer.testing import CliRunner, Result

from cli.main import app

# What the machine that runs the tests may say of an installation is none of theirs.
_OURS = (
    *("API_URL", "USER", "PASSWORD", "HOME", "KAFKA", "DATABASE_URL", "NAMESPACE", "ONEC_URL", "ONEC_USER"),
    "CALLED_AS",
)


def tidemark(*arguments: Any, env: Mapping[str, str] | None = None, answer: str | None = None) -> Result:
    """Run one command; English unless the environment or an option says otherwise."""
    clean: dict[str, str | None] = dict.fromkeys(f"TIDEMARK_{name}" for name in _OURS)
    said = {**clean, "LC_ALL": "C", "COLUMNS": "200", **(env or {})}
    return CliRunner().invoke(app, [str(argument) for argument in arguments], input=answer, env=said)
