"""What docs/audit.md shows is what the commands say."""

import os
import shlex
import subprocess

import pytest

from tests.docs.blocks import ROOT, blocks
from tests.domain.exported import OTHER, TASK, file_of, history, signed

EXAMPLE = ROOT / "docs" / "examples" / "audit.jsonl"
CHANGED = ROOT / "docs" / "examples" / "audit-changed.jsonl"


def test_the_example_is_an_export_and_one_byte_of_the_other_is_changed() -> None:
    lines = b"".join(file_of(signed(history(12, (TASK, OTHER)), (4, 9))))
    assert EXAMPLE.read_bytes() == lines
    changed = CHANGED.read_bytes()
    assert sum(one != other for one, other in zip(lines, changed, strict=True)) == 1


@pytest.mark.parametrize("block", blocks("docs/audit.md", "console"))
def test_a_command_says_what_is_shown(block: str) -> None:
    command, _, shown = block.partition("\n")
    arguments = shlex.split(command.removeprefix("$ "))
    done = subprocess.run(
        [str(ROOT / "tidemark"), "--lang", "en", *arguments[1:]],
        cwd=ROOT / "docs" / "examples",
        capture_output=True,
        text=True,
        env={**os.environ, "COLUMNS": "200"},
    )
    assert f"{done.stdout}{done.stderr}[{done.returncode}]\n" == shown
