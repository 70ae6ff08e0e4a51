"""A filter made into a predicate, with its types checked, and the days it can be true for."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

from stack.onec import schema
from stack.onec.expressions import COMPARISONS, Binary, Call, Expression, Literal, Not, Property
from stack.onec.problems import Refused, bad_option, no_property
from stack.onec.schema import EntitySet

Element = Mapping[str, Any]
Value = Callable[[Element], Any]

_KINDS = {
    schema.GUID: "guid",
    schema.TEXT: "string",
    schema.DATE: "datetime",
    schema.BOOL: "boolean",
    schema.INT64: "number",
    schema.INT16: "number",
    schema.DOUBLE: "number",
}
_PARTS_OF_DATE = {"year": (0, 4), "month": (5, 7), "day": (8, 10), "hour": (11, 13), "minute": (14, 16)}
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "eq": lambda left, right: left == right,
    "ne": lambda left, right: left != right,
    "gt": lambda left, right: left is not None and right is not None and left > right,
    "ge": lambda left, right: left is not None and right is not None and left >= right,
    "lt": lambda left, right: left is not None and right is not None and left < right,
    "le": lambda left, right: left is not None and right is not None and left <= right,
}


@dataclass(frozen=True, slots=True)
class Typed:
    """Something that can be computed of an element, and of which kind it is."""

    kind: str
    of: Value


@lru_cache(maxsize=65_536)
def guid_order(text: str) -> bytes:
    """How 1C's database orders references: it stores the sixteen bytes in another order than the text."""
    raw = UUID(text).bytes
    return raw[8:] + raw[6:8] + raw[4:6] + raw[:4]


def sort_value(entity: EntitySet, name: str) -> Value:
    """What an element is ordered by in $orderby."""
    return _property(entity, name).of


def predicate(expression: Expression, entity: EntitySet) -> Callable[[Element], bool]:
    """The filter as a function of an element; raises Refused for unknown names and mixed types."""
    found = compiled(expression, entity)
    if found.kind != "boolean":
        raise _bad("условие не логического типа")
    return lambda element: bool(found.of(element))


def compiled(expression: Expression, entity: EntitySet) -> Typed:
    match expression:
        case Literal("guid", str() as text):
            order = guid_order(text)
            return Typed("guid", lambda _: order)
        case Literal(kind, value):
            return Typed(kind, lambda _: value)
        case Property(name):
            return _property(entity, name)
        case Not(inner):
            condition = predicate(inner, entity)
            return Typed("boolean", lambda element: not condition(element))
        case Binary(op, left, right) if op in COMPARISONS:
            return _comparison(op, compiled(left, entity), compiled(right, entity))
        case Binary(op, left, right):
            return _logical(op, predicate(left, entity), predicate(right, entity))
        case Call():
            return _call(expression, entity)
    raise _bad("не поддерживается")


def names(expression: Expression) -> frozenset[str]:
    """The properties a filter looks at."""
    match expression:
        case Property(name):
            return frozenset({name})
        case Not(inner):
            return names(inner)
        case Binary(_, left, right):
            return names(left) | names(right)
        case Call(_, args):
            return frozenset[str]().union(*map(names, args))
    return frozenset()


def _property(entity: EntitySet, name: str) -> Typed:
    field = entity.fields.get(name)
    if field is None or field.rows:
        raise no_property(name)
    if field.composite:
        return Typed("composite", lambda element: _composite(element, name))
    if field.type == schema.GUID:
        return Typed("guid", lambda element: guid_order(element[name]))
    return Typed(_KINDS[field.type], lambda element: element[name])


def _composite(element: Element, name: str) -> tuple[str, str]:
    return element[f"{name}_Type"].removeprefix("StandardODATA."), element[name]


def _comparison(op: str, left: Typed, right: Typed) -> Typed:
    if left.kind != right.kind and "null" not in (left.kind, right.kind):
        raise _bad(f"несовместимые типы: {left.kind}, {right.kind}")
    if "composite" in (left.kind, right.kind) and op not in ("eq", "ne"):
        raise _bad("составной тип сравнивается только на равенство")
    compare, first, second = _COMPARE[op], left.of, right.of
    return Typed("boolean", lambda element: compare(first(element), second(element)))


def _logical(op: str, left: Callable[[Element], bool], right: Callable[[Element], bool]) -> Typed:
    if op == "and":
        return Typed("boolean", lambda element: left(element) and right(element))
    return Typed("boolean", lambda element: left(element) or right(element))


def _call(call: Call, entity: EntitySet) -> Typed:
    match call.name, call.args:
        case "cast", (Literal("guid", str() as ref), Literal("string", str() as target)):
            wanted = (target.removeprefix("StandardODATA."), ref)
            return Typed("composite", lambda _: wanted)
        case "substringof", (part, whole):
            return _of_text(
                lambda whole, part: part in whole, compiled(whole, entity), compiled(part, entity)
            )
        case "startswith", (whole, part):
            return _of_text(str.startswith, compiled(whole, entity), compiled(part, entity))
        case "endswith", (whole, part):
            return _of_text(str.endswith, compiled(whole, entity), compiled(part, entity))
        case "like", (whole, part):
            return _of_text(_like, compiled(whole, entity), compiled(part, entity))
        case name, (moment,) if name in _PARTS_OF_DATE:
            return _part_of_date(name, compiled(moment, entity))
    # contains, length, tolower … are OData 4 or not 1C's.
    raise _bad(f"функция «{call.name}» не поддерживается")


def _of_text(test: Callable[[str, str], bool], whole: Typed, part: Typed) -> Typed:
    if whole.kind != "string" or part.kind != "string":
        raise _bad("ожидается строка")
    return Typed("boolean", lambda element: test(whole.of(element) or "", part.of(element) or ""))


def _part_of_date(name: str, moment: Typed) -> Typed:
    if moment.kind != "datetime":
        raise _bad("ожидается дата")
    start, end = _PARTS_OF_DATE[name]
    return Typed("number", lambda element: int(moment.of(element)[start:end]))


def _like(whole: str, pattern: str) -> bool:
    wild = "".join({"%": ".*", "_": "."}.get(letter, re.escape(letter)) for letter in pattern)
    return re.fullmatch(wild, whole, re.DOTALL) is not None


def _bad(why: str) -> Refused:
    return bad_option("$filter", why)
