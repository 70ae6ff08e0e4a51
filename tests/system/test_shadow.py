"""What a task has recorded runs through today's rules or another mapping into nothing; then it is done."""

import os
import signal
from datetime import date
from typing import Any

import orjson
import pytest

from tests.formats.sheets import workbook
from tests.system import test_replay, test_tables
from tests.system.books import VERDICTS
from tests.system.client import Client, Json
from tests.system.conftest import Making
from tests.system.log import messages_of
from tests.system.onec import OneC
from tests.system.running import RunningStack, tidemark
from tests.system.shadowing import asked, begun, checksums, promoted, shadowed, would
from tests.system.test_classification import statement
from tests.system.test_onec import begun as synced
from tests.system.words import check_problem, check_worded
from tests.waiting import until

pytestmark = [pytest.mark.system, pytest.mark.timeout(600)]

SHADOWED, OTHERS = 150, 250
NOTHING = dict.fromkeys(VERDICTS, 0)


def of_another_month(content: bytes) -> bytes:
    """One that no other test classifies."""
    return content.replace(b".03.2031", b".05.2033")


def transactions(client: Client, task_id: str) -> dict[int, Json]:
    return {row["row_no"]: row for row in client.every("/bank-transactions", task_id=task_id)}


def how(row: Json) -> tuple[Any, ...]:
    return row["category"], row["classified_by"], row["confidence"]


def test_a_rule_made_after_an_import_says_what_it_would_change_and_then_does_exactly_that(
    stack: RunningStack, manager: Client
) -> None:
    """Nothing is written until then, and what a person chose stays."""
    purposes = [f"Зеркальная {n}" for n in range(SHADOWED)] + [f"Прямая {n}" for n in range(OTHERS)]
    task_id = manager.started(of_another_month(statement(90_000, purposes)))
    assert manager.finished(task_id)["outcome"] == "clean"
    rows = transactions(manager, task_id)
    chosen = next(row for row in rows.values() if row["purpose"] == "Зеркальная 7")
    body = {"ids": [chosen["id"]], "category": "Своя"}
    assert manager.http.post("/transactions/confirm-categories", json=body).is_success
    before, sums = transactions(manager, task_id), checksums(stack)
    assert shadowed(manager, task_id)["rows"] == 0

    rule = manager.http.post("/classification-rules", json={"category": "Услуги", "purpose": "зеркальная"})
    assert rule.status_code == 201, rule.text
    by_rule = f"rule:{rule.json()['id']}"
    sums |= {
        name: found for name, found in checksums(stack).items() if name.startswith("classification_rule")
    }
    shadow = shadowed(manager, task_id)
    assert shadow["counts"] == NOTHING | {"updated": SHADOWED - 1, "unchanged": OTHERS + 1}
    assert (shadow["rows"], shadow["changes"]["classified"]) == (SHADOWED - 1, SHADOWED - 1)
    assert shadow["fields"] == dict.fromkeys(("category", "classified_by", "confidence"), SHADOWED - 1)
    mirrored = {no for no, row in before.items() if row["purpose"].startswith("Зеркальная")}
    wanted = mirrored - {chosen["row_no"]}
    told = would(manager, shadow, change="classified", field="category", verdict="update")
    assert {row["row"] for row in told} == wanted
    assert {(one["field"], one["now"], one["then"]) for row in told for one in row["changes"]} == {
        ("category", None, "Услуги"),
        ("classified_by", None, by_rule),
        ("confidence", None, "1"),
    }
    assert would(manager, shadow) == told
    assert would(manager, shadow, field="amount") == would(manager, shadow, change="created") == []
    assert checksums(stack) == sums
    assert transactions(manager, task_id) == before

    task = promoted(manager, shadow)
    assert (task["status"], task["outcome"], task["counts"]) == ("completed", "clean", shadow["counts"])
    after = transactions(manager, task_id)
    assert {no for no in after if how(after[no]) != how(before[no])} == wanted
    assert {how(after[no]) for no in wanted} == {("Услуги", by_rule, 1.0)}
    assert how(after[chosen["row_no"]])[:2] == ("Своя", "person")
    assert manager.every(f"/tasks/{task_id}/preview") == []
    forget(manager, rule.json())
    check_stale(manager, shadow, "replayed_since")


def check_stale(client: Client, shadow: Json, reason: str) -> None:
    """What it has said holds no more, and cannot be done."""
    assert client.get(f"/tasks/{shadow['task_id']}/shadow")["stale"] == reason
    russian, english = (
        client.http.post(f"/tasks/{shadow['task_id']}/promote", headers={"Accept-Language": language}).json()
        for language in ("ru", "en")
    )
    check_refused(russian, english, "promote_refused", reason)


def check_refused(russian: Json, english: Json, code: str, reason: str) -> None:
    """The reason is in words too, so that the arguments of both differ in it."""
    assert (russian["status"], russian["code"], russian["args"]["refused"]) == (409, code, reason)
    assert english["args"]["refused"] == reason
    check_worded(code, russian["detail"], english["detail"])


def forget(client: Client, rule: Json) -> None:
    answer = client.http.delete(f"/classification-rules/{rule['id']}", params={"version": rule["version"]})
    assert answer.is_success, answer.text


def stock(client: Client, content: bytes, **fields: str) -> Json:
    return test_tables.uploaded(client, "stock", content, **fields)


def lots(client: Client, warehouse: str) -> dict[str, str]:
    return {row["number"]: row["quantity"] for row in client.every("/stock", warehouse=warehouse)}


def test_a_corrected_mapping_says_what_it_would_change_and_then_does_exactly_that(
    stack: RunningStack, manager: Client
) -> None:
    number = 1_200
    codes = [f"ТЕНЬ-{n:05}" for n in range(number)]
    components = workbook([["Код", "Наименование"], *[[code, code] for code in codes]])
    assert test_tables.uploaded(manager, "components", components)["outcome"] == "clean"
    content = workbook(
        [["Код", "Было", "Стало"], *[[code, n + 1, n + 1 + (n % 3 == 0)] for n, code in enumerate(codes)]]
    )
    wrong = '{"warehouse": "Тень", "mapping": {"code": "A", "quantity": "B"}}'
    task = stock(manager, content, params=wrong)
    assert task["counts"] == NOTHING | {"created": number}
    sums, before = checksums(stack), lots(manager, "Тень")
    shadow = shadowed(manager, task["id"], mapping={"code": "A", "quantity": "C"})
    assert (shadow["input"], shadow["fields"]) == ("source", {"quantity": number // 3})
    assert shadow["counts"] == NOTHING | {"updated": number // 3, "unchanged": number - number // 3}
    told = would(manager, shadow, field="quantity")
    assert checksums(stack) == sums

    done = promoted(manager, shadow)
    assert done["counts"] == shadow["counts"]
    after = lots(manager, "Тень")
    differing = {code: (before[code], after[code]) for code in codes if before[code] != after[code]}
    assert differing == {row["key"]: tuple(map(plain, changed(row, "quantity"))) for row in told}
    assert manager.get(f"/tasks/{task['id']}/mapping")["found"]["columns"][1]["column"] == "C"
    assert manager.every(f"/tasks/{task['id']}/preview") == []
    # The mended mapping stays the task's own.
    again = test_replay.replayed(manager, task["id"], scope="all", input="source")
    assert again["counts"] == NOTHING | {"unchanged": number}


@pytest.mark.parametrize("written", [{}, {"warehouse": "Иванова"}], ids=["nothing before", "more before"])
def test_no_word_of_a_mapping_is_ever_in_the_log(stack: RunningStack, manager: Client, written: Json) -> None:
    """Not by a shadow, its promotion, a replay of both, nor by the shadow that fails with it."""
    codes = [f"СЛОВО-{len(written)}-{n:03}" for n in range(30)]
    test_tables.uploaded(
        manager, "components", workbook([["Код", "Наименование"], *[[code, code] for code in codes]])
    )
    header = ["Код", "Остаток", "Пересчитала Сидорова", "Склад"]
    place = f"Тихий {len(written)}"
    content = workbook(
        [header, *[[code, 1, n + 1, place] for n, code in enumerate(codes)]], sheet="Лист Петрова"
    )
    task = stock(manager, content, params=orjson.dumps(written).decode())
    assert task["counts"] == NOTHING | {"created": 30}
    wishes = {"sheet": "Лист Петрова", "mapping": {"quantity": header[2]}}
    wrong = begun(manager, task["id"], mapping={"quantity": "Пересчитал Кузнецов"})
    failed = manager.finished(wrong)
    assert failed["error"]["type"].startswith("mapping_heading_")
    assert "Пересчитал Кузнецов" in failed["error"]["message"]
    shadow = shadowed(manager, task["id"], **wishes)
    assert shadow["counts"] == NOTHING | {"updated": 29, "unchanged": 1}
    assert promoted(manager, shadow)["counts"] == shadow["counts"]
    assert lots(manager, place)[codes[-1]] == "30"
    for source in ("source", "recorded"):
        again = test_replay.replayed(manager, task["id"], scope="all", input=source)
        assert again["counts"] == NOTHING | {"unchanged": 30}
    # The next one begins with what stands now.
    assert shadowed(manager, task["id"])["rows"] == 0
    log = messages_of(stack.kafka, "tasks")
    assert {task["id"], shadow["task_id"], wrong} <= {message.key for message in log}
    whole = "\n".join(orjson.dumps(message.data).decode() for message in log)
    for word in ("Иванова", "Петрова", "Сидорова", "Кузнецов", "Пересчитал"):
        assert word not in whole


def changed(row: Json, field: str) -> tuple[Any, Any]:
    return next((one["now"], one["then"]) for one in row["changes"] if one["field"] == field)


def plain(quantity: str) -> str:
    return f"{float(quantity):g}"


def test_rows_that_would_be_accepted_now_and_rows_that_would_be_rejected(
    stack: RunningStack, manager: Client
) -> None:
    def components(*rows: list[str]) -> None:
        done = test_tables.uploaded(
            manager, "components", workbook([["Код", "Наименование", "Ед. изм."], *rows])
        )
        assert done["outcome"] == "clean"

    components(["МЕРА-1", "Первая", ""], ["МЕРА-2", "Вторая", ""])
    named = '{"warehouse": "Мера"}'
    content = workbook(
        [["Код", "Ед. изм.", "Остаток"], ["МЕРА-1", "шт", 1], ["МЕРА-2", "шт", 2], ["МЕРА-3", "шт", 3]]
    )
    task = stock(manager, content, params=named)
    assert task["counts"] == NOTHING | {"created": 2, "rejected": 1}
    components(["МЕРА-2", "Вторая", "кг"], ["МЕРА-3", "Третья", "шт"])
    sums = checksums(stack)
    shadow = shadowed(manager, task["id"])
    assert checksums(stack) == sums
    assert {name: rows for name, rows in shadow["changes"].items() if rows} == {
        "created": 1,
        "accepted": 1,
        "refused": 1,
    }
    [refused] = would(manager, shadow, change="refused")
    assert (refused["row"], refused["was"], refused["code"], refused["value"]) == (
        2,
        None,
        "unit_differs",
        "шт",
    )
    [accepted] = would(manager, shadow, change="accepted")
    assert (accepted["row"], accepted["was"], accepted["verdict"]) == (3, "rejected", "create")
    assert changed(accepted, "quantity") == (None, "3.000000")
    done = promoted(manager, shadow)
    assert done["counts"] == shadow["counts"] == NOTHING | {"created": 1, "unchanged": 1, "rejected": 1}
    assert lots(manager, "Мера") == {"МЕРА-1": "1", "МЕРА-2": "2", "МЕРА-3": "3"}


@pytest.mark.parametrize("process", ["reader", "importer-1"])
def test_kill_9_during_a_shadow(stack: RunningStack, manager: Client, made: Making, process: str) -> None:
    file = made(100_000)
    task_id = manager.started(file.path)
    before, sums = manager.finished(task_id), checksums(stack)
    shadow_id, pid = begun(manager, task_id), stack.pids()[process]
    with stack.database() as connection:
        until(lambda: test_replay.applied_in(connection, shadow_id, 1) >= 3, "the middle of the shadow", 120)
        os.kill(pid, signal.SIGKILL)
    stack.wait_until_restarted(process, pid)
    task = manager.finished(shadow_id)
    assert (task["status"], task["outcome"]) == ("completed", "clean")
    shadow = manager.get(f"/tasks/{shadow_id}/shadow")
    assert shadow["counts"] == task["counts"] == NOTHING | {"unchanged": file.documents}
    assert (shadow["rows"], shadow["stale"]) == (0, None)
    assert checksums(stack) == sums
    assert manager.task(task_id) == before


def test_while_1c_is_down(stack: RunningStack, manager: Client, onec: OneC) -> None:
    task_id = synced(manager, date(2023, 10, 1), date(2023, 10, 5))
    before, sums = manager.finished(task_id), checksums(stack)
    assert before["outcome"] == "clean"
    onec.stop()
    shadow = shadowed(manager, task_id)
    counts = before["counts"]
    assert shadow["counts"] == counts | {"created": 0, "unchanged": counts["created"] + counts["unchanged"]}
    assert checksums(stack) == sums


def test_what_there_is_nothing_to_check_of_is_said(
    stack: RunningStack, manager: Client, made: Making
) -> None:
    task_id = manager.started(made(200).path)
    manager.finished(task_id)
    shadow = shadowed(manager, task_id)
    assert asked(manager, task_id, mapping={"code": "A"}).json()["code"] == "shadow_no_table"
    russian, english = (asked(manager, shadow["task_id"], language).json() for language in ("ru", "en"))
    check_refused(russian, english, "shadow_refused", "shadow")
    refused = test_replay.replay(manager, shadow["task_id"], **test_replay.AGAIN).json()
    assert (refused["code"], refused["args"]["refused"]) == ("replay_refused", "shadow")
    assert manager.http.get(f"/tasks/{task_id}/shadow").json()["code"] == "not_a_shadow"
    assert manager.http.post(f"/tasks/{task_id}/undo").status_code == 202
    until(lambda: manager.task(task_id)["outcome"] == "undone", "the undo", 60)
    check_stale(manager, shadow, "undone_since")
    undone = shadowed(manager, task_id)
    assert undone["changes"]["created"] == 200
    test_replay.forget_recorded(stack)
    russian, english = (asked(manager, task_id, language).json() for language in ("ru", "en"))
    assert check_problem(russian, english, 409, "recorded_input_gone")["batch"] == 1


def test_on_the_command_line(stack: RunningStack, manager: Client) -> None:
    purposes = [f"Терминал {n}" for n in range(30)]
    task_id = manager.started(of_another_month(statement(95_000, purposes)))
    manager.finished(task_id)
    assert "Nothing would change" in tidemark(stack, "replay", task_id, "--shadow", "--follow")
    rule = manager.http.post(
        "/classification-rules", json={"category": "Связь", "purpose": "терминал"}
    ).json()
    said = tidemark(stack, "replay", task_id, "--shadow", "--follow")
    assert "30 rows would change" in said
    assert "category: — → Связь" in said
    shadow_id = next(word for word in said.split() if len(word) == 36 and word != task_id)
    assert f"tidemark replay {shadow_id} --promote" in said
    done = tidemark(stack, "replay", shadow_id, "--promote", "--follow")
    assert "Updated" in done
    assert manager.task(task_id)["counts"]["updated"] == 30
    assert "--param goes with --shadow" in tidemark(stack, "replay", task_id, "--promote", "--scope", "all")
    forget(manager, rule)
