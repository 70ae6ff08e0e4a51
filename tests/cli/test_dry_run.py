"""A file is checked with no server at all."""

import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

from cli.trial import examine
from jobs.formats.client_bank import generate
from tests.cli.running import tidemark
from tests.formats.statements import END, HEADER, OWN, SECTION, THEIRS

SAMPLES = Path(__file__).parents[2].parent / "shared" / "samples" / "client-bank"
ONE_DAY = SAMPLES / "kilylabs_one_day_cp1251.txt"
with_samples = pytest.mark.skipif(not SAMPLES.is_dir(), reason="the samples are not beside the repository")

BAD = ("amount_missing", "amount_malformed", "amount_too_large", "date_impossible", "nul_byte")

Statement = Callable[..., Path]


@pytest.fixture
def statement(tmp_path: Path) -> Statement:
    def made(documents: int = 50, **how: object) -> Path:
        path = tmp_path / "выписка.txt"
        path.write_bytes(b"".join(generate(documents, **how)))  # type: ignore[arg-type]
        return path

    return made


def dry_run(path: Path, *options: str) -> tuple[int, str]:
    result = tidemark("import", path, "--dry-run", *options)
    return result.exit_code, result.output


@with_samples
def test_one_day_of_thirteen_documents() -> None:
    code, said = dry_run(ONE_DAY)
    assert code == 0
    assert "13 documents · total 81,184.00 RUB (in 40,000.00, out 41,184.00) · adds up" in said
    assert "1CClientBankExchange 1.02" in said
    assert "cp1251" in said
    assert "11 Jan 2016" in said
    assert "40702810200000000001" in said
    assert "Nothing was loaded" in said


@with_samples
def test_the_same_in_russian() -> None:
    code, said = dry_run(ONE_DAY, "--lang", "ru")
    assert code == 0
    assert "13\u00a0документов · всего 81\u00a0184,00 RUB" in said
    assert "итоги сходятся" in said
    assert "Ни одна строка не будет отклонена" in said


@with_samples
def test_a_file_of_belarus_is_refused_by_name() -> None:
    code, said = dry_run(SAMPLES / "bxshef_demo-type4-alfa.txt")
    assert code == 2
    assert "Belarus" in said
    assert "bxshef_demo-type4-alfa.txt" in said


def test_a_clean_statement_adds_up(statement: Statement) -> None:
    code, said = dry_run(statement())
    assert code == 0
    assert "50 documents" in said
    assert "No row would be rejected" in said


def test_bad_rows_are_named_with_row_field_value_and_reason(statement: Statement) -> None:
    code, said = dry_run(statement(bad=BAD))
    assert code == 1
    assert "5 rows would be rejected" in said
    assert "31.02.2025" in said
    assert "there is no such day" in said
    assert "1 × Сумма · the amount is missing" in said
    assert "\0" not in said


def test_only_the_first_twenty_rejects_are_listed(statement: Statement) -> None:
    code, said = dry_run(statement(200, bad=["amount_missing"] * 30))
    assert code == 1
    assert "30 rows would be rejected" in said
    assert "… and 10 more rejected rows" in said


def test_must_match_would_refuse_what_cannot_be_proven(statement: Statement) -> None:
    path = statement(bad=["amount_missing"])
    assert dry_run(path)[0] == 1
    code, said = dry_run(path, "--control-totals", "must_match")
    assert code == 2
    assert "would be refused" in said


def test_a_difference_is_named_with_account_and_amount(tmp_path: Path) -> None:
    path = tmp_path / "short.txt"
    path.write_text(HEADER + SECTION + END, "cp1251")
    code, said = dry_run(path)
    assert code == 0, "a statement without documents has nothing to load"
    assert "Does not add up" in said
    assert "-250.50" in said
    assert "40702810900000000001" in said


def test_honest_repeats_are_told_and_counted(statement: Statement) -> None:
    code, said = dry_run(statement(identical=3))
    assert code == 0
    assert "3 documents repeat an earlier one word for word; each counts" in said


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "The file is empty"),
        (b"PK\x03\x04 xl/workbook.xml", "an Excel workbook (XLSX)"),
        (b"%PDF-1.7", "a PDF document"),
        (b"<?xml version='1.0'?><a/>", "an XML document"),
        (b"hello", "1CClientBankExchange"),
    ],
)
def test_other_formats_are_refused_by_name(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    code, said = dry_run(path)
    assert code == 2
    assert words in said
    assert "Traceback" not in said


def test_a_path_that_is_no_file(tmp_path: Path) -> None:
    code, said = dry_run(tmp_path / "nowhere.txt")
    assert (code, "There is no such file" in said) == (2, True)
    code, said = dry_run(tmp_path)
    assert (code, "This is a folder" in said) == (2, True)


def test_another_kind_needs_the_server(statement: Statement) -> None:
    code, said = dry_run(statement(), "--kind", "contractors")
    assert code == 2
    assert "--server" in said


def test_values_cannot_run_as_markup_or_controls(tmp_path: Path) -> None:
    document = (
        "СекцияДокумент=[red]x[/]\nНомер=[bold]7\nДата=[/nonsense]\x1b[2J\nСумма=1.00\nКонецДокумента\n"
    )
    path = tmp_path / "odd.txt"
    path.write_text(HEADER + document + END, "cp1251")
    code, said = dry_run(path)
    assert code == 1
    assert "[/nonsense]" in said
    assert "\x1b[2J" not in said


def test_memory_does_not_grow_with_the_file(statement: Statement) -> None:
    few = _peak(statement(3_000))
    # Ordinals take some 12 bytes a row and nothing else is kept; 5,000 rows more are 5 MB of file.
    assert _peak(statement(8_000)) - few < 500_000


def _peak(path: Path) -> int:
    tracemalloc.start()
    try:
        examine(path)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_failing_documents_that_are_all_rejected_are_no_import_that_adds_up(statement: Statement) -> None:
    code, said = dry_run(statement(3, bad=("date_impossible",) * 3))
    assert code == 1
    head, *_ = said.splitlines()
    assert head.endswith("the file itself adds up · all 3 rejected, nothing of it is loaded")
    assert "Nothing of it would be loaded" in said
    assert "To load it" not in said


def test_what_to_type_next_is_said(statement: Statement) -> None:
    path = statement(5)
    code, said = dry_run(path)
    assert (code, f"To load it: tidemark import {path} --kind bank-transactions --follow" in said) == (
        0,
        True,
    )
    _, said = dry_run(statement(5, bad=("date_impossible",)))
    assert "the file itself adds up · 1 of 5 rejected" in said


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("Артикул;Остаток;Склад\r\nА-1;5;Осн\r\n", "take it: stock"),
        ("Контрагент;ИНН\r\nРомашка;7700000001\r\n", "take it: contractors"),
        ("<КоммерческаяИнформация/>", "take it: contractors, stock"),
        ("Что;Сколько\r\nА-1;5\r\n", "components, contractors, currency-rates, part-numbers, quotes, stock"),
    ],
)
def test_failing_a_table_without_a_kind_is_told_which_take_it(tmp_path: Path, text: str, kinds: str) -> None:
    path = tmp_path / "file.csv"
    path.write_bytes(text.encode())
    result = tidemark("import", path)
    assert (result.exit_code, kinds in " ".join(result.stderr.split())) == (2, True), result.stderr
    assert "--kind" in result.stderr


def test_failing_any_other_text_is_still_no_statement(tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_bytes(b"Good morning\n")
    assert "1CClientBankExchange" in tidemark("import", path, "--dry-run").stderr


_DAYS = (
    ("sync", "transactions", "--from"),
    ("sync", "transactions", "--to"),
    ("classify", "reclassify", "--to", "2025-03-31", "--from"),
    ("coverage", "--from"),
    ("duplicates", "--to"),
    ("closed-period", "set", "--reason", "Март сдан"),
)


@pytest.mark.parametrize("command", _DAYS, ids=" ".join)
@pytest.mark.parametrize(
    ("day", "words"),
    [
        ("2025-13-01", "There is no such day"),
        ("2025-02-30", "There is no such day"),
        ("31.02.2025", "There is no such day"),
        ("yesterday", "This is no date"),
        ("01.03.25", "This is no date"),
        ("", "This is no date"),
    ],
)
def test_failing_a_day_is_told_in_our_words(command: tuple[str, ...], day: str, words: str) -> None:
    result = tidemark(*command, day)
    assert (result.exit_code, words in result.stderr) == (2, True), result.output
    assert "2025-03-31 (year-month-day) or 31.03.2025" in result.stderr
    assert "format" not in result.output


@pytest.mark.parametrize(
    ("said", "words"),
    [("2025-02-30", "There is no such day"), ("2025-03-01T25:00", "This is no date and no time")],
)
def test_failing_a_moment_is_told_in_our_words(said: str, words: str) -> None:
    result = tidemark("bulk", "replay", "--from", said)
    assert (result.exit_code, words in result.stderr) == (2, True), result.output


def test_a_file_that_states_no_totals_does_not_add_up_but_cannot_be_compared(tmp_path: Path) -> None:
    path = tmp_path / "noacct.txt"
    document = ["СекцияДокумент=Платежное поручение", "Номер=1", "Дата=03.03.2025", "Сумма=10.00"]
    document += [f"ПлательщикСчет={OWN}", f"ПолучательСчет={THEIRS}", "КонецДокумента"]
    lines = ["1CClientBankExchange", "ВерсияФормата=1.03", "Кодировка=Windows", *document, "КонецФайла", ""]
    path.write_bytes("\r\n".join(lines).encode("cp1251"))
    code, said = dry_run(path)
    assert code == 0, said
    assert "The file states no totals: nothing to compare" in said
    assert "dds up" not in said


@pytest.mark.parametrize(
    ("said", "field"),
    [(("--template", "zakupka"), "params.template"), (("--param", "warehouse=A"), "params.warehouse")],
)
def test_what_the_import_would_refuse_is_refused_in_the_check(
    said: tuple[str, str], field: str, statement: Statement
) -> None:
    code, answer = dry_run(statement(), *said)
    assert code == 2
    assert f"{field}: there is no such field" in answer
    assert "To load it" not in answer
