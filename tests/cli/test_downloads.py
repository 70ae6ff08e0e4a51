"""A file that comes from the API is whole, or not there at all."""

import io
from pathlib import Path

import pytest

from cli.downloads import opened


def test_a_file_is_replaced_when_the_new_one_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("before")
    with opened(path, io.BytesIO()) as into:
        into.write(b"after")
        assert path.read_text() == "before"
    assert path.read_text() == "after"
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_that_failed_is_left_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("before")
    with pytest.raises(ZeroDivisionError), opened(path, io.BytesIO()) as into:
        into.write(bytes([1 // 0]))
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]


def test_without_a_file_it_goes_to_stdout() -> None:
    stdout = io.BytesIO()
    with opened(None, stdout) as into:
        into.write(b"rows")
    assert stdout.getvalue() == b"rows"
