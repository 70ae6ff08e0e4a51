"""A Предложение of CommerceML as rows of stock; their columns are those of the STOCK layout."""

from collections.abc import Iterable, Iterator

from domain.errors import Fatal
from jobs.formats.commerceml.reading import Row, Value

_OFFER, _WAREHOUSE, _PRICE_TYPE = "Предложения/Предложение", "Склады/Склад", "ТипыЦен/ТипЦены"
_FIELDS = {
    "Артикул": "number",
    "Наименование": "name",
    "Изготовитель/Наименование": "vendor",
    "Изготовитель/ОфициальноеНаименование": "vendor",
    "Количество": "quantity",
    "Остатки/Остаток/Количество": "quantity",
}
_PRICE, _REST = "Цены/Цена", "Остатки/Остаток/Склад"
_IN_PRICE = ("ИдТипаЦены", "ЦенаЗаЕдиницу", "Валюта")
_IN_REST = ("Ид", "Количество")
# Warehouses and price types are remembered, by so many characters.
_MOST_NAMED, _LONGEST = 10_000, 200
# Of the names that price types have: what a thing has cost, not what it is sold for.
_COSTS = ("себестоимост", "закуп", "учетн", "учётн", "поставщик", "cost", "purchase")
# ОКЕИ: where a file has the code of a unit alone.
_UNITS = {"796": "шт", "166": "кг", "006": "м", "112": "л", "715": "пара", "778": "упак", "839": "компл"}


class Offers:
    """What stands for all offers comes before them: the names of warehouses and price types."""

    items = frozenset((_OFFER, _WAREHOUSE, _PRICE_TYPE))
    paths = frozenset(
        (
            *_FIELDS,
            "Ид",
            "БазоваяЕдиница",
            "Склад",
            "Склады",
            _PRICE,
            *(f"{_PRICE}/{name}" for name in _IN_PRICE),
            _REST,
            *(f"{_REST}/{name}" for name in _IN_REST),
        )
    )

    def __init__(self) -> None:
        self._warehouses: dict[str, str] = {}
        self._costs: set[str] = set()

    def rows(self, item: str, values: list[Value]) -> Iterable[Row]:
        if item == _OFFER:
            return self._offer(values)
        named = {value.path: value.text for value in reversed(values)}
        ref, name = named.get("Ид", "")[:_LONGEST], named.get("Наименование", "")[:_LONGEST]
        if item == _WAREHOUSE:
            self._warehouses[ref] = name or ref
        elif any(word in name.casefold() for word in _COSTS):
            self._costs.add(ref)
        if len(self._warehouses) + len(self._costs) > _MOST_NAMED:
            raise Fatal("commerceml_too_large", line=0)
        return ()

    def _offer(self, values: list[Value]) -> Iterator[Row]:
        """One row for each warehouse; where none is named one row, whose warehouse the task says."""
        row: Row = {}
        open_: dict[str, str] = {}
        places: list[tuple[str, str]] = []
        for value in values:
            path, text = value.path, value.text
            if path in _FIELDS:
                if text:
                    row.setdefault(_FIELDS[path], text)
            elif path == "Ид":
                row |= _identity(text)
            elif path == "БазоваяЕдиница":
                row["unit"] = _unit(value)
            elif path in ("Склад", "Склады"):
                if ref := value.attributes.get("ИдСклада"):
                    places.append((ref, value.attributes.get("КоличествоНаСкладе", "")))
            elif path == _REST:
                places.append((open_.pop("Ид", ""), open_.pop("Количество", "")))
            elif path == _PRICE:
                row |= self._price(open_)
                open_ = {}
            else:
                open_[path.rpartition("/")[2]] = text
        for ref, quantity in places:
            yield row | {"#warehouse": self._warehouses.get(ref, ref), "quantity": quantity}
        if not places:
            yield row

    def _price(self, price: Row) -> Row:
        """Only of a type that says cost is the price what the thing has cost."""
        if price.get("ИдТипаЦены") not in self._costs or not price.get("ЦенаЗаЕдиницу"):
            return {}
        return {"unit_cost": price["ЦенаЗаЕдиницу"], "currency": price.get("Валюта", "")}


def _identity(text: str) -> Row:
    """``goods#characteristic``: two sizes of one thing have one Артикул and are two lots."""
    goods, _, characteristic = text.partition("#")
    return {"code": goods, "lot": characteristic}


def _unit(value: Value) -> str:
    named = value.text or _UNITS.get(value.attributes.get("Код", "").strip())
    return named or value.attributes.get("НаименованиеПолное", "")
