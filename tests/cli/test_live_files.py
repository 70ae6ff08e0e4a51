"""Files other than statements from the command line to the database."""

import csv
import shlex
from pathlib import Path
from typing import Any

import psycopg
import pytest

from jobs.formats.client_bank import generate
from tests.cli.installation import Installed
from tests.formats.sheets import workbook

_IN_1C_TOO = """
INSERT INTO bank_transaction (key, number, date, booked_on, direction, amount, currency, account,
    counterparty_name, counterparty_inn, counterparty_kpp, counterparty_account, purpose, data_version,
    task_id, row_no)
SELECT gen_random_uuid(), number, date, booked_on, replace(direction, 'transfer', 'out'), amount, currency,
    account, counterparty_name, counterparty_inn, counterparty_kpp, counterparty_account, purpose, 'AAAA',
    uuidv7(), 1
FROM bank_transaction
"""

pytestmark = [pytest.mark.integration, pytest.mark.timeout(300)]


def saved(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_bytes(text.encode())
    return path


def found(live: Installed, query: str) -> list[Any]:
    with psycopg.connect(live.env["TIDEMARK_DATABASE_URL"]) as connection:
        return connection.execute(query).fetchall()


def test_contractors_and_stock_come_in_by_their_kind(live: Installed, tmp_path: Path) -> None:
    contractors = saved(
        tmp_path,
        "contractors.xml",
        "<КоммерческаяИнформация><Контрагенты><Контрагент><Наименование>Ромашка</Наименование>"
        "<ИНН>7700000001</ИНН></Контрагент></Контрагенты></КоммерческаяИнформация>",
    )
    result = live.run("import", contractors, "--kind", "contractors", "--follow")
    assert result.exit_code == 0, result.output
    assert found(live, "SELECT name, inn FROM contractor") == [("Ромашка", "7700000001")]
    assert "1 row has a warning" in result.stdout
    task_id = result.stdout.split("tidemark warnings ")[1].split()[0]
    assert "Ромашка · 7700000001" in live.run("warnings", task_id).stdout

    components = saved(tmp_path, "components.csv", "Код\r\nА-1\r\n")
    assert live.run("import", components, "--kind", "components", "--follow").exit_code == 0
    stock = saved(
        tmp_path,
        "offers.xml",
        "<КоммерческаяИнформация><ПакетПредложений><Предложения><Предложение><Артикул>А-1</Артикул>"
        "<Количество>7</Количество></Предложение></Предложения></ПакетПредложений></КоммерческаяИнформация>",
    )
    result = live.run("import", stock, "--kind", "stock", "--param", "warehouse=Основной", "--follow")
    assert result.exit_code == 0, result.output
    assert found(live, "SELECT warehouse, quantity::int FROM stock_lot") == [("Основной", 7)]


def test_a_payment_that_1c_has_too_is_told_and_decided(live: Installed, tmp_path: Path) -> None:
    statement = tmp_path / "kl_to_1c.txt"
    statement.write_bytes(b"".join(generate(1, seed=77)))
    result = live.run("import", statement, "--follow")
    assert result.exit_code == 0, result.output
    assert "tidemark duplicates" not in result.output
    with psycopg.connect(live.env["TIDEMARK_DATABASE_URL"]) as connection:
        connection.execute(_IN_1C_TOO)
    [[task_id]] = found(live, "SELECT task_id::text FROM bank_transaction WHERE data_version IS NULL")
    shown = live.run("show", task_id)
    assert (
        f"1 payment is possibly there twice, from the bank and from 1C: tidemark duplicates --task {task_id}"
        in (shown.stdout)
    )
    assert live.run("duplicates", "--task", task_id).exit_code == 1
    decided = live.run("duplicates", "--task", task_id, "--decide", "same", "--yes")
    assert (decided.exit_code, decided.stdout.strip()) == (0, "1 pair decided")
    assert found(live, "SELECT decision FROM duplicate_decision WHERE current") == [("same",)]
    assert live.run("duplicates").exit_code == 0


def test_what_is_no_table_is_refused_before_it_is_a_task(live: Installed, tmp_path: Path) -> None:
    statement = saved(tmp_path, "kl_to_1c.txt", "1CClientBankExchange\r\nВерсияФормата=1.02\r\n")
    result = live.run("import", statement, "--kind", "contractors")
    assert result.exit_code == 2
    assert "a client-bank statement" in result.output
    assert "--kind bank-transactions" in result.output
    assert "CSV" not in result.output


def test_a_number_that_nobody_knows_says_how_it_is_mapped(live: Installed, tmp_path: Path) -> None:
    stock = saved(tmp_path, "unmapped.csv", "Артикул;Остаток\r\nНЕТ-1;5\r\n")
    result = live.run("import", stock, "--kind", "stock", "--param", "warehouse=Основной", "--follow")
    assert result.exit_code == 1, result.output
    said = " ".join(result.output.split())
    assert "1 (row 2 of the sheet)" in said
    assert "POST /part-numbers" in said
    assert "--kind part-numbers" in said


@pytest.mark.parametrize("param", ["warehouse", "=x", "mapping={"])
def test_a_param_has_a_name_and_a_value(live: Installed, tmp_path: Path, param: str) -> None:
    file = saved(tmp_path, "a.csv", "a\r\n")
    result = live.run("import", file, "--kind", "stock", "--param", param)
    assert result.exit_code == 2
    assert "NAME=VALUE" in result.output


def test_rejected_rows_of_a_table_are_shown_corrected_and_loaded_by_its_own_headings(
    live: Installed, tmp_path: Path
) -> None:
    table = "Контрагенты\r\nКод;Контрагент;ИНН;КПП\r\n7;Лютик;7700000002;\r\n8;;7700000003;\r\n"
    result = live.run("import", saved(tmp_path, "c.csv", table), "--kind", "contractors", "--follow")
    assert result.exit_code == 1, result.output
    [line] = [line for line in result.stdout.splitlines() if "row 4 of the sheet" in line]
    assert "Контрагент" in line
    task_id = result.stdout.split("tidemark rejects ")[1].split()[0]

    path = tmp_path / "rows.csv"
    live.run("rejects", task_id, path)
    [row] = csv.DictReader(path.read_text("utf-8-sig").splitlines())
    assert list(row) == [
        *("row_no", "sheet_row", "field", "value", "code", "reason", "ref"),
        *("Код", "Контрагент", "ИНН", "КПП"),
    ]
    assert (row["sheet_row"], row["field"], row["ИНН"], row["Код"]) == ("4", "Контрагент", "7700000003", "8")
    row["Контрагент"] = "Василек"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(row))
        writer.writeheader()
        writer.writerow(row)
    taken = live.run("correct", task_id, path)
    assert taken.exit_code == 0, taken.output
    again = live.run("replay", task_id, "--scope", "rejected", "--follow")
    assert again.exit_code == 0, again.output
    assert found(live, "SELECT code FROM contractor WHERE name = 'Василек'") == [("8",)]


def test_a_header_that_nobody_knows_is_shown_taught_and_kept(live: Installed, tmp_path: Path) -> None:
    saved(tmp_path, "codes.csv", "Код\r\nНЖ-1\r\n")
    assert live.run("import", tmp_path / "codes.csv", "--kind", "components", "--follow").exit_code == 0
    unknown = saved(tmp_path, "unknown.csv", "Что;Сколько\r\nНЖ-1;7\r\n")
    failed = live.run("import", unknown, "--kind", "stock", "--follow")
    assert failed.exit_code == 2, failed.output
    assert "  1  Что   Сколько" in failed.stdout
    assert "quantity   yes     Количество" in failed.stdout
    assert (
        f"tidemark import {unknown} --kind stock --header-row 1 --mapping quantity=COLUMN --follow"
    ) in failed.stdout

    said = ("--mapping", "code=Что", "--mapping", "quantity=B", "--mapping", "warehouse==Дальний")
    how = ("--kind", "stock", "--header-row", "1", *said)
    checked = live.run("import", unknown, *how, "--dry-run", "--server")
    assert checked.exit_code == 0, checked.output
    pasted = shlex.split(checked.stdout.split("To load it: ")[1].splitlines()[0])
    assert pasted[:3] == ["tidemark", "import", str(unknown)]
    done = live.run(*pasted[1:])
    assert done.exit_code == 0, done.output
    [[task_id]] = found(live, "SELECT task_id::text FROM stock_lot WHERE warehouse = 'Дальний'")
    kept = live.run("mapping", task_id, "--save", "Остатки и ночь")
    assert kept.exit_code == 0, kept.output
    assert "quantity B Сколько" in " ".join(kept.stdout.split())
    assert "Warehouse" not in kept.stdout
    assert "tidemark import unknown.csv --kind stock --header-row 1 --mapping code=Что" in kept.stdout
    moved = saved(tmp_path, "moved.csv", "Ночь\r\n\r\nСколько;Что\r\n9;НЖ-1\r\n")
    again = live.run("import", moved, "--kind", "stock", "--template", "Остатки и ночь", "--follow")
    assert again.exit_code == 0, again.output
    assert found(live, "SELECT quantity::int FROM stock_lot WHERE warehouse = 'Дальний'") == [(9,)]


def test_failing_names_that_are_not_there_start_nothing(live: Installed, tmp_path: Path) -> None:
    file = saved(tmp_path, "names.csv", "Артикул;Остаток\r\nА-1;7\r\n")
    before = found(live, "SELECT count(*) FROM intake")
    for said, words in (
        (("--template", "nosuch"), "There is no table template “nosuch”"),
        (("--mapping", "foo=A"), "The mapping names the field “foo”"),
    ):
        refused = live.run("import", file, "--kind", "stock", *said, "--follow")
        assert (refused.exit_code, words in refused.output) == (2, True), refused.output
        assert "replay" not in refused.output
    assert found(live, "SELECT count(*) FROM intake") == before


def test_a_template_that_does_not_fit_is_blamed_by_its_name(live: Installed, tmp_path: Path) -> None:
    first = saved(tmp_path, "first.csv", "Что;Сколько\r\nА-1;7\r\n")
    said = ("--mapping", "code=Что", "--mapping", "quantity=Сколько", "--param", "warehouse=Ночь")
    started = live.run("import", first, "--kind", "stock", *said, "--dry-run", "--server")
    task_id = started.output.split("Accepted, task ")[1].split()[0]
    assert live.run("mapping", task_id, "--save", "Ночь").exit_code == 0
    other = saved(tmp_path, "other.csv", "Ночь;\r\nЧто;Есть\r\nА-1;9\r\n")
    failed = live.run("import", other, "--kind", "stock", "--template", "Ночь", "--follow")
    assert failed.exit_code == 2, failed.output
    assert "The template “Ночь” does not fit this file. Row 2 was taken as the header: Что | Есть." in (
        failed.stdout
    )
    assert "no heading “Сколько”, which the template names for quantity" in failed.stdout
    assert "  2  Что   Есть" in failed.stdout
    task_id = failed.stdout.split("tidemark mapping ")[1].split()[0]
    assert "Сколько" not in live.run("events", task_id).stdout


def test_a_workbook_without_a_cell_is_called_empty(live: Installed, tmp_path: Path) -> None:
    path = tmp_path / "empty.xlsx"
    path.write_bytes(workbook([]))
    failed = live.run("import", path, "--kind", "stock", "--follow")
    assert failed.exit_code == 2
    assert "No cell of the file is filled" in failed.stdout
    assert "header" not in failed.stdout
