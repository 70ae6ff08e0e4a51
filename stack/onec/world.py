"""The simulated infobase: elements of any entity set by filter and order, a day at a time."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from stack.onec import documents as generated
from stack.onec.catalogues import ERASED, Element, Firm
from stack.onec.expressions import Expression
from stack.onec.filters import names, predicate, sort_value
from stack.onec.periods import ALWAYS, Period, period_of
from stack.onec.schema import ENTITY_SETS, EntitySet

_ZONE = ZoneInfo("Europe/Moscow")


@dataclass(frozen=True, slots=True)
class Order:
    """One item of $orderby."""

    name: str
    descending: bool = False


@dataclass(frozen=True)
class World:
    """Documents of every day from ``first_day`` to ``last_day`` (None = today in Moscow)."""

    firm: Firm = field(default_factory=Firm)
    per_day: int = 20
    first_day: date = date(2015, 1, 1)
    last_day: date | None = None
    changes: dict[str, Element] = field(default_factory=dict)

    @property
    def documents(self) -> generated.Documents:
        return generated.Documents(self.firm, self.per_day, self.changes)

    def count(self, entity: EntitySet, condition: Expression | None) -> int:
        return sum(1 for _ in self._heads(entity, condition, ()))

    def select(
        self, entity: EntitySet, condition: Expression | None, order: Sequence[Order] = ()
    ) -> Iterator[Element]:
        """Whole elements, lazily where the order begins with Date."""
        for head in self._heads(entity, condition, order):
            yield self._whole(entity, head)

    def element(self, entity: EntitySet, ref: str) -> Element | None:
        if entity.is_document:
            return self.documents.find(entity.name, ref, self.first_day, self._last_day())
        return next((found for found in self._catalogue(entity) if found["Ref_Key"] == ref), None)

    def of_day(self, day: date) -> list[tuple[str, Element]]:
        """The posted documents of a day with their entity sets."""
        sets = [name for name, entity in ENTITY_SETS.items() if entity.is_document]
        return [(name, head) for name in sets for head in self.documents.heads(name, day) if head["Posted"]]

    def _last_day(self) -> date:
        return self.last_day or datetime.now(_ZONE).date()

    def _heads(
        self, entity: EntitySet, condition: Expression | None, order: Sequence[Order]
    ) -> Iterator[Element]:
        keys = [(sort_value(entity, item.name), item.descending) for item in order]
        if not entity.is_document:
            found = list(filter(self._test(entity, condition), self._catalogue(entity)))
            return iter(_sorted(found, keys))
        by_day = not order or order[0].name == "Date"
        whole = not {item.name for item in order} <= generated.HEAD
        days = self._days(entity, condition, bool(order) and order[0].descending, whole)
        if by_day:
            return (head for day in days for head in (_sorted(day, keys) if order else day))
        return iter(_sorted([head for day in days for head in day], keys))

    def _days(
        self, entity: EntitySet, condition: Expression | None, descending: bool, whole: bool
    ) -> Iterator[list[Element]]:
        test = self._test(entity, condition)
        whole = whole or not (condition is None or names(condition) <= generated.HEAD)
        first, last = self._clamped(period_of(condition) if condition else ALWAYS)
        for heads in self.documents.days(entity.name, first, last, descending):
            day = [self._whole(entity, head) for head in heads] if whole else heads
            yield [head for head in day if test(head)]

    def _clamped(self, period: Period) -> tuple[date, date]:
        first, last = self.first_day.isoformat(), self._last_day().isoformat()
        start, end = max(first, period.first[:10]), min(last, period.last[:10])
        return date.fromisoformat(min(start, last)), date.fromisoformat(max(end, first))

    def _test(self, entity: EntitySet, condition: Expression | None) -> Callable[[Element], bool]:
        return predicate(condition, entity) if condition else lambda _: True

    def _catalogue(self, entity: EntitySet) -> list[Element]:
        elements = self.firm.elements[entity.name]
        if not self.changes:
            return elements
        changed = ((element, self.changes.get(element["Ref_Key"], {})) for element in elements)
        return [_changed(element, change) for element, change in changed if ERASED not in change]

    def _whole(self, entity: EntitySet, head: Element) -> Element:
        if not entity.is_document or len(head) > len(generated.HEAD):
            return head
        return self.documents.whole(entity.name, head)


def _changed(element: Element, change: Element) -> Element:
    """What is no field of it (``Posted`` of a contractor) it does not get."""
    return {**element, **{name: change[name] for name in change.keys() & element.keys()}}


def _sorted(
    elements: list[Element], keys: Sequence[tuple[Callable[[Element], object], bool]]
) -> list[Element]:
    for value, descending in reversed(keys):
        elements = sorted(elements, key=_nulls_first(value), reverse=descending)
    return elements


def _nulls_first(value: Callable[[Element], object]) -> Callable[[Element], tuple[bool, object]]:
    def key(element: Element) -> tuple[bool, object]:
        found = value(element)
        return (found is not None, found if found is not None else 0)

    return key
