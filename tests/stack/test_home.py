"""The data folder: small files written in one step, keys and passwords made once, one supervisor."""

import os
import stat
from pathlib import Path

import pytest

from stack.home import AlreadyRunning, Home


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path / "home")
    made.make()
    return made


def test_one_supervisor_at_a_time(home: Home) -> None:
    with home.held():
        assert home.holder() == os.getpid()
        with pytest.raises(AlreadyRunning, match=str(os.getpid())), home.held():
            raise AssertionError("two hold it")
    assert home.holder() is None


def test_passwords_are_generated_once(home: Home) -> None:
    first = home.credentials({})
    assert set(first) == {"admin", "manager", "user"}
    assert len(set(first.values())) == 3
    assert home.credentials({}) == first
    assert stat.S_IMODE(home.credentials_file.stat().st_mode) == 0o600


def test_given_passwords_win_and_are_not_written_down(home: Home) -> None:
    given = home.credentials({"admin": "from-the-environment"})
    assert given["admin"] == "from-the-environment"
    assert "from-the-environment" not in home.credentials_file.read_text()
    assert set(home.read("credentials.json")) == {"manager", "user"}


def test_a_key_is_made_once_for_its_owner(home: Home) -> None:
    key = home.secret("secret.key")
    assert len(key) == 64
    assert home.secret("secret.key") == key
    assert stat.S_IMODE((home.path / "secret.key").stat().st_mode) == 0o600


def test_a_small_file_is_replaced_whole(home: Home) -> None:
    home.write("ports.json", {"api": 1})
    home.write("ports.json", {"api": 2})
    assert home.read("ports.json") == {"api": 2}
    assert home.read("never-written.json") == {}
    assert [path.name for path in home.path.iterdir() if path.name.startswith(".")] == []


def test_deleting_leaves_what_others_put_there(home: Home) -> None:
    home.write("ports.json", {})
    (home.path / "kafka").mkdir()
    (home.path / "mine.txt").touch()
    home.delete()
    assert [path.name for path in home.path.iterdir()] == ["mine.txt"]
    (home.path / "mine.txt").unlink()
    home.delete()
    assert not home.path.exists()
