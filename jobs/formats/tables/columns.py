"""Which column is which field, by the cells of a header that stand above it."""

import re
from collections.abc import Iterator, Sequence

from jobs.formats.tables.fields import Field, Layout, squeezed
from jobs.formats.tables.mapping import Column

# What stands beside balances in 1C's reports and is none (Ведомость по товарам на складах), and their sums:
# imported as a warehouse of its own it would double the stock.
_NO_BALANCE = frozenset(
    squeezed(name)
    for name in (
        *("Итого", "Всего", "Total", "Общий итог", "Общий остаток", "Приход", "Расход", "Оборот", "Сумма"),
        *(
            "Начальный остаток",
            "Остаток на начало",
            "На начало",
            "Начальный",
            "Стоимость",
            "Цена",
            "Себестоимость",
        ),
        *(
            "Резерв",
            "В резерве",
            "Зарезервировано",
            "Ожидается",
            "В пути",
            "Заказано",
            "К отгрузке",
            "Продажи",
        ),
        *("Минимальный остаток", "Минимальный", "Максимальный"),
    )
)
# What says no more than that there is a balance.
_BALANCE = frozenset(
    squeezed(name)
    for name in (
        *(
            "Показатели",
            "Конечный остаток",
            "Остаток на конец",
            "На конец",
            "Конечный",
            "Ед",
            "шт",
            "В ед. хранения",
        ),
        *("Количество", "Остаток", "Остатки", "Свободный остаток", "Доступно", "В наличии", "Кол-во"),
    )
)
# ``Склад: Основной`` is said above a table, it is no column; ``Остаток на 10:00`` may be one.
_PARAMETER = re.compile(r":(?!\d)")
_BRACKETS = re.compile(r"\s*[(\[][^)\]]*[)\]]")


def columns_of(block: Sequence[Sequence[str]], layout: Layout) -> dict[str, tuple[Column, ...]]:
    """By field, in the order of the sheet; a column is one field's only."""
    block = [["" if _PARAMETER.search(cell) else cell for cell in cells] for cells in block]
    parts = [tuple(_parts(block, place)) for place in range(max(map(len, block)))]
    taken: set[int] = set()
    found: dict[str, tuple[Column, ...]] = {}
    ranked = sorted(
        (rank, place, field.name)
        for field in layout.fields
        if not field.many
        for place, above in enumerate(parts)
        if (rank := _rank(above, field)) is not None
    )
    many = {field.name: _balances(parts, field) for field in layout.fields if field.many}
    exact = {column.place for columns in many.values() for column in columns}
    for rank, place, name in ranked:
        if name in found or place in taken or (place in exact and rank[0]):
            continue
        found[name] = (Column(place, " / ".join(parts[place])),)
        taken.add(place)
    for name, columns in many.items():
        if left := tuple(column for column in columns if column.place not in taken):
            found[name] = _without_sums(left)
    for field in layout.fields:
        if field.many and field.name not in found:
            named = [
                Column(place, " / ".join(above), " / ".join(above))
                for place, above in enumerate(parts)
                if place not in taken and any(_has_word(part, field.words) for part in above)
            ]
            if named:
                found[field.name] = tuple(named)
    return found


def variants(text: str) -> Iterator[str]:
    """``"Цена (EUR), без НДС"``: whole, without what is in brackets, without what is behind the comma."""
    yield squeezed(text)
    bare = _BRACKETS.sub("", text)
    yield squeezed(bare)
    yield squeezed(bare.partition(",")[0])


def _parts(block: Sequence[Sequence[str]], place: int) -> Iterator[str]:
    """What stands above a column from the top; a cell that spans several columns stands above each."""
    for depth, cells in enumerate(block):
        cell = cells[place] if place < len(cells) else ""
        below = any(place < len(row) and row[place] for row in block[depth + 1 :])
        if not cell and below:
            cell = next((left for left in reversed(cells[:place]) if left), "")
        if text := " ".join(cell.split()):
            yield text


def _rank(parts: Sequence[str], field: Field) -> tuple[int, int, int] | None:
    """How well a column fits: its lowest cell before all of them before the highest; as it is written before
    a part of it; the names of the field in their order."""
    names = field.names
    for depth, text in enumerate(_readings(parts)):
        for looseness, variant in enumerate(variants(text)):
            if variant in names:
                return (looseness, depth, names.index(variant))
    return None


def _readings(parts: Sequence[str]) -> Iterator[str]:
    if parts:
        yield parts[-1]
        if len(parts) > 1:
            yield " ".join(parts)
            yield parts[0]


def _balances(parts: Sequence[Sequence[str]], field: Field) -> list[Column]:
    """Every column that is called so, with the warehouse that the rest of its header names."""
    found = []
    for place, above in enumerate(parts):
        warehouse = _warehouse(above, field)
        if warehouse is not None:
            found.append(Column(place, " / ".join(above), warehouse))
    return found


def _warehouse(parts: Sequence[str], field: Field) -> str | None:
    """Empty where no warehouse is named, None where the column is no balance at all."""
    names = frozenset(field.names)
    if any(squeezed(part) in _NO_BALANCE - names for part in parts):
        return None
    said = [_balance_of(part, names) for part in parts]
    if all(found is None for found in said) and squeezed(" ".join(parts)) not in names:
        return None
    rest = [part if found is None else found for part, found in zip(parts, said, strict=True)]
    named = [text for text in rest if text and squeezed(text) not in _BALANCE]
    return None if any(squeezed(text) in _NO_BALANCE for text in named) else " / ".join(named)


def _balance_of(text: str, names: frozenset[str]) -> str | None:
    """Empty for ``Остаток``; ``Основной`` for ``Остаток, Основной``; None for anything else."""
    if squeezed(text) in names:
        return ""
    words = text.split()
    for count in range(len(words) - 1, 0, -1):
        if squeezed(" ".join(words[:count])) in names:
            return " ".join(words[count:]).strip(" ,.:;()[]«»\"'-–—")
    return None


def _without_sums(columns: tuple[Column, ...]) -> tuple[Column, ...]:
    """Beside columns of warehouses the one without a name is their sum."""
    named = tuple(column for column in columns if column.warehouse)
    return named or columns[:1]


def _has_word(text: str, words: Sequence[str]) -> bool:
    found = re.split(r"\W+", text.casefold())
    return len(found) > 1 and any(word in found for word in words)
