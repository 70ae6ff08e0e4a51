"""A file is looked at first; what the look said is what the import does, or it says where not."""

import pytest

from tests.system.books import VERDICTS, check_counts_are_rows
from tests.system.client import Client
from tests.system.conftest import Making
from tests.system.running import RunningStack
from tests.system.words import check_problem

pytestmark = [pytest.mark.system, pytest.mark.timeout(600)]

DOCUMENTS = 2_500


def test_a_preview_says_of_every_row_what_the_import_then_does(
    stack: RunningStack, manager: Client, made: Making
) -> None:
    file = made(DOCUMENTS, bad=("amount_missing", "date_impossible"))
    dry = manager.started(file.path, dry_run="true")
    looked = manager.finished(dry)
    assert (looked["status"], looked["dry_run"]) == ("completed", True)
    rows = manager.every(f"/tasks/{dry}/preview")
    assert [row["row"] for row in rows] == list(range(1, DOCUMENTS + 1))
    bad = [row for row in rows if row["verdict"] == "reject"]
    assert {row["code"] for row in bad} == {"amount_missing", "date_impossible"}
    assert all(row["message"] and row["field"] for row in bad)
    assert manager.every(f"/tasks/{dry}/preview", verdict="reject") == bad
    with stack.database() as connection:
        count = connection.execute("SELECT count(*) FROM bank_transaction WHERE task_id = %s", [dry])
        assert count.fetchone() == (0,)

    real = manager.finished(manager.started(file.path, params={"preview": dry}))
    expected = {"created": DOCUMENTS - len(bad), "rejected": len(bad)}
    assert real["counts"] == looked["counts"] == dict.fromkeys(VERDICTS, 0) | expected
    assert manager.every(f"/tasks/{real['id']}/preview") == []
    check_counts_are_rows(stack, real)

    again = manager.finished(manager.started(file.path, force="true", params={"preview": dry}))
    changed = manager.every(f"/tasks/{again['id']}/preview")
    assert {(row["before"], row["verdict"], row["code"]) for row in changed} == {
        ("create", "duplicate", "duplicate_of")
    }
    assert len(changed) == DOCUMENTS - len(bad)


def test_a_preview_of_another_file_is_refused(manager: Client, made: Making) -> None:
    dry = manager.started(made(10).path, dry_run="true")
    other = made(11)
    answers = [manager.upload(other.path, language, params={"preview": dry}) for language in ("ru", "en")]
    check_problem(answers[0].json(), answers[1].json(), 422, "preview_other_file")
    unknown = "01900000-0000-7000-8000-000000000000"
    answers = [manager.upload(other.path, language, params={"preview": unknown}) for language in ("ru", "en")]
    check_problem(answers[0].json(), answers[1].json(), 422, "preview_unknown")
