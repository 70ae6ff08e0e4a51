"""What ``tidemark classify train --follow`` says of the version that was made."""

import asyncio
from typing import Any

import psycopg
import pytest

from cli.training import standing
from tests.cli.installation import Installed
from tests.jobs.booking import confirmed


@pytest.mark.parametrize(
    ("active", "activate", "precision", "code"),
    [
        (True, True, 0.95, "active"),
        (True, False, 0.5, "active"),
        (False, False, 0.95, "kept_active"),
        (False, True, 0.89, "imprecise"),
        (False, True, None, "imprecise"),
        (False, True, 0.95, "replaced"),
    ],
)
def test_whether_a_version_decides_and_why_not(
    active: bool, activate: bool, precision: float | None, code: str
) -> None:
    task: dict[str, Any] = {"params": {"activate": activate}}
    assert standing(task, {"active": active, "precision": precision}) == f"cli.trained.{code}"


async def taught(url: str) -> None:
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        await confirmed(connection)


@pytest.mark.integration
@pytest.mark.timeout(300)
def test_a_training_says_how_good_its_version_is_and_whether_it_decides(live: Installed) -> None:
    asyncio.run(taught(live.env["TIDEMARK_DATABASE_URL"]))
    kept = live.run("classify", "train", "--keep-active", "--follow")
    assert kept.exit_code == 0, kept.output
    assert "Version 1, from 120 transactions of 3 categories. Accuracy: " in kept.stdout
    assert "at the threshold of 95.0% it decides " in kept.stdout
    assert "It was not activated, as you asked" in kept.stdout
    said = live.run("classify", "train", "--follow", "--lang", "ru")
    assert "Версия 2: 120 операций, 3 статьи. Точность " in said.stdout.replace("\u00a0", " "), said.output
    assert "Она включена" in said.stdout
