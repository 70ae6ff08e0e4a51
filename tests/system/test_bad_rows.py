"""A statement with something wrong in it: what can be used is loaded, the rest is named."""

from decimal import Decimal

import pytest

from tests.system.books import check_counts_are_rows
from tests.system.client import Client, Json
from tests.system.conftest import Making
from tests.system.running import RunningStack, tidemark
from tests.system.words import check_worded

pytestmark = [pytest.mark.system, pytest.mark.timeout(300)]

DOCUMENTS = 60
# What each planted row is rejected for: how the field at fault begins, and its value.
PLANTED = {
    "nul_byte": ("Назначение", None),
    "amount_missing": ("Сумма", ""),
    "amount_too_large": ("Сумма", "100000000000000000000.00"),
    "date_impossible": ("Дата", "31.02.2025"),
}


def partial(stack: RunningStack, client: Client, content: bytes) -> Json:
    """The task of a statement that is loaded in part."""
    task = client.finished(client.started(content))
    assert (task["status"], task["outcome"], task["error"]) == ("completed", "partial", None)
    check_counts_are_rows(stack, task)
    check_worded(
        "task.partial", client.task(task["id"], "ru")["progress"]["message"], task["progress"]["message"]
    )
    return task


def rejects(client: Client, task: Json) -> list[Json]:
    """What was rejected, worded in both languages."""
    russian, english = (client.get(f"/tasks/{task['id']}/rejects", lang)["items"] for lang in ("ru", "en"))
    assert len(english) == task["counts"]["rejected"]
    for one, other in zip(russian, english, strict=True):
        check_worded(other["code"], one["message"], other["message"])
    found: list[Json] = english
    return found


@pytest.mark.parametrize("code", PLANTED)
def test_a_bad_row_is_rejected_and_the_others_are_loaded(
    stack: RunningStack, manager: Client, made: Making, code: str
) -> None:
    task = partial(stack, manager, made(DOCUMENTS, bad=[code]).path.read_bytes())
    assert (task["counts"]["created"], task["counts"]["rejected"]) == (DOCUMENTS - 1, 1)
    [reject] = rejects(manager, task)
    assert (reject["row_no"], reject["code"]) == (DOCUMENTS // 2 + 1, code)
    field, value = PLANTED[code]
    assert (reject["field"] or "Назначение").startswith(field)
    assert value in (None, reject["value"])
    assert reject["raw"]["Номер"] == str(DOCUMENTS // 2 + 1)
    [total] = attempt(manager, task)["totals"]
    unreadable = code.startswith("amount")
    assert (total["turnover"], total["closing"]) == ("unproven" if unreadable else "adds_up",) * 2


def attempt(client: Client, task: Json) -> Json:
    [found] = client.get(f"/tasks/{task['id']}/attempts")["items"]
    assert isinstance(found, dict)
    return found


def test_a_truncated_file_says_so(stack: RunningStack, manager: Client, made: Making) -> None:
    content = made(DOCUMENTS).path.read_bytes()
    cut = content[: content.rindex("НазначениеПлатежа".encode("cp1251"))]
    task = partial(stack, manager, cut)
    assert (task["counts"]["created"], task["counts"]["rejected"]) == (DOCUMENTS - 1, 1)
    assert [reject["code"] for reject in rejects(manager, task)] == ["document_truncated"]
    assert attempt(manager, task)["notes"] == ["statement_without_end"]


def test_a_file_that_lost_its_last_documents_does_not_add_up(
    stack: RunningStack, manager: Client, made: Making
) -> None:
    file = made(DOCUMENTS)
    content = file.path.read_bytes()
    cut = content[: content.rindex("СекцияДокумент".encode("cp1251"))]
    task = partial(stack, manager, cut)
    assert (task["counts"]["created"], task["counts"]["rejected"]) == (DOCUMENTS - 1, 0)
    ended = attempt(manager, task)
    assert ended["notes"] == ["statement_without_end"]
    [total] = ended["totals"]
    assert (total["turnover"], total["closing"]) == ("differs", "differs")
    stated, found = (Decimal(total[f"in_{k}"]) + Decimal(total[f"out_{k}"]) for k in ("stated", "found"))
    assert stated == file.total > found


def test_a_line_in_another_encoding_is_read(stack: RunningStack, manager: Client, made: Making) -> None:
    """Banks paste UTF-8 into cp1251: the line is decoded apart, nothing is rejected."""
    file = made(DOCUMENTS)
    lines = file.path.read_bytes().split(b"\r\n")
    key = "НазначениеПлатежа=".encode("cp1251")
    at = next(number for number, line in enumerate(lines) if line.startswith(key))
    lines[at] = "НазначениеПлатежа=Оплата по счёту № 7, ООО «Ёжик»".encode()
    task = manager.finished(manager.started(b"\r\n".join(lines)))
    assert (task["outcome"], task["counts"]["created"]) == ("clean", DOCUMENTS)
    found = manager.every("/bank-transactions", task_id=task["id"], q="ёжик")
    assert [row["purpose"] for row in found] == ["Оплата по счёту № 7, ООО «Ёжик»"]


KOPECK = {"turnover": "ВсегоПоступило", "closing": "КонечныйОстаток"}


def off_by_a_kopeck(content: bytes, key: str) -> bytes:
    """The statement with one of its totals a kopeck higher than the bank has said."""
    before, mark, rest = content.decode("cp1251").partition(f"{key}=")
    stated, end, after = rest.partition("\r\n")
    return f"{before}{mark}{Decimal(stated) + Decimal('0.01')}{end}{after}".encode("cp1251")


@pytest.mark.parametrize("which", KOPECK)
def test_a_statement_that_does_not_add_up_says_where_and_by_how_much(
    stack: RunningStack, manager: Client, made: Making, which: str
) -> None:
    file = made(DOCUMENTS)
    task = partial(stack, manager, off_by_a_kopeck(file.path.read_bytes(), KOPECK[which]))
    assert task["counts"]["created"] == DOCUMENTS
    check_difference(stack, manager, task, which)


@pytest.mark.parametrize("which", KOPECK)
def test_with_must_match_such_a_statement_is_not_loaded_at_all(
    stack: RunningStack, manager: Client, made: Making, which: str
) -> None:
    content = off_by_a_kopeck(made(DOCUMENTS).path.read_bytes(), KOPECK[which])
    task = manager.finished(manager.started(content, params={"control_totals": "must_match"}))
    assert (task["status"], task["outcome"], sum(task["counts"].values())) == ("failed", None, 0)
    check_counts_are_rows(stack, task)
    english, russian = task["error"], manager.task(task["id"], "ru")["error"]
    assert english["type"] == f"{which}_differs"
    check_worded(english["type"], russian["message"], english["message"])
    check_difference(stack, manager, task, which)


def check_difference(stack: RunningStack, client: Client, task: Json, which: str) -> None:
    """Account, stated, found: one of the two totals is off by a kopeck, the other is not."""
    [total] = attempt(client, task)["totals"]
    assert len(total["account"]) == 20
    proofs = dict.fromkeys(KOPECK, "adds_up") | {which: "differs"}
    assert {name: total[name] for name in KOPECK} == proofs
    found = Decimal(total["opening_stated"]) + Decimal(total["in_found"]) - Decimal(total["out_found"])
    differences = {
        "turnover": Decimal(total["in_stated"]) - Decimal(total["in_found"]),
        "closing": Decimal(total["closing_stated"]) - found,
    }
    assert differences == dict.fromkeys(KOPECK, Decimal(0)) | {which: Decimal("0.01")}
    shown = tidemark(stack, "show", task["id"])
    assert total["account"] in shown
    name = {"turnover": "In", "closing": "Closing balance"}[which]
    [line] = [line for line in shown.splitlines() if "Does not add up" in line]
    assert line.split("  ")[0].strip() == name
    assert "0.01" in line
