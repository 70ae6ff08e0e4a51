"""The blocks of our documents, run against the running stack."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.blocks import ROOT, blocks
from tests.system.conftest import Making
from tests.system.running import RunningStack

pytestmark = pytest.mark.system


def test_background_tasks_runs_from_its_first_block_to_its_last(stack: RunningStack, tmp_path: Path) -> None:
    script = tmp_path / "background_tasks.py"
    script.write_text("\n".join(blocks("docs/background-tasks.md", "python")), encoding="utf-8")
    environment = os.environ | {
        "TIDEMARK_API_URL": stack.known()["api"],
        "TIDEMARK_PASSWORD": stack.passwords["manager"],
    }
    done = subprocess.run([sys.executable, str(script)], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_readme_s_import_is_followed_to_a_clean_end(
    stack: RunningStack, made: Making, tmp_path: Path
) -> None:
    [command] = [
        line for block in blocks("README.md", "sh") for line in block.splitlines() if "--follow" in line
    ]
    (tmp_path / "statement.txt").write_bytes(made(500).path.read_bytes())
    environment = os.environ | {
        "TIDEMARK_API_URL": stack.known()["api"],
        "TIDEMARK_USER": "manager",
        "TIDEMARK_PASSWORD": stack.passwords["manager"],
    }
    done = subprocess.run(
        [str(ROOT / "tidemark"), *command.split()[1:]],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
