"""The moments a filter can be true for, so that only those days are generated."""

from dataclasses import dataclass

from stack.onec.expressions import Binary, Expression, Literal, Property

_MIRRORED = {"eq": "eq", "gt": "lt", "ge": "le", "lt": "gt", "le": "ge"}


@dataclass(frozen=True, slots=True)
class Period:
    """From and to, both included, as ISO text; ``first > last`` = never."""

    first: str = "0000"
    last: str = "9999"


ALWAYS = Period()


def period_of(expression: Expression) -> Period:
    """A period outside of which the filter is false; wider than true where it is hard to tell."""
    match expression:
        case Binary("and", left, right):
            one, two = period_of(left), period_of(right)
            return Period(max(one.first, two.first), min(one.last, two.last))
        case Binary("or", left, right):
            return _either(period_of(left), period_of(right))
        case Binary(op, Property("Date"), Literal("datetime", str() as moment)):
            return _compared(op, moment)
        case Binary(op, Literal("datetime", str() as moment), Property("Date")):
            return _compared(_MIRRORED.get(op, op), moment)
    return ALWAYS


def _either(one: Period, two: Period) -> Period:
    if one.first > one.last:
        return two
    if two.first > two.last:
        return one
    return Period(min(one.first, two.first), max(one.last, two.last))


def _compared(op: str, moment: str) -> Period:
    match op:
        case "eq":
            return Period(moment, moment)
        case "gt" | "ge":
            return Period(first=moment)
        case "lt" | "le":
            return Period(last=moment)
    return ALWAYS
