"""Source rows: the document's own fields, and the words behind its references."""

import json
from decimal import Decimal
from typing import Any

from jobs.sources.onec import rows
from jobs.sources.onec.settings import DocumentSet, OneCMapping

ORG, OWN, THEIRS, PAYER, PERSON, SALE, RENT, RUB = (
    f"{n}fa1a135-d89b-11e6-8343-40167e2531c3" for n in range(8)
)
EMPTY = "00000000-0000-0000-0000-000000000000"
MAPPING = OneCMapping()
INCOMING = MAPPING.documents[0]
FOUND = {
    (MAPPING.organisations, ORG): {"Description": "Причал"},
    (MAPPING.accounts, OWN): {"НомерСчета": "40702810000000000001"},
    (MAPPING.accounts, THEIRS): {"НомерСчета": "40702810000000000002"},
    (MAPPING.contractors, PAYER): {
        "Description": "Ромашка ООО", "НаименованиеПолное": 'ООО "Ромашка"',
        "ИНН": "7707083893", "КПП": "770001001",
    },
    (MAPPING.categories, SALE): {"Description": "Оплата от покупателей"},
    (MAPPING.categories, RENT): {"Description": "Аренда"},
    (MAPPING.currencies, RUB): {"Code": "643", "Description": "руб."},
}  # fmt: skip


def document(**changes: Any) -> dict[str, Any]:
    known: dict[str, Any] = {
        "Ref_Key": "9fa1a135-d89b-11e6-8343-40167e2531c3",
        "DataVersion": "AAAAAAAETag=",
        "DeletionMark": False,
        "Posted": True,
        "Number": "0000-000017 ",
        "Date": "2024-03-01T12:00:00",
        "ВидОперации": "ОплатаПокупателя",
        "Организация_Key": ORG,
        "СчетОрганизации_Key": OWN,
        "НомерВходящегоДокумента": "4711                ",
        "ДатаВходящегоДокумента": "2024-02-29T00:00:00",
        "Контрагент": PAYER,
        "Контрагент_Type": "StandardODATA.Catalog_Контрагенты",
        "СчетКонтрагента_Key": THEIRS,
        "СуммаДокумента": Decimal("15000.50"),
        "ВалютаДокумента_Key": RUB,
        "СтатьяДвиженияДенежныхСредств_Key": RENT,
        "НазначениеПлатежа": "Оплата по счету",
        "Комментарий": None,
        "РасшифровкаПлатежа": [
            {"LineNumber": "1", "СуммаПлатежа": 15000, "СтатьяДвиженияДенежныхСредств_Key": SALE}
        ],
        "Контрагент@navigationLinkUrl": "…",
        "Ответственный_Key": EMPTY,
    }
    return {**known, **changes}


def resolved(mapping: OneCMapping = MAPPING, **changes: Any) -> dict[str, Any]:
    return rows.resolve(document(**changes), FOUND, INCOMING, mapping)


def test_the_words_stand_beside_the_references() -> None:
    row = resolved()
    assert row["Контрагент"] == PAYER
    assert {name: row[name] for name in ("Направление", "Документ", "Организация", "Валюта", "Статья")} == {
        "Направление": "Поступление",
        "Документ": "Document_ПоступлениеНаРасчетныйСчет",
        "Организация": "Причал",
        "Валюта": "RUB",
        "Статья": "Аренда",
    }
    assert row["СчетОрганизации"] == "40702810000000000001"
    assert row["СчетКонтрагента"] == "40702810000000000002"
    assert (row["КонтрагентНаименование"], row["КонтрагентИНН"]) == ('ООО "Ромашка"', "7707083893")
    assert row["РасшифровкаПлатежа"] == [
        {
            "LineNumber": 1,
            "СуммаПлатежа": "15000",
            "СтатьяДвиженияДенежныхСредств_Key": SALE,
            "Статья": "Оплата от покупателей",
        }
    ]


def test_a_row_is_json_without_padding_links_or_fields_nobody_asked_for() -> None:
    row = resolved()
    assert json.loads(json.dumps(row)) == row
    assert row["СуммаДокумента"] == "15000.50"
    assert row["Number"] == "0000-000017"
    assert not [name for name in row if "@" in name or name == "Ответственный_Key"]


def test_a_whole_document_and_a_selected_one_give_the_same_row() -> None:
    selected = {name: value for name, value in document().items() if name in rows.selection(MAPPING)}
    assert rows.resolve(selected, FOUND, INCOMING, MAPPING) == resolved()


def test_the_short_name_serves_where_the_full_one_is_empty() -> None:
    found = {**FOUND, (MAPPING.contractors, PAYER): {"Description": "Ромашка", "НаименованиеПолное": ""}}
    assert rows.resolve(document(), found, INCOMING, MAPPING)["КонтрагентНаименование"] == "Ромашка"


def test_a_counterparty_of_another_catalogue_keeps_its_reference_without_words() -> None:
    row = resolved(Контрагент=PERSON, Контрагент_Type="StandardODATA.Catalog_ФизическиеЛица")
    assert (row["Контрагент"], row["КонтрагентНаименование"], row["КонтрагентИНН"]) == (PERSON, "", "")


def test_an_undefined_counterparty_has_no_words() -> None:
    row = resolved(Контрагент="", Контрагент_Type="StandardODATA.Undefined")
    assert row["КонтрагентНаименование"] == ""


def test_everything_missing_is_a_row_too() -> None:
    row = rows.resolve({}, {}, INCOMING, MAPPING)
    assert row["Ref_Key"] is None
    assert row["РасшифровкаПлатежа"] == []


def test_references_name_every_catalogue_once_needed() -> None:
    assert set(rows.references(document(), MAPPING)) == {
        (MAPPING.contractors, PAYER),
        (MAPPING.organisations, ORG),
        (MAPPING.accounts, OWN),
        (MAPPING.accounts, THEIRS),
        (MAPPING.currencies, RUB),
        (MAPPING.categories, RENT),
        (MAPPING.categories, SALE),
    }


def test_empty_references_are_not_asked_for() -> None:
    empty = document(
        СтатьяДвиженияДенежныхСредств_Key=EMPTY,
        Контрагент=EMPTY,
        СчетКонтрагента_Key=None,
        РасшифровкаПлатежа=None,
    )
    assert set(rows.references(empty, MAPPING)) == {
        (MAPPING.organisations, ORG),
        (MAPPING.accounts, OWN),
        (MAPPING.currencies, RUB),
    }


def test_another_configuration_has_other_names() -> None:
    mapping = OneCMapping(
        incoming="Document_Приход",
        fields={"Контрагент": "Контрагент_Key", "Контрагент_Type": "", "НазначениеПлатежа": "Назначение"},
    )
    other = document(Контрагент_Key=PAYER, Назначение="За товар")
    row = rows.resolve(other, FOUND, DocumentSet("Document_Приход", "in"), mapping)
    assert (row["КонтрагентНаименование"], row["НазначениеПлатежа"]) == ('ООО "Ромашка"', "За товар")
    assert "Контрагент_Type" not in rows.selection(mapping)
    assert "Назначение" in rows.selection(mapping)
