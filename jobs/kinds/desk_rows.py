"""Rows of a price desk's files as they go into their tables."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

from domain.errors import MalformedRow
from jobs.kinds.part_numbers import KnownParts
from jobs.kinds.upsert_sql import Upsert
from jobs.kinds.upserting import Incoming, Values
from jobs.prices import reading
from jobs.prices.columns import Columns
from jobs.prices.matching import matched
from jobs.prices.reading import Cells
from jobs.prices.rules import METHODS

METHOD_NAMES = {
    **{name.upper(): name for name in METHODS},
    **dict.fromkeys(("СРЕДНЕВЗВЕШЕННАЯ", "СРЕДНЯЯ", "WEIGHTED AVERAGE"), "weighted_avg"),
    "МЕДИАНА": "median",
    **dict.fromkeys(("ПОСЛЕДНЯЯ", "ПОСЛЕДНЯЯ ЦЕНА"), "latest"),
    **dict.fromkeys(("ВРУЧНУЮ", "РУЧНАЯ"), "manual"),
}
KIND_NAMES = {
    **dict.fromkeys(("SUPPLIER", "ПОСТАВЩИК"), "supplier"),
    **dict.fromkeys(("COMPETITOR", "КОНКУРЕНТ"), "competitor"),
}
COMPONENT = Upsert(
    "component",
    ("code_key",),
    {
        "code_key": "''",
        "code": "''",
        "name": "''",
        "vendor": "''",
        "category": "''",
        "unit": "''",
        "method": "'weighted_avg'",
        "manual_price": "NULL",
        "coefficient": "1",
        "rounding": "0.01",
        "currency": "'RUB'",
    },
)
PART = Upsert(
    "part_number",
    ("number_key", "vendor_key"),
    {"number_key": "''", "vendor_key": "''", "number": "''", "vendor": "''", "component_id": "NULL"},
)
QUOTE = Upsert(
    "quote",
    ("key",),
    dict.fromkeys(
        ("key", "component_id", "supplier", "kind", "price", "currency", "quantity", "day"), "NULL"
    ),
)
RATE = Upsert("currency_rate", ("currency", "day"), {"currency": "''", "day": "NULL", "rate": "NULL"})


def components(columns: Columns) -> Incoming:
    """Components (номенклатура) by their codes."""
    codes = columns.each("code", reading.needed)
    values: dict[str, Values] = {"code_key": columns.every(matched, codes), "code": codes}
    for name in ("name", "vendor", "category", "unit"):
        values[name] = columns.each(name, _text)
    values["method"] = columns.each("method", partial(reading.one_of, names=METHOD_NAMES))
    values["manual_price"] = columns.each("manual_price", _not_negative)
    values["coefficient"] = columns.each("coefficient", _positive)
    values["rounding"] = columns.each("rounding", _positive)
    values["currency"] = columns.each("currency", _currency)
    return incoming(columns, values, codes)


def numbers(columns: Columns, parts: KnownParts) -> Incoming:
    """Vendors' numbers (артикулы) of components."""
    said, vendors = columns.each("number", reading.needed), columns.each("vendor", reading.text)
    found = columns.every(parts.code, columns.each("code", reading.needed))
    values: dict[str, Values] = {
        "number_key": columns.every(matched, said),
        "vendor_key": columns.every(matched, vendors),
        "number": said,
        "vendor": vendors,
        "component_id": list(map(str, found)),
    }
    return incoming(columns, values, said)


def quotes(columns: Columns, parts: KnownParts, params: Mapping[str, Any]) -> Incoming:
    """Quotes (цены поставщиков и конкурентов); what the file does not say, ``params`` say for all rows."""
    said = columns.each("number", reading.needed)
    found = columns.every(parts.component, said, columns.each("vendor", reading.text))
    supplier, kind = str(params.get("supplier") or ""), str(params.get("kind", "supplier"))
    currency = partial(reading.currency, default=str(params.get("currency", "RUB")))
    values: dict[str, Values] = {
        "component_id": list(map(str, found)),
        "supplier": columns.each("supplier", partial(_supplier, default=supplier)),
        "price": columns.each("price", _price),
        "kind": columns.each("kind", partial(_kind, default=kind)),
        "currency": columns.each("currency", currency),
        "quantity": columns.each("quantity", _quantity),
        "day": columns.each("date", partial(_day, default=params.get("date"))),
    }
    identity = ("supplier", "component_id", "kind", "currency", "quantity", "day")
    values["key"] = columns.every(_quote_key, *(values[name] for name in identity))
    return incoming(columns, values, said)


def rates(columns: Columns) -> Incoming:
    """Rates (курсы) as the Bank of Russia gives them: roubles for ``nominal`` units."""
    currencies = columns.each("currency", partial(reading.currency, default=""))
    said, days = columns.each("rate", reading.positive), columns.each("date", _day)
    ones = columns.every(_rate, currencies, said, columns.each("nominal", reading.positive))
    values: dict[str, Values] = {"currency": currencies, "day": days, "rate": ones}
    return incoming(
        columns, values, [f"{currency} {day}" for currency, day in zip(currencies, days, strict=True)]
    )


def incoming(columns: Columns, values: Mapping[str, Values], shown: Sequence[str]) -> Incoming:
    """Those rows that could be read."""
    rows = Incoming(columns.row_nos, values, shown)
    return rows if columns.all_good else rows.only(columns.good)


def keyed(*parts: str | None) -> str:
    """Sixteen bytes as PostgreSQL reads a uuid: the identity of a row between files."""
    content = "\0".join([part or "" for part in parts]).encode()
    return hashlib.blake2b(content, digest_size=16).hexdigest()


def plain(value: Decimal | None) -> str | None:
    """The same number always as the same text: ``1.500`` → ``1.5``."""
    return None if value is None else f"{value.normalize():f}"


def _text(raw: Cells, field: str) -> str | None:
    return reading.text(raw, field) or None


def _positive(raw: Cells, field: str) -> str | None:
    return plain(reading.positive(raw, field))


def _not_negative(raw: Cells, field: str) -> str | None:
    return plain(reading.positive(raw, field, zero=True))


def _currency(raw: Cells, field: str) -> str | None:
    return reading.currency(raw, field, "") or None


def _supplier(raw: Cells, field: str, default: str) -> str:
    if not (found := reading.text(raw, field) or default):
        raise MalformedRow("value_missing", field, "")
    return found


def _kind(raw: Cells, field: str, default: str) -> str:
    return reading.one_of(raw, field, KIND_NAMES) or default


def _price(raw: Cells, field: str) -> str:
    if (price := _positive(raw, field)) is None:
        raise MalformedRow("value_missing", field, "")
    return price


def _quantity(raw: Cells, field: str) -> str:
    return _positive(raw, field) or "1"


def _quote_key(supplier: str, *identity: str | None) -> str:
    return keyed("quote", matched(supplier), *identity)


def _rate(currency: str, said: Decimal | None, nominal: Decimal | None) -> str:
    if not currency or said is None:
        raise MalformedRow("value_missing", "rate" if currency else "currency", "")
    if currency == "RUB":
        raise MalformedRow("currency_is_base", "currency", currency)
    return f"{round(said / (nominal or Decimal(1)), 10):f}"


def _day(raw: Cells, field: str, default: Any = None) -> str:
    found = reading.day(raw, field)
    if found is None and not default:
        raise MalformedRow("date_missing", field, reading.text(raw, field))
    return (found or date.fromisoformat(str(default))).isoformat()
