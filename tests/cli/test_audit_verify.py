"""What is given beside an export, and is not what it is to be, is told in words; nothing is verified."""

from pathlib import Path

import pytest

from tests.cli.running import tidemark
from tests.domain.exported import file_of, history


@pytest.fixture
def export(tmp_path: Path) -> Path:
    return written(tmp_path / "export.jsonl", b"".join(file_of(history(3))))


def written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def test_another_export_is_no_file_of_roots(export: Path, tmp_path: Path) -> None:
    other = written(tmp_path / "other.jsonl", export.read_bytes())
    said = tidemark("audit", "verify", export, "--roots", other)
    assert (said.exit_code, "This is an audit export" in said.stderr) == (2, True)
    assert f"where: {other}" in said.stderr
    assert "tidemark audit roots --out FILE" in said.stderr


@pytest.mark.parametrize(
    "content", ["Сумма=1".encode("cp1251"), b"[1]\n", b'"1"\n', b'{"partition": 0}\n', b"1,2\n"]
)
def test_any_other_file_is_none_either(export: Path, tmp_path: Path, content: bytes) -> None:
    said = tidemark("audit", "verify", export, "--roots", written(tmp_path / "x", content))
    assert (said.exit_code, "line 1 is none" in said.stderr) == (2, True), said.output
    assert "Error" not in said.output


def test_an_empty_file_holds_no_roots(export: Path, tmp_path: Path) -> None:
    said = tidemark("audit", "verify", export, "--roots", written(tmp_path / "x", b"\n"))
    assert (said.exit_code, "no signed roots in this file" in said.stderr) == (2, True)


def test_a_file_that_is_not_there_is_told_as_such(export: Path, tmp_path: Path) -> None:
    said = tidemark("audit", "verify", export, "--roots", tmp_path / "gone")
    assert (said.exit_code, "No such file" in said.stderr) == (2, True)
    assert "FileNotFoundError" not in said.output


@pytest.mark.parametrize("key", ["abc", "0" * 63, "x" * 64, "gone.key"])
def test_what_is_no_key_is_not_another_key(export: Path, key: str) -> None:
    said = tidemark("audit", "verify", export, "--key", key)
    assert (said.exit_code, "This is no public key" in said.stderr) == (2, True)
    assert "another key" not in said.output


def test_a_file_that_holds_no_key_is_none(export: Path, tmp_path: Path) -> None:
    said = tidemark("audit", "verify", export, "--key", written(tmp_path / "k", "ключ".encode()))
    assert (said.exit_code, "This is no public key" in said.stderr) == (2, True)


def test_another_key_is_told_as_another(export: Path) -> None:
    said = tidemark("audit", "verify", export, "--key", "0" * 64)
    assert (said.exit_code, "Signed with another key" in said.output) == (1, True)
