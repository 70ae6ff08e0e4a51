"""A file that comes from the API is whole, or not there at all."""

import io
from pathlib import Path

import pytest

from cli.downloads import opened, writable
from cli.failures import Failure
from tests.cli.running import tidemark
from tests.cli.socketless import TASK


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


def test_failing_what_is_there_is_left_unless_it_is_forced(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    assert writable(path, force=False) == path
    path.write_text("typed corrections")
    with pytest.raises(Failure, match="file_exists"):
        writable(path, force=False)
    assert writable(path, force=True) == path
    with pytest.raises(Failure, match="file_is_folder"):
        writable(tmp_path, force=True)


@pytest.mark.parametrize(
    "command",
    [
        ("rejects", TASK),
        ("rejects", TASK, "--csv"),
        ("audit", "export", "--out"),
        ("audit", "roots", "--out"),
    ],
    ids=" ".join,
)
def test_failing_every_command_that_writes_a_file_leaves_one_that_is_there(
    tmp_path: Path, command: tuple[str, ...]
) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("typed corrections")
    result = tidemark(*command, path)
    assert result.exit_code == 2
    assert "There is such a file already" in result.stderr
    assert "--force" in result.stderr
    assert path.read_text() == "typed corrections"


def test_failing_a_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    path = tmp_path / "nowhere" / "rows.csv"
    with pytest.raises(Failure, match="file_unwritable"), opened(path, io.BytesIO()):
        pass


def test_a_device_is_written_to_and_stays_one() -> None:
    with opened(Path("/dev/null"), io.BytesIO()) as into:
        into.write(b"rows")
    assert not Path("/dev/null").is_file()


def test_without_a_file_it_goes_to_stdout() -> None:
    stdout = io.BytesIO()
    with opened(None, stdout) as into:
        into.write(b"rows")
    assert stdout.getvalue() == b"rows"
