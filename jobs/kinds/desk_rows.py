"""A row of a price desk's file as it goes into its table."""

import hashlib
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from domain.errors import MalformedRow
from jobs.base import Row
from jobs.kinds.part_numbers import KnownParts
from jobs.kinds.upserting import IncomingRow, Upsert
from jobs.prices import reading
from jobs.prices.matching import matched
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


def component_row(row_no: int, raw: Row) -> IncomingRow:
    """A component (номенклатура) by its code."""
    code = reading.needed(raw, "code")
    values = {name: reading.text(raw, name) or None for name in ("name", "vendor", "category", "unit")}
    values |= {
        "code_key": matched(code),
        "code": code,
        "method": reading.one_of(raw, "method", METHOD_NAMES),
        "manual_price": plain(reading.positive(raw, "manual_price", zero=True)),
        "coefficient": plain(reading.positive(raw, "coefficient")),
        "rounding": plain(reading.positive(raw, "rounding")),
        "currency": reading.currency(raw, "currency", "") or None,
    }
    return IncomingRow(row_no, (matched(code),), values, code)


def number_row(row_no: int, raw: Row, parts: KnownParts) -> IncomingRow:
    """A vendor's number (артикул) of a component."""
    number, vendor = reading.needed(raw, "number"), reading.text(raw, "vendor")
    component = parts.code(reading.needed(raw, "code"))
    values = {
        "number_key": matched(number),
        "vendor_key": matched(vendor),
        "number": number,
        "vendor": vendor,
        "component_id": str(component),
    }
    return IncomingRow(row_no, (matched(number), matched(vendor)), values, number)


def quote_row(row_no: int, raw: Row, parts: KnownParts, params: Mapping[str, Any]) -> IncomingRow:
    """A quote (цена поставщика или конкурента); what the file does not say, ``params`` say for all rows."""
    number = reading.needed(raw, "number")
    component = parts.component(number, reading.text(raw, "vendor"))
    supplier = reading.text(raw, "supplier") or str(params.get("supplier") or "")
    if not supplier:
        raise MalformedRow("value_missing", "supplier", "")
    price = reading.positive(raw, "price")
    if price is None:
        raise MalformedRow("value_missing", "price", "")
    values: dict[str, str | None] = {
        "component_id": str(component),
        "supplier": supplier,
        "kind": reading.one_of(raw, "kind", KIND_NAMES) or str(params.get("kind", "supplier")),
        "price": plain(price),
        "currency": reading.currency(raw, "currency", str(params.get("currency", "RUB"))),
        "quantity": plain(reading.positive(raw, "quantity") or Decimal(1)),
        "day": _day(raw, params.get("date")),
    }
    identity = ("component_id", "kind", "currency", "quantity", "day")
    key = keyed("quote", matched(supplier), *(values[name] for name in identity))
    return IncomingRow(row_no, (key,), values | {"key": key}, number)


def rate_row(row_no: int, raw: Row) -> IncomingRow:
    """A rate (курс) as the Bank of Russia gives it: roubles for ``nominal`` units."""
    currency = reading.currency(raw, "currency", "")
    rate, day = reading.positive(raw, "rate"), _day(raw, None)
    if not currency or rate is None:
        raise MalformedRow("value_missing", "rate" if currency else "currency", "")
    if currency == "RUB":
        raise MalformedRow("currency_is_base", "currency", currency)
    one = rate / (reading.positive(raw, "nominal") or Decimal(1))
    values: dict[str, str | None] = {"currency": currency, "day": day, "rate": f"{round(one, 10):f}"}
    return IncomingRow(row_no, (currency, day), values, f"{currency} {day}")


def keyed(*parts: str | None) -> str:
    """Sixteen bytes as PostgreSQL reads a uuid: the identity of a row between files."""
    content = "\0".join([part or "" for part in parts]).encode()
    return hashlib.blake2b(content, digest_size=16).hexdigest()


def plain(value: Decimal | None) -> str | None:
    """The same number always as the same text: ``1.500`` → ``1.5``."""
    return None if value is None else f"{value.normalize():f}"


def _day(raw: Row, default: Any) -> str:
    found = reading.day(raw, "date")
    if found is None and not default:
        raise MalformedRow("date_missing", "date", reading.text(raw, "date"))
    return (found or date.fromisoformat(str(default))).isoformat()
