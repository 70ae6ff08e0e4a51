"""What is no file is refused before anybody waits for it."""

import os
from pathlib import Path

import pytest

from cli.failures import Failure
from cli.uploads import checked


def test_a_pipe_is_refused_by_name(tmp_path: Path) -> None:
    pipe = tmp_path / "statement.txt"
    os.mkfifo(pipe)
    with pytest.raises(Failure) as refused:
        checked(pipe)
    assert refused.value.code == "cli.file_is_pipe"


def test_a_file_is_taken(tmp_path: Path) -> None:
    file = tmp_path / "statement.txt"
    file.write_bytes(b"")
    assert checked(file) == file
