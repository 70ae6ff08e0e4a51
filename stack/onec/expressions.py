"""The expressions of $filter: OData v3 as far as 1C documents it, into a tree.

``or`` < ``and`` < ``not`` < comparison; literals ``guid'…'``, ``datetime'…'``, ``'…'`` with the quote
doubled, numbers, true, false, null; functions by name; no arithmetic, no lambdas, no paths.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal as Of

from stack.onec.problems import Refused, bad_option

Kind = Of["guid", "datetime", "string", "number", "boolean", "null"]


@dataclass(frozen=True, slots=True)
class Literal:
    kind: Kind
    value: str | float | bool | None


@dataclass(frozen=True, slots=True)
class Property:
    name: str


@dataclass(frozen=True, slots=True)
class Not:
    inner: "Expression"


@dataclass(frozen=True, slots=True)
class Binary:
    op: str
    left: "Expression"
    right: "Expression"


@dataclass(frozen=True, slots=True)
class Call:
    name: str
    args: tuple["Expression", ...]


Expression = Literal | Property | Not | Binary | Call

COMPARISONS = frozenset({"eq", "ne", "gt", "ge", "lt", "le"})
_DEEPEST = 100
_MOST_TOKENS = 1_200  # 300 references in a chain of `or`
_TOKEN = re.compile(
    r"""\s*(?:
        (?P<guid>guid'[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}')
      | (?P<datetime>datetime'\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d)?')
      | (?P<string>'(?:[^']|'')*')
      | (?P<number>-?\d+(?:\.\d+)?[dDfFmMlL]?(?![\w]))
      | (?P<name>[^\W\d]\w*)
      | (?P<sign>[(),])
    )""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str


def parse(text: str) -> Expression:
    """The tree of a filter; raises Refused (400, code 14) where it is none."""
    tokens = list(_tokens(text))
    if len(tokens) > _MOST_TOKENS:
        raise _bad("слишком сложное условие")
    return _Parser(tokens).whole()


def _tokens(text: str) -> Iterator[_Token]:
    at = 0
    while at < len(text.rstrip()):
        found = _TOKEN.match(text, at)
        if found is None:
            raise _bad(f"неожиданный символ в позиции {at + 1}")
        kind = found.lastgroup or ""
        yield _Token(kind, found[kind])
        at = found.end()
    yield _Token("end", "")


class _Parser:
    def __init__(self, tokens: list[_Token]) -> None:
        self._tokens, self._at, self._depth = tokens, 0, 0

    def whole(self) -> Expression:
        found = self._or()
        if self._next.kind != "end":
            raise _bad(f"неожиданное «{self._next.text}»")
        return found

    @property
    def _next(self) -> _Token:
        return self._tokens[self._at]

    def _take(self) -> _Token:
        token = self._next
        self._at += 1
        return token

    def _skip(self, *texts: str) -> str | None:
        return self._take().text if self._next.kind in ("name", "sign") and self._next.text in texts else None

    def _or(self) -> Expression:
        found = self._and()
        while self._skip("or"):
            found = Binary("or", found, self._and())
        return found

    def _and(self) -> Expression:
        found = self._not()
        while self._skip("and"):
            found = Binary("and", found, self._not())
        return found

    def _not(self) -> Expression:
        if not self._skip("not"):
            return self._comparison()
        self._deeper()
        found = Not(self._not())
        self._depth -= 1
        return found

    def _comparison(self) -> Expression:
        left = self._primary()
        op = self._skip(*COMPARISONS)
        return Binary(op, left, self._primary()) if op else left

    def _primary(self) -> Expression:
        token = self._take()
        if token.text == "(" and token.kind == "sign":
            return self._nested()
        if token.kind == "name":
            return self._named(token.text)
        return _literal(token)

    def _nested(self) -> Expression:
        self._deeper()
        found = self._or()
        self._depth -= 1
        self._expect(")")
        return found

    def _deeper(self) -> None:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise _bad("слишком глубокая вложенность")

    def _named(self, name: str) -> Expression:
        if name in ("true", "false"):
            return Literal("boolean", name == "true")
        if name == "null":
            return Literal("null", None)
        if not self._skip("("):
            return Property(name)
        args = [self._or()]
        while self._skip(","):
            args.append(self._or())
        self._expect(")")
        return Call(name, tuple(args))

    def _expect(self, sign: str) -> None:
        if not self._skip(sign):
            raise _bad(f"ожидается «{sign}»")


def _literal(token: _Token) -> Literal:
    match token.kind:
        case "guid":
            return Literal("guid", token.text[5:-1].lower())
        case "datetime":
            return Literal("datetime", _moment(token.text[9:-1]))
        case "string":
            return Literal("string", token.text[1:-1].replace("''", "'"))
        case "number":
            return Literal("number", float(token.text.rstrip("dDfFmMlL")))
    raise _bad(f"неожиданное «{token.text}»" if token.text else "неожиданный конец")


def _moment(text: str) -> str:
    try:
        return datetime.fromisoformat(text).isoformat()
    except ValueError:
        raise _bad(f"неверная дата {text}") from None


def _bad(why: str) -> Refused:
    return bad_option("$filter", why)
