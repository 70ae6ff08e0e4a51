"""Over the real API: deletions in 1C, the same payment from the bank, and which days are covered."""

from collections.abc import Iterator

import pytest

from tests.system.books import VERDICTS, check_counts_are_rows
from tests.system.client import Client, Json
from tests.system.onec import CONTRACTORS, OneC
from tests.system.running import RunningStack, tidemark

pytestmark = [pytest.mark.system, pytest.mark.timeout(600)]

FIRST, LAST, AFTER = "2022-06-01", "2022-06-03", "2022-06-04"
PERIOD = {"date_from": FIRST, "date_to": LAST}
# Posted documents of three days in both directions, and two a day and direction that are not.
DOCUMENTS, NOT_POSTED = 120, 12
FOLDERS = 1


@pytest.fixture
def undisturbed(onec: OneC) -> Iterator[OneC]:
    """1C without changes, before and after."""
    yield onec
    onec.start()


def synchronised(client: Client, kind: str, **body: object) -> Json:
    answer = client.http.post(f"/sync-1c/{kind}/sync-async", json=body)
    assert answer.status_code == 202, answer.text
    task = client.finished(str(answer.json()["task_id"]))
    assert (task["status"], task["error"]) == ("completed", None)
    return task


def counted(task: Json, **expected: int) -> None:
    assert task["counts"] == dict.fromkeys(VERDICTS, 0) | expected


def of_the_period(client: Client, **more: object) -> list[Json]:
    return client.every("/bank-transactions", **PERIOD, **more)


def test_what_1c_deletes_for_good_is_taken_back_and_a_dry_run_says_so_before(
    stack: RunningStack, manager: Client, undisturbed: OneC
) -> None:
    first = synchronised(manager, "bank-transactions", **PERIOD)
    counted(first, created=DOCUMENTS, skipped=NOT_POSTED)
    check_counts_are_rows(stack, first)
    undisturbed.fault("erased", date="2022-06-02", count=3)

    looked = synchronised(manager, "bank-transactions", **PERIOD, dry_run=True)
    counted(looked, unchanged=DOCUMENTS - 3, retracted=3, skipped=NOT_POSTED)
    told = manager.every(f"/tasks/{looked['id']}/preview", verdict="retract")
    assert {(row["code"], bool(row["key"]), bool(row["message"])) for row in told} == {
        ("deleted_in_1c", True, True)
    }
    tidemark(stack, "sync", "transactions", "--from", FIRST, "--to", LAST, "--dry-run")
    [newest] = manager.get("/tasks", kind="bank_transactions", limit=1)["items"]
    assert (newest["dry_run"], newest["counts"]) == (True, looked["counts"])
    assert len(of_the_period(manager)) == DOCUMENTS

    counted(
        synchronised(manager, "bank-transactions", **PERIOD),
        unchanged=DOCUMENTS - 3,
        retracted=3,
        skipped=NOT_POSTED,
    )
    assert len(of_the_period(manager)) == DOCUMENTS - 3
    undisturbed.start()
    back = synchronised(manager, "bank-transactions", **PERIOD)
    counted(back, unchanged=DOCUMENTS - 3, updated=3, skipped=NOT_POSTED)
    assert len(of_the_period(manager)) == DOCUMENTS


def test_contractors_deleted_for_good_are_taken_back(
    stack: RunningStack, manager: Client, undisturbed: OneC
) -> None:
    synchronised(manager, "contractors")
    [one] = manager.get("/contractors", q="Ромашка", limit=1)["items"]
    with stack.database() as connection:
        [ref] = connection.execute(
            "SELECT key::text FROM contractor WHERE id = %s", [one["id"]]
        ).fetchone() or [""]
    undisturbed.fault("erased", ref=ref)
    counted(synchronised(manager, "contractors"), unchanged=CONTRACTORS - 1, retracted=1, skipped=FOLDERS)
    assert manager.get(f"/contractors/{one['id']}")["retracted"] is True


def statement_of(payments: list[Json]) -> bytes:
    """What the bank says of the same payments: another number and the next day for the second one."""
    account = payments[0]["account"]
    lines = [
        "1CClientBankExchange",
        "ВерсияФормата=1.03",
        "Кодировка=Windows",
        "ДатаНачала=01.06.2022",
        "ДатаКонца=04.06.2022",
        f"РасчСчет={account}",
    ]
    for place, payment in enumerate(payments):
        day = ".".join(reversed((AFTER if place else payment["booked_on"]).split("-")))
        own, other = (
            ("Плательщик", "Получатель") if payment["direction"] == "out" else ("Получатель", "Плательщик")
        )
        lines += [
            "СекцияДокумент=Платежное поручение",
            f"Номер={1000 + place}",
            f"Дата={day}",
            f"Сумма={payment['amount']}",
            f"{own}Счет={account}",
            f"{other}Счет=40702810000000000077",
            f"{'ДатаСписано' if own == 'Плательщик' else 'ДатаПоступило'}={day}",
            "НазначениеПлатежа=Оплата",
            "КонецДокумента",
        ]
    return "\r\n".join([*lines, "КонецФайла", ""]).encode("cp1251")


def test_one_payment_from_two_sources_waits_for_a_person_and_its_days_are_covered(
    manager: Client, undisturbed: OneC
) -> None:
    sync = synchronised(manager, "bank-transactions", **PERIOD)
    last = [row for row in of_the_period(manager) if row["booked_on"] == LAST]
    payments = [row for row in last if row["account"] == last[0]["account"]][:2]
    imported = manager.finished(manager.started(statement_of(payments)))
    counted(imported, created=2)

    account = payments[0]["account"]
    flagged = manager.every(
        "/bank-transactions", possible_duplicate="true", account=account, date_from=LAST, date_to=AFTER
    )
    rows = [row for row in flagged if row["task_id"] == imported["id"]]
    assert {row["id"] for row in payments} | {row["id"] for row in rows} <= {row["id"] for row in flagged}
    assert len(rows) == 2
    for row in rows:
        [found] = manager.get(f"/bank-transactions/{row['id']}/duplicates", "ru")["possible"]
        other = found["transaction"]
        assert (found["open"], "другого источника" in found["message"]) == (True, True)
        path = f"/bank-transactions/{other['id']}/duplicates/{row['id']}/decision"
        answer = manager.http.post(path, json={"decision": "same"})
        assert (answer.status_code, answer.json()["decided_by"]) == (200, "manager")
    once = manager.every(
        "/bank-transactions", account=account, counted_once="true", date_from=LAST, date_to=AFTER
    )
    assert not {row["id"] for row in rows} & {row["id"] for row in once}

    page = manager.get("/accounts/coverage", account=account, date_from=FIRST, date_to=AFTER)
    [covered] = page["items"]
    days = {day["day"]: day for day in covered["days"]}
    assert [days[day]["status"] for day in (FIRST, LAST, AFTER)] == ["loaded"] * 3
    assert {sync["id"], imported["id"]} <= set(days[LAST]["tasks"])
    assert days[AFTER]["tasks"] == [imported["id"]]
