"""Columns of balances (остатки): one for each warehouse, their sums, and what stands beside them."""

import re
from collections.abc import Sequence

from jobs.formats.tables.fields import Field, names_of, squeezed
from jobs.formats.tables.mapping import Column

# What stands beside balances in 1C's reports and is none (Ведомость по товарам на складах), and their sums:
# imported as a warehouse of its own it would double the stock.
_OTHERS = """
Итого, Всего, Total, Общий итог, Общий остаток, Приход, Расход, Оборот, Сумма, Начальный остаток,
Остаток на начало, На начало, Начальный, Стоимость, Цена, Себестоимость, Резерв, В резерве, Зарезервировано,
Ожидается, В пути, Заказано, К отгрузке, Продажи, Минимальный остаток, Минимальный, Максимальный
"""
# What says no more than that there is a balance.
_THEMSELVES = """
Показатели, Конечный остаток, Остаток на конец, На конец, Конечный, В ед. хранения, На складе, На складах,
Количество, Остаток, Остатки, Свободный остаток, Доступно, В наличии, Кол-во, ед, шт, штук, кг, м, л, т,
упак, компл
"""
# Of a field's name.
_MOST_WORDS = 4
_MARKS = " ,.:;()[]«»\"'-–—"


def _set(names: str) -> frozenset[str]:
    return frozenset(squeezed(name) for name in names.split(","))


_NO_BALANCE, _BALANCE = _set(_OTHERS), _set(_THEMSELVES)


def balances(parts: Sequence[Sequence[str]], field: Field) -> list[Column]:
    """Every column that is called so, with the warehouse that the rest of its header names."""
    found = ((place, above, warehouse_of(above, field)) for place, above in enumerate(parts))
    return [Column(place, " / ".join(above), named) for place, above, named in found if named is not None]


def warehouse_of(parts: Sequence[str], field: Field) -> str | None:
    """Empty where no warehouse is named, None where the column is no balance at all."""
    names = frozenset(names_of(field))
    if any(squeezed(part) in _NO_BALANCE - names for part in parts):
        return None
    said = [_balance_of(part, names) for part in parts]
    if all(found is None for found in said) and squeezed(" ".join(parts)) not in names:
        return None
    rest = [part if found is None else found for part, found in zip(parts, said, strict=True)]
    named = [text for text in rest if text and squeezed(text) not in _BALANCE]
    return None if any(squeezed(text) in _NO_BALANCE for text in named) else " / ".join(named)


def without_sums(columns: tuple[Column, ...]) -> tuple[Column, ...]:
    """Beside columns of warehouses the one without a name is their sum."""
    named = tuple(column for column in columns if column.warehouse)
    return named or columns[:1]


def by_words(parts: Sequence[Sequence[str]], field: Field, taken: set[int]) -> tuple[Column, ...]:
    """Columns that are called like a warehouse (``Склад №2``) and nothing else."""
    return tuple(
        Column(place, " / ".join(above), " / ".join(above))
        for place, above in enumerate(parts)
        if place not in taken and any(has_word(part, field.words) for part in above)
    )


def _balance_of(text: str, names: frozenset[str]) -> str | None:
    """Empty for ``Остаток``; ``Основной`` for ``Остаток, Основной``; None for anything else."""
    if squeezed(text) in names:
        return ""
    words = text.split()
    for count in range(min(len(words) - 1, _MOST_WORDS), 0, -1):
        if squeezed(" ".join(words[:count])) in names:
            return " ".join(words[count:]).strip(_MARKS)
    return None


def has_word(text: str, words: Sequence[str]) -> bool:
    """Whether one of the words stands in it beside others."""
    found = re.split(r"\W+", text.casefold())
    return len(found) > 1 and any(word in found for word in words)
