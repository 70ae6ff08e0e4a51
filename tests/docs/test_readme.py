"""What README names exists; what it says without a stack is run."""

import re
import subprocess
from pathlib import Path

import pytest

from jobs.formats.client_bank import generate
from tests.docs.blocks import ROOT, blocks

README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCUMENTS = ["README.md", "CHANGELOG.md", *(str(p.relative_to(ROOT)) for p in (ROOT / "docs").rglob("*.md"))]


def commands(prefix: str) -> list[str]:
    """Commands of README's blocks and of its text."""
    in_blocks = "\n".join(blocks("README.md", "sh")).splitlines()
    in_text = re.findall(r"`([^`\n]+)`", README)
    return sorted({line for line in (*in_blocks, *in_text) if line.startswith(prefix)})


@pytest.mark.parametrize("command", commands("make "))
def test_every_target_exists(command: str) -> None:
    done = subprocess.run(
        ["make", "--dry-run", "--silent", *command.split()[1:]], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_link_leads_somewhere(document: str) -> None:
    folder = (ROOT / document).parent
    text = (ROOT / document).read_text(encoding="utf-8")
    links = re.findall(r"\]\(([^)#]+)\)", text)
    missing = [link for link in links if "://" not in link and not (folder / link).exists()]
    assert missing == []


def test_a_statement_is_judged_without_anything_running(tmp_path: Path) -> None:
    (tmp_path / "statement.txt").write_bytes(b"".join(generate(50)))
    [command] = [line for line in commands("./tidemark import") if line.endswith("--dry-run")]
    done = subprocess.run(
        [str(ROOT / "tidemark"), *command.split()[1:]], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "50" in done.stdout


def test_the_application_is_imported_with_no_server_and_no_setting(tmp_path: Path) -> None:
    python = str(ROOT / ".venv" / "bin" / "python")
    done = subprocess.run(
        [python, "-c", "from api.main import app; print(app.title)"],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_nothing_is_pushed_by_the_server_but_over_websockets() -> None:
    words = "|".join(["text/event" + "-stream", "Event" + "Source"])
    found = subprocess.run(["git", "grep", "-nE", words], cwd=ROOT, capture_output=True, text=True)
    assert found.stdout == ""
