"""What stands above the header for all rows: parameters of 1C's reports, price type, currency."""

import re
from collections.abc import Iterator, Mapping, Sequence

from jobs.formats.tables.fields import Layout, names_of, squeezed
from jobs.formats.tables.grid import GridRow
from jobs.formats.tables.limits import MOST_TITLE
from jobs.formats.tables.mapping import Column

_CURRENCIES = {
    "RUB": r"RUB|RUR|руб(?:\.|л[а-я]*)?|₽",
    "USD": r"USD|долл(?:\.|ар[а-я]*)?|\$",
    "EUR": r"EUR|евро|€",
    "CNY": r"CNY|юан[а-я]*|¥",
    "KZT": r"KZT|тенге",
    "BYN": r"BYN",
}
_CURRENCY = {
    code: re.compile(rf"(?<![^\W_])(?:{pattern})(?![^\W_])", re.IGNORECASE)
    for code, pattern in _CURRENCIES.items()
}
_PRICE_TYPE = re.compile(r"тип[ы]?\s+цен[ыа]?\s*[:=-]\s*(.+)|(прайс[^()]*\([^)]*\))", re.IGNORECASE)
_SAID = re.compile(r"([^:=]{1,60})[:=]\s*(.*)", re.DOTALL)
# 1C's own wording of a filter: Склад Равно "Основной склад".
_EQUALS = re.compile(r"(\w[\w ]{0,60}?)\s+равно\s+[\"«](.+?)[\"»]", re.IGNORECASE)


def constants(
    rows: Sequence[GridRow], layout: Layout, columns: Mapping[str, Sequence[Column]]
) -> dict[str, str]:
    """Values of ``titled`` fields that no column has: ``Склад: Основной``, or the currency that the header
    of a price names (``Цена, EUR``) or else a title does (``прайс(EUR…)``)."""
    titled = [field for field in layout.fields if field.titled and field.name not in columns]
    found: dict[str, str] = {}
    for name, value in _said(rows):
        for field in titled:
            if name in names_of(field) and field.name not in found:
                found[field.name] = value[:200]
    if any(field.name == "currency" for field in titled):
        headers = [
            column.header for field in layout.fields if field.money for column in columns.get(field.name, ())
        ]
        cells = [cell[:MOST_TITLE] for row in rows for cell in row.cells if cell]
        named = found.pop("currency", None)
        told = currency_of(headers) or (currency_of([named]) if named else None) or currency_of(cells)
        if told:
            found["currency"] = told
    return found


def price_type(rows: Sequence[GridRow], columns: Mapping[str, Sequence[Column]]) -> str | None:
    """``Тип цен: Оптовая`` → ``Оптовая``; ``прайс(EUR, без НДС)`` as it is written."""
    headers = (column.header for name in ("price",) for column in columns.get(name, ()))
    for text in (*headers, *(cell for row in rows for cell in row.cells)):
        if (found := _PRICE_TYPE.search(text[:MOST_TITLE])) is not None:
            return str(found[1] or found[2]).strip()[:100]
    return None


def currency_of(texts: Sequence[str]) -> str | None:
    """The one that they name; None where it is none or several."""
    found = {code for code, pattern in _CURRENCY.items() for text in texts if pattern.search(text)}
    return found.pop() if len(found) == 1 else None


def _said(rows: Sequence[GridRow]) -> Iterator[tuple[str, str]]:
    """Name and value: in one cell, or a name that ends in a colon and the next cell that says something."""
    for row in rows:
        filled = [cell[:MOST_TITLE].strip() for cell in row.cells if cell]
        for place, cell in enumerate(filled):
            for name, value in _EQUALS.findall(cell):
                yield squeezed(name), value.strip()
            for line in cell.splitlines():
                if (said := _SAID.fullmatch(line.strip())) is None:
                    continue
                value = said[2].strip()
                if not value and place + 1 < len(filled):
                    value = filled[place + 1]
                if value:
                    yield squeezed(said[1]), value
