"""The error file over HTTP: out, through a person's hands, and in again."""

import csv
import io
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from jobs.formats.tables import books
from tests.api.installation import Installation, Json
from tests.api.rejecting import ROW, corrected, rejected, with_rejects
from tests.formats.sheets import sheet_of_texts

pytestmark = [pytest.mark.integration, pytest.mark.asyncio(loop_scope="module")]

Rows = list[dict[str, str]]
EVIL = {**ROW, "Номер": "=cmd|' /C calc'!A0"}


async def exported(
    api: Installation, task_id: str, form: str = "csv", language: str = "en"
) -> httpx.Response:
    async with api.client(**{"Accept-Language": language}) as client:
        answer = await client.get(f"/api/v1/tasks/{task_id}/rejects/export", params={"format": form})
    assert answer.status_code == 200, answer.text
    return answer


async def rows_of(api: Installation, task_id: str) -> Rows:
    text = (await exported(api, task_id)).content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def as_csv(rows: Rows) -> bytes:
    into = io.StringIO()
    writer = csv.DictWriter(into, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return into.getvalue().encode()


async def uploaded(
    api: Installation, task_id: str, content: bytes, *, role: str = "manager", **fields: str
) -> tuple[int, Json]:
    answer = await api.post(
        f"/tasks/{task_id}/rejects/corrections", role=role, files={"file": ("rows.csv", content)}, data=fields
    )
    found: Json = answer.json()
    return answer.status_code, found


async def numbers(api: Installation, task_id: str) -> dict[int, int]:
    """How often each row was corrected."""
    return {
        row["row_no"]: row["corrections"] for row in (await api.get(f"/tasks/{task_id}/rejects"))["items"]
    }


async def test_the_file_holds_exactly_the_rejected_rows_and_why(api: Installation) -> None:
    task_id = await with_rejects(api, rejected(41, EVIL), rejected(42))
    answer = await exported(api, task_id)
    assert answer.headers["content-disposition"].startswith(f'attachment; filename="rejects-{task_id}.csv"')
    found = await rows_of(api, task_id)
    assert [row["row_no"] for row in found] == ["41", "42"]
    assert found[0] == {
        "row_no": "41",
        "field": "Дата",
        "value": "31.02.2025",
        "code": "date_impossible",
        "reason": "there is no such day",
        "ref": f"{task_id}/1/41/0",
        "Номер": "'=cmd|' /C calc'!A0",
        "Дата": "31.02.2025",
        "Сумма": "12,34",
        "ПлательщикСчет": "'40702810500000000001",
    }


async def test_a_russian_reader_has_semicolons_and_reads_why(api: Installation) -> None:
    task_id = await with_rejects(api, rejected(41))
    text = (await exported(api, task_id, language="ru")).content.decode("utf-8-sig")
    assert text.startswith("row_no;field;value;code;reason;ref;Номер;Дата;Сумма;")
    assert ";такого дня не бывает;" in text
    status, said = await uploaded(api, task_id, text.replace(";12,34;", ";12,35;").encode("cp1251"))
    assert (status, said["corrected"]) == (200, 1)


async def test_what_nobody_has_touched_changes_nothing(api: Installation) -> None:
    task_id = await with_rejects(api, rejected(41, EVIL), rejected(42))
    for form in ("csv", "xlsx"):
        status, said = await uploaded(api, task_id, (await exported(api, task_id, form)).content)
        assert (status, said["rows"], said["differ"], said["corrected"]) == (200, 2, 0, 0), said
    assert await numbers(api, task_id) == {41: 0, 42: 0}


async def test_only_rows_that_differ_are_corrected_and_the_same_file_again_changes_nothing(
    api: Installation,
) -> None:
    task_id = await with_rejects(api, rejected(41), rejected(42, EVIL), rejected(43))
    rows = await rows_of(api, task_id)
    rows[1]["Дата"] = "28.02.2025"
    status, said = await uploaded(api, task_id, as_csv(rows), dry_run="true")
    assert (status, said["differ"], said["corrected"], said["problems"]) == (200, 1, 0, [])
    assert await numbers(api, task_id) == {41: 0, 42: 0, 43: 0}
    status, said = await uploaded(api, task_id, as_csv(rows))
    assert (status, said["differ"], said["corrected"], said["published"]) == (200, 1, 1, True)
    row = await api.get(f"/tasks/{task_id}/rejects/42")
    assert (row["corrected"], row["corrected_by"]) == (EVIL | {"Дата": "28.02.2025"}, "manager")
    status, said = await uploaded(api, task_id, as_csv(rows))
    assert (status, said["differ"]) == (200, 0)
    assert await numbers(api, task_id) == {41: 0, 42: 1, 43: 0}
    assert (await rows_of(api, task_id))[1]["Дата"] == "28.02.2025"


async def test_a_workbook_is_corrected_as_well(api: Installation) -> None:
    task_id = await with_rejects(api, rejected(41, EVIL | {"Назначение": "две\r\nстроки_x000D_"}))
    head, row = _cells((await exported(api, task_id, "xlsx")).content)
    assert row[head.index("Номер")] == EVIL["Номер"]
    assert row[head.index("ПлательщикСчет")] == "40702810500000000001"
    row[head.index("Дата")] = "28.02.2025"
    status, said = await uploaded(api, task_id, sheet_of_texts([head, row]))
    assert (status, said["corrected"]) == (200, 1), said
    raw = (await api.get(f"/tasks/{task_id}/rejects/41"))["corrected"]
    assert {name: raw[name] for name in EVIL} == EVIL | {"Дата": "28.02.2025"}


def _cells(content: bytes) -> list[list[str]]:
    book = books.opened(io.BytesIO(content))
    return [list(row.cells) for row in book.rows(book.sheets[0])]


def _other_number(rows: Rows) -> None:
    rows[1]["row_no"] = "7"


def _no_ref(rows: Rows) -> None:
    rows[1]["ref"] = ""


def _of_another_task(rows: Rows) -> None:
    rows[1]["ref"] = "01990000-0000-7000-8000-000000000001/1/42/0"


def _never_rejected(rows: Rows) -> None:
    rows[1]["row_no"], rows[1]["ref"] = "7", rows[1]["ref"].replace("/1/42/0", "/1/7/0")


def _twice(rows: Rows) -> None:
    rows[1] = rows[0]


def _spoiled(rows: Rows) -> None:
    rows[1]["ПлательщикСчет"] = "4,07028E+19"


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (_other_number, "row_number_touched"),
        (_no_ref, "row_number_touched"),
        (_of_another_task, "row_of_other_task"),
        (_never_rejected, "reject_unknown"),
        (_twice, "row_twice"),
        (_spoiled, "cell_spoiled"),
    ],
)
async def test_failing_one_bad_row_is_named_and_none_is_taken(
    api: Installation, spoil: Callable[[Rows], None], code: str
) -> None:
    task_id = await with_rejects(api, rejected(41), rejected(42))
    rows = await rows_of(api, task_id)
    rows[0]["Дата"] = "28.02.2025"
    spoil(rows)
    status, said = await uploaded(api, task_id, as_csv(rows), dry_run="true")
    assert (status, said["differ"], said["problems_total"]) == (200, 1, 1)
    assert [(one["line"], one["code"]) for one in said["problems"]] == [(3, code)]
    assert said["problems"][0]["row_no"] == int(rows[1]["row_no"])
    status, said = await uploaded(api, task_id, as_csv(rows))
    assert (status, said["code"], said["args"]["line"]) == (422, "corrections_refused", 3), said
    assert said["errors"][0]["message"] in said["detail"]
    assert await numbers(api, task_id) == {41: 0, 42: 0}


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"a;b\r\n1;2\r\n", "error_file_unknown"),
        ("row_no,ref,Цвет\r\n41,x,y\r\n".encode(), "error_file_other_column"),
        (b"", "file_empty"),
        (b"PK\x03\x04 and no more", "xlsx_damaged"),
    ],
)
async def test_failing_a_file_that_is_none_of_ours(api: Installation, content: bytes, code: str) -> None:
    task_id = await with_rejects(api, rejected(41))
    status, said = await uploaded(api, task_id, content)
    assert (status, said["code"], said["field"]) == (422, code, "file"), said


async def test_failing_a_stale_file_over_somebody_else_s_correction(api: Installation) -> None:
    task_id = await with_rejects(api, rejected(41), rejected(42))
    stale = await rows_of(api, task_id)
    await corrected(api, task_id, 41, {"Дата": "01.03.2025"}, role="admin")
    # What is as it was exported says nothing against the correction.
    status, said = await uploaded(api, task_id, as_csv(stale))
    assert (status, said["differ"]) == (200, 0)
    stale[0]["Дата"] = "28.02.2025"
    status, said = await uploaded(api, task_id, as_csv(stale), dry_run="true")
    assert [one["code"] for one in said["problems"]] == ["row_corrected_meanwhile"]
    assert "export the rejected rows again" in said["problems"][0]["message"]
    fresh = await rows_of(api, task_id)
    assert fresh[0]["Дата"] == "01.03.2025"
    fresh[0]["Дата"] = "28.02.2025"
    status, said = await uploaded(api, task_id, as_csv(fresh))
    assert (status, said["corrected"]) == (200, 1)
    assert await numbers(api, task_id) == {41: 2, 42: 0}


async def test_a_file_of_two_corrections_ago_is_compared_with_what_it_showed(api: Installation) -> None:
    task_id = await with_rejects(api, rejected(41))
    await corrected(api, task_id, 41, {"Дата": "01.03.2025"})
    seen = await rows_of(api, task_id)
    await corrected(api, task_id, 41, {"Дата": "02.03.2025"}, expected=1)
    status, said = await uploaded(api, task_id, as_csv(seen))
    assert (status, said["differ"]) == (200, 0)


async def test_failing_what_is_no_upload(api: Installation) -> None:
    task_id = await with_rejects(api, rejected(41))
    path = f"/tasks/{task_id}/rejects/corrections"
    assert (await api.post(path, json={})).json()["code"] == "not_multipart"
    assert (await api.post(path, data={"a": "b"}, files={"x": ("x", b"")})).json()["field"] == "file"
    assert (await uploaded(api, task_id, b"row_no", dry_run="maybe"))[1]["code"] == "flag_invalid"
    assert (await uploaded(api, task_id, b"row_no", role="user"))[0] == 403


async def test_a_task_without_rejected_rows_has_an_empty_file(api: Installation) -> None:
    task_id = await with_rejects(api)
    assert (await exported(api, task_id)).content.decode(
        "utf-8-sig"
    ) == "row_no,field,value,code,reason,ref\r\n"
    wanted: dict[str, Any] = {"format": "pdf"}
    async with api.client() as client:
        answer = await client.get(f"/api/v1/tasks/{task_id}/rejects/export", params=wanted)
    assert (answer.status_code, answer.json()["field"]) == (422, "format")
