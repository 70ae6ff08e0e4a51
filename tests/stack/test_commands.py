"""What ``make up``, ``down``, ``status`` and ``reset`` say and do."""

import stat
from pathlib import Path

from tests.stack.running import alive, stack_command, supervised


def test_a_second_up_says_that_it_runs(tmp_path: Path) -> None:
    with supervised(tmp_path / "home", "three") as running:
        running.wait_until_up("ground", "middle", "top")
        second = stack_command(tmp_path / "home", "up")
        assert second.returncode == 0
        assert "runs already, at http://127.0.0.1:1" in second.stdout


def test_down_stops_what_runs_and_says_where_nothing_does(tmp_path: Path) -> None:
    with supervised(tmp_path / "home", "three") as running:
        pids = running.wait_until_up("ground", "middle", "top")
        done = stack_command(tmp_path / "home", "down")
        assert (done.returncode, done.stdout) == (0, "Stopped.\n")
        assert running.process.wait(5) == 0
        assert not any(alive(pid) for pid in pids.values())
    assert stack_command(tmp_path / "home", "down").stdout == "Nothing runs here.\n"


def test_stack_json_says_what_runs_to_its_owner_only(tmp_path: Path) -> None:
    with supervised(tmp_path / "home", "three") as running:
        pids = running.wait_until_up("ground", "middle", "top")
        assert running.stack() == {
            "api": "http://127.0.0.1:1",
            "kafka": "127.0.0.1:2",
            "database_url": "postgresql://3",
            "onec": "http://4",
            "processes": pids,
        }
        assert all(alive(pid) for pid in pids.values())
        assert stat.S_IMODE((tmp_path / "home" / "stack.json").stat().st_mode) == 0o600
        shown = stack_command(tmp_path / "home", "status")
        assert shown.returncode == 0
        assert f"ground       {pids['ground']}" in shown.stdout


def test_reset_stops_and_deletes_only_its_own(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with supervised(home, "three") as running:
        running.wait_until_up("ground", "middle", "top")
        (home / "objects").mkdir()
        (home / "note.txt").write_text("not ours")
        assert stack_command(home, "reset", "--yes").returncode == 0
        assert running.process.wait(5) == 0
    assert [path.name for path in home.iterdir()] == ["note.txt"]


def test_reset_asks_first(tmp_path: Path) -> None:
    home = tmp_path / "home"
    (home / "objects").mkdir(parents=True)
    asked = stack_command(home, "reset")
    assert asked.returncode == 1
    assert "Delete everything in" in asked.stdout
    assert (home / "objects").exists()


def test_a_wrong_setting_is_named(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    refused = stack_command(home, "status", TIDEMARK_BATCH_SIZE="5")
    assert refused.returncode == 2
    assert "TIDEMARK_BATCH_SIZE" in refused.stdout
    assert "greater than or equal to 10" in refused.stdout
