"""The command line against a whole installation: from a file to the database and back to the terminal."""

import csv
import json
import re
import signal
import subprocess
from pathlib import Path
from typing import Any

import psycopg
import pytest

from cli.api import Api
from cli.following import pushed
from cli.installation import Account
from jobs.formats.client_bank import generate
from tests.cli.installation import PASSWORDS, Installed

pytestmark = [pytest.mark.integration, pytest.mark.timeout(300)]

BAD = ("amount_missing", "date_impossible", "nul_byte")


@pytest.fixture
def statement(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """300 documents that no other test has."""
    return written(tmp_path, request, 300)


def written(folder: Path, request: pytest.FixtureRequest, documents: int, **how: Any) -> Path:
    path = folder / "kl_to_1c.txt"
    seed = sum(map(ord, request.node.name))
    path.write_bytes(b"".join(generate(documents, seed=seed, **how)))
    return path


def newest(live: Installed) -> dict[str, Any]:
    found: list[dict[str, Any]] = json.loads(live.run("tasks", "--limit", "1", "--json").stdout)
    return found[0]


def ended(process: subprocess.Popen[str]) -> str:
    """What a command still says; one that does not end is asked where it stands."""
    try:
        return process.communicate(timeout=60)[1]
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGABRT)
        raise AssertionError(f"it has not ended:\n{process.communicate()[1]}") from None


def rows(live: Installed, task_id: str) -> int:
    with psycopg.connect(live.env["TIDEMARK_DATABASE_URL"]) as connection:
        found = connection.execute("SELECT count(*) FROM bank_transaction WHERE task_id = %s", [task_id])
        return int((found.fetchone() or (0,))[0])


def test_a_clean_import_ends_with_zero(live: Installed, statement: Path) -> None:
    result = live.run("import", statement, "--kind", "bank-transactions", "--follow")
    assert result.exit_code == 0, result.output
    assert "300 documents · total " in result.stdout
    assert "adds up" in result.stdout
    assert "✓ Done" in result.stdout
    assert re.search(r"Created +300", result.stdout)
    assert rows(live, newest(live)["id"]) == 300


def test_the_same_file_twice_is_refused_with_the_first_task(live: Installed, statement: Path) -> None:
    assert live.run("import", statement, "--follow").exit_code == 0
    first = newest(live)["id"]
    again = live.run("import", statement, "--follow")
    assert again.exit_code == 2
    assert f"tidemark show {first}" in again.stderr
    assert str(statement) in again.stderr
    forced = live.run("import", statement, "--follow", "--force")
    assert forced.exit_code == 0
    assert re.search(r"Duplicate +300", forced.stdout)


def test_a_partial_import_ends_with_one_and_gives_its_rejects(
    live: Installed, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    result = live.run("import", written(tmp_path, request, 300, bad=BAD), "--follow")
    assert result.exit_code == 1
    assert "▲ Done, 3 rows need attention" in result.stdout
    assert "there is no such day" in result.stdout
    assert "rows.xlsx" in result.stdout
    task_id = newest(live)["id"]
    sheet = tmp_path / "rows.csv"
    done = live.run("rejects", task_id, "--csv", sheet)
    assert done.exit_code == 0
    found = list(csv.DictReader(sheet.read_text("utf-8-sig").splitlines()))
    assert [row["row_no"] for row in found] == ["51", "151", "251"]
    assert [row["code"] for row in found] == list(BAD)
    assert [row["Номер"] for row in found] == ["51", "151", "251"]
    assert live.run("rejects", task_id, "--csv", LC_ALL="C").stdout.count("\n") == 4
    assert "there is no such day" in live.run("rejects", task_id).stdout


def test_what_must_match_and_cannot_be_proven_writes_nothing(
    live: Installed, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    path = written(tmp_path, request, 300, bad=["amount_missing"])
    result = live.run("import", path, "--follow", "--control-totals", "must_match")
    assert result.exit_code == 2
    assert "✗ Failed" in result.stdout
    assert "--dry-run" in result.stdout
    assert rows(live, newest(live)["id"]) == 0


def test_a_dry_run_on_the_server_writes_nothing(live: Installed, statement: Path) -> None:
    result = live.run("import", statement, "--dry-run", "--server")
    assert result.exit_code == 0
    assert "nothing was written" in result.stdout
    assert re.search(r"Created +300", result.stdout)
    task_id = newest(live)["id"]
    assert f"GET /api/v1/tasks/{task_id}/preview" in result.stdout
    assert rows(live, task_id) == 0
    listed = live.run("tasks", "--limit", "1").stdout
    assert "✓ Done (dry run)" in listed
    assert "kl_to_1c.txt" in listed
    assert "✓ Выполнена (проверка)" in live.run("tasks", "--limit", "1", "--lang", "ru").stdout
    assert live.run("import", statement, "--follow").exit_code == 0
    assert "dry run" not in live.run("tasks", "--limit", "1").stdout


def test_the_same_key_is_the_same_task(live: Installed, statement: Path) -> None:
    first = live.run("import", statement, "--idempotency-key", "key-1", "--no-classify")
    again = live.run("import", statement, "--idempotency-key", "key-1", "--no-classify")
    assert (first.exit_code, again.exit_code) == (0, 0)
    assert first.stdout == again.stdout
    assert live.run("watch", first.stdout.strip()).exit_code == 0


def test_cancel_stops_it_and_watch_says_so(
    live: Installed, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    path = written(tmp_path, request, 5_000)
    task_id = live.run("import", path, "--batch-size", "10").stdout.strip()
    stopped = live.run("cancel", task_id)
    assert stopped.exit_code == 0, stopped.output
    assert "■ Stopped" in stopped.stdout
    watched = live.run("watch", task_id, "--lang", "ru")
    assert watched.exit_code == 2
    assert "■ Остановлена" in watched.stdout
    # What was stopped may be loaded again without --force.
    again = live.run("import", path, "--batch-size", "10")
    assert again.exit_code == 0
    assert live.run("cancel", again.stdout.strip()).exit_code == 0


def test_what_has_ended_cannot_be_stopped(live: Installed, statement: Path) -> None:
    live.run("import", statement, "--follow")
    refused = live.run("cancel", newest(live)["id"])
    assert refused.exit_code == 2
    assert "it has already ended" in refused.stderr


def test_ctrl_c_leaves_the_task_running(
    live: Installed, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    path = written(tmp_path, request, 60_000)
    # Nothing can be written until the command has gone, however late it is interrupted.
    with (
        psycopg.connect(live.env["TIDEMARK_DATABASE_URL"]) as holding,
        live.spawned("import", str(path), "--follow") as process,
    ):
        holding.execute("LOCK TABLE bank_transaction IN SHARE MODE")
        assert process.stderr is not None
        while " %" not in process.stderr.readline():
            assert process.poll() is None
        process.send_signal(signal.SIGINT)
        said = ended(process)
    assert process.returncode == 130
    task_id = newest(live)["id"]
    assert f"tidemark watch {task_id}" in said
    assert "Traceback" not in said
    assert live.run("watch", task_id).exit_code == 0
    assert rows(live, task_id) == 60_000


def test_tasks_are_listed_and_shown(live: Installed, statement: Path) -> None:
    live.run("import", statement, "--follow")
    task = newest(live)
    listed = live.run("tasks", "--status", "completed", "--kind", "bank-transactions", "--lang", "ru")
    assert task["id"] in listed.stdout
    assert "Банковские операции" in listed.stdout
    assert task["id"] not in live.run("tasks", "--status", "failed").stdout
    shown = live.run("show", task["id"])
    assert shown.exit_code == 0
    assert "kl_to_1c.txt" in shown.stdout
    assert "manager" in shown.stdout
    assert json.loads(live.run("show", task["id"], "--json").stdout) == task


def test_the_api_and_kafka_tell_the_same_history(live: Installed, statement: Path) -> None:
    live.run("import", statement, "--follow")
    task_id = newest(live)["id"]
    by_kafka, by_api = (
        [json.loads(line) for line in live.run("events", task_id, "--json", *how).stdout.splitlines()]
        for how in ((), ("--by-api",))
    )
    # The log may have an outcome twice, under one id: a batch that came again says it again.
    once: dict[str, Any] = {}
    for event in by_kafka:
        once.setdefault(event["id"], event)
    assert list(once.values()) == by_api
    assert by_kafka[0]["type"] == "task.submitted.v1"
    assert by_kafka[-1]["type"] == "task.completed.v1"


def test_the_socket_tells_the_task(live: Installed, statement: Path) -> None:
    live.run("import", statement, "--follow")
    task = newest(live)
    with Api(live.url, lambda: Account("user", PASSWORDS["user"]), "en") as api:
        assert next(pushed(api, task["id"])) == task


def test_roles_and_passwords(live: Installed, statement: Path) -> None:
    refused = live.run("import", statement, USER="user")
    assert refused.exit_code == 2
    assert "manager" in refused.stderr
    assert live.run("tasks", USER="user").exit_code == 0
    wrong = live.run("tasks", PASSWORD="wrong", USER="admin")
    assert wrong.exit_code == 2
    assert "TIDEMARK_PASSWORD" in wrong.stderr


def test_another_format_is_refused_before_it_is_a_task(live: Installed, tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    path.write_bytes(b"PK\x03\x04" + b"xl/workbook.xml" * 1000)
    result = live.run("import", path, "--follow")
    assert result.exit_code == 2
    assert str(path) in result.stderr


def test_the_read_models_are_rebuilt_as_they_are(live: Installed, statement: Path) -> None:
    live.run("import", statement, "--follow")
    result = live.run("projections", "rebuild")
    assert result.exit_code == 0, result.output
    assert "rebuilt equals live" in result.stdout


def test_demo_rows_leave_by_one_command_that_asks(live: Installed, statement: Path) -> None:
    assert "no demo transactions" in live.run("demo", "clear").stdout
    live.run("import", statement, "--follow")
    task_id = newest(live)["id"]
    with psycopg.connect(live.env["TIDEMARK_DATABASE_URL"]) as connection:
        connection.execute("UPDATE bank_transaction SET demo = true WHERE task_id = %s", [task_id])
        connection.execute(
            "UPDATE bank_transaction SET category = 'Своя', classified_by = 'person', counterparty_inn = '1',"
            " direction = 'out' WHERE task_id = %s AND row_no <= 2",
            [task_id],
        )
        connection.execute("INSERT INTO confirmed_category VALUES ('1', 'out', 'Своя', 5)")
    assert live.run("demo", "clear", answer="n\n").exit_code == 1
    assert rows(live, task_id) == 300
    cleared = live.run("demo", "clear", answer="y\n")
    assert cleared.exit_code == 0
    assert "300 demo transactions" in cleared.stdout
    assert rows(live, task_id) == 0
    with psycopg.connect(live.env["TIDEMARK_DATABASE_URL"]) as connection:
        left = connection.execute("DELETE FROM confirmed_category WHERE inn = '1' RETURNING times").fetchall()
    assert left == [(3,)]


def test_a_sync_that_has_nothing_to_go_on_from_says_so(live: Installed) -> None:
    never = live.run("sync", "transactions")
    assert never.exit_code == 2
    assert "date_from" in never.stderr
    backwards = live.run("sync", "transactions", "--from", "2025-03-31", "--to", "2025-03-01")
    assert backwards.exit_code == 2
    assert "31" in backwards.stderr


def test_categories_are_decided_again_and_too_few_confirmed_train_nothing(live: Installed) -> None:
    days = ("--from", "2025-03-01", "--to", "2025-03-31")
    again = live.run("classify", "reclassify", *days, "--dry-run")
    assert again.exit_code == 0, again.output
    assert "nothing was written" in again.stdout
    few = live.run("classify", "train", "--follow")
    assert few.exit_code == 2
    assert "50" in few.output


def test_an_undone_task_says_what_went_and_what_stayed(live: Installed, statement: Path) -> None:
    assert live.run("import", statement, "--follow").exit_code == 0
    task_id = newest(live)["id"]
    assert live.run("undo", task_id, "--follow").exit_code == 0
    shown = live.run("show", task_id)
    assert "Undone: 300 rows removed, 0 restored" in shown.stdout.replace("\u00a0", " ")
    assert "before it was undone" in shown.stdout
    assert f"tidemark replay {task_id} --scope all" in shown.stdout
    assert "ask the bank" not in shown.stdout


def test_a_time_that_was_shown_is_a_moment_that_can_be_asked_for(live: Installed, statement: Path) -> None:
    assert live.run("import", statement, "--follow").exit_code == 0
    task_id = newest(live)["id"]
    lines = live.run("show", task_id).stdout.splitlines()
    times = {
        name: line.removeprefix(name).strip()
        for line in lines
        for name in ("Submitted", "Finished")
        if line.startswith(name)
    }
    assert live.run("show", task_id, "--as-of", times["Submitted"]).exit_code == 0
    assert "✓ Done" in live.run("show", task_id, "--as-of", times["Finished"]).stdout


def test_many_tasks_are_previewed_asked_and_followed(
    live: Installed, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    live.run("import", written(tmp_path, request, 300, bad=BAD), "--follow")
    task = newest(live)
    chosen = ("--kind", "bank-transactions", "--from", task["created_at"].split(".")[0].removesuffix("Z"))
    preview = live.run("bulk", "replay", *chosen, "--preview")
    assert preview.exit_code == 0, preview.output
    [line] = [line for line in preview.stdout.splitlines() if task["id"] in line]
    assert "kl_to_1c.txt" in line
    assert "3 rows need attention" in line
    done = live.run("bulk", "replay", *chosen, "--yes", "--follow")
    assert done.exit_code == 1, done.output
    assert "accepted" in done.stdout
    assert live.run("bulk", "undo", *chosen, "--yes", "--follow").exit_code == 0
    undone = newest(live)
    assert (undone["kind"], "Undone" in live.run("show", undone["id"]).stdout) == ("bulk", True)
