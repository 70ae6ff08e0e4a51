"""A bank document of 1C (Поступление на расчетный счет, Списание с расчетного счета) as a source row.

The row keeps the document's own fields under 1C's names and puts the words behind its references
beside them, so that it can be imported again when 1C is gone, and corrected by a person.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from jobs.base import Row
from jobs.sources.onec import currencies, parsing
from jobs.sources.onec.lookups import Found, Ref
from jobs.sources.onec.settings import DocumentSet, OneCMapping

FIELDS = (
    "Ref_Key",
    "DataVersion",
    "DeletionMark",
    "Posted",
    "Number",
    "Date",
    "ВидОперации",
    "Организация_Key",
    "СчетОрганизации_Key",
    "НомерВходящегоДокумента",
    "ДатаВходящегоДокумента",
    "Контрагент",
    "Контрагент_Type",
    "СчетКонтрагента_Key",
    "СуммаДокумента",
    "ВалютаДокумента_Key",
    "СтатьяДвиженияДенежныхСредств_Key",
    "НазначениеПлатежа",
    "Комментарий",
    "РасшифровкаПлатежа",
)
PARTS = ("LineNumber", "СуммаПлатежа", "СтавкаНДС", "СуммаНДС", "СтатьяДвиженияДенежныхСредств_Key")
_CATEGORY = "СтатьяДвиженияДенежныхСредств_Key"
# 1C's own words for the two directions.
DIRECTIONS = {"in": "Поступление", "out": "Списание"}


def selection(mapping: OneCMapping) -> tuple[str, ...]:
    """The ``$select`` of a bank document in this configuration."""
    return tuple(name for name in map(mapping.field, FIELDS) if name)


def catalogues(mapping: OneCMapping) -> Mapping[str, tuple[str, ...]]:
    """The catalogues that rows are resolved from, with the fields they are asked for."""
    names = {
        mapping.contractors: ("Description", "НаименованиеПолное", "ИНН", "КПП"),
        mapping.accounts: ("НомерСчета",),
        mapping.categories: ("Description",),
        mapping.currencies: ("Code", "Description"),
        mapping.organisations: ("Description",),
    }
    return {entity: tuple(filter(None, map(mapping.field, fields))) for entity, fields in names.items()}


def references(document: Mapping[str, Any], mapping: OneCMapping) -> Iterator[Ref]:
    """Everything the row of this document needs a word for."""
    get = _reader(document, mapping)
    yield from filter(None, (_counterparty(document, mapping),))
    simple = (
        (mapping.organisations, get("Организация_Key")),
        (mapping.accounts, get("СчетОрганизации_Key")),
        (mapping.accounts, get("СчетКонтрагента_Key")),
        (mapping.currencies, get("ВалютаДокумента_Key")),
        (mapping.categories, get(_CATEGORY)),
        *((mapping.categories, part.get(mapping.field(_CATEGORY))) for part in _parts(document, mapping)),
    )
    for entity, value in simple:
        if found := parsing.ref(value):
            yield entity, found


def resolve(document: Mapping[str, Any], found: Found, entity: DocumentSet, mapping: OneCMapping) -> Row:
    """The source row: JSON values only, money as decimal text. Nothing is refused here.

    A counterparty that is no contractor (a person, a department, the organisation itself) keeps its
    reference, and its words stay empty.
    """
    get = _reader(document, mapping)

    def word(catalogue: str, value: Any, field: str) -> str:
        return found.get((catalogue, parsing.ref(value) or ""), {}).get(mapping.field(field), "")

    row = {name: parsing.plain(get(name)) for name in FIELDS}
    row["СуммаДокумента"] = parsing.number_text(get("СуммаДокумента"))
    counterparty = found.get(_counterparty(document, mapping) or ("", ""), {})
    currency = mapping.currencies, get("ВалютаДокумента_Key")
    full = counterparty.get(mapping.field("НаименованиеПолное"), "")
    return row | {
        "Документ": entity.name,
        "Направление": DIRECTIONS[entity.direction],
        "Организация": word(mapping.organisations, get("Организация_Key"), "Description"),
        "СчетОрганизации": word(mapping.accounts, get("СчетОрганизации_Key"), "НомерСчета"),
        "СчетКонтрагента": word(mapping.accounts, get("СчетКонтрагента_Key"), "НомерСчета"),
        "КонтрагентНаименование": full or counterparty.get(mapping.field("Description"), ""),
        "КонтрагентИНН": counterparty.get(mapping.field("ИНН"), ""),
        "КонтрагентКПП": counterparty.get(mapping.field("КПП"), ""),
        "Валюта": currencies.alphabetic(word(*currency, "Code"), word(*currency, "Description")),
        "Статья": word(mapping.categories, get(_CATEGORY), "Description"),
        "РасшифровкаПлатежа": [_part(part, found, mapping) for part in _parts(document, mapping)],
    }


def _part(part: Mapping[str, Any], found: Found, mapping: OneCMapping) -> Row:
    row = {
        name: parsing.plain(part.get(mapping.field(name))) for name in PARTS if mapping.field(name) in part
    }
    for name in ("СуммаПлатежа", "СуммаНДС"):
        if name in row:
            row[name] = parsing.number_text(part.get(mapping.field(name)))
    row["LineNumber"] = parsing.integer(part.get("LineNumber"))
    category = parsing.ref(part.get(mapping.field(_CATEGORY))) or ""
    words = found.get((mapping.categories, category), {})
    return row | {"Статья": words.get(mapping.field("Description"), "")}


def _parts(document: Mapping[str, Any], mapping: OneCMapping) -> list[Mapping[str, Any]]:
    parts = document.get(mapping.field("РасшифровкаПлатежа"))
    return [part for part in parts if isinstance(part, dict)] if isinstance(parts, list) else []


def _counterparty(document: Mapping[str, Any], mapping: OneCMapping) -> Ref | None:
    get = _reader(document, mapping)
    kind = get("Контрагент_Type") if mapping.field("Контрагент_Type") else mapping.contractors
    return parsing.composite(get("Контрагент"), kind)


def _reader(document: Mapping[str, Any], mapping: OneCMapping) -> Callable[[str], Any]:
    """The document by the names of ``FIELDS``, whatever this configuration calls them."""
    return lambda name: document.get(mapping.field(name))
