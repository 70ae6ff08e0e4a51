"""``./tidemark`` works from any folder and says what to do where its environment is missing."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def run(launcher: Path, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [launcher, *arguments], cwd=folder, capture_output=True, text=True, timeout=60, check=False
    )


def checkout(folder: Path) -> Path:
    """Another place with the launcher and nothing else."""
    folder.mkdir()
    return Path(shutil.copy(ROOT / "tidemark", folder / "tidemark"))


def test_an_environment_that_is_missing(tmp_path: Path) -> None:
    done = run(checkout(tmp_path / "fresh checkout"), tmp_path)
    assert done.returncode == 2
    assert "fresh checkout/.venv" in done.stderr
    assert "make up" in done.stderr


def test_it_runs_the_checkout_it_lies_in_through_a_link_from_any_folder(tmp_path: Path) -> None:
    launcher = checkout(tmp_path / "checkout")
    environment(launcher.parent, tmp_path)
    (tmp_path / "link").symlink_to(launcher)
    done = run(tmp_path / "link", tmp_path, "tasks", "two words")
    assert done.stdout.splitlines() == [
        str(tmp_path),
        str(tmp_path / "checkout"),
        "-m cli.main tasks two words",
        str(tmp_path / "link"),
    ]


def test_it_says_how_it_was_called(tmp_path: Path) -> None:
    launcher = checkout(tmp_path / "checkout")
    environment(launcher.parent, tmp_path)
    for called, path in (("./tidemark", ""), ("tidemark", f"{launcher.parent}:")):
        done = subprocess.run(
            ["bash", "-c", f"{called} tasks"],
            cwd=launcher.parent,
            env={**os.environ, "PATH": path + os.environ["PATH"]},
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        assert done.stdout.splitlines()[-1] == called


def environment(checkout: Path, folder: Path) -> None:
    (checkout / ".venv" / "bin").mkdir(parents=True)
    (checkout / ".venv" / "bin" / "python").symlink_to(_interpreter(folder))


def _interpreter(folder: Path) -> Path:
    """Says where it stands, what it imports from and what it was told, instead of doing it."""
    script = folder / "interpreter"
    script.write_text(
        '#!/usr/bin/env bash\npwd -P\necho "${PYTHONPATH%%:*}"\necho "$@"\necho "$TIDEMARK_CALLED_AS"\n'
    )
    script.chmod(0o755)
    return script


@pytest.mark.parametrize("folder", [ROOT, Path(os.sep)])
def test_python_m_does_the_same(folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "cli.main", "--help"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0
    assert "Usage: tidemark" in done.stdout
