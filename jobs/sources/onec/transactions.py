"""From a source row of 1C to a transaction; what cannot be read rejects the row, not the import."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Literal
from uuid import UUID

from domain.errors import MalformedRow
from jobs.base import Row
from jobs.formats import identifiers, numbers
from jobs.records import Transaction
from jobs.sources.onec import parsing
from jobs.sources.onec.rows import DIRECTIONS

_KOPECK = Decimal("0.01")
_LIMIT = Decimal(10) ** 16 - Decimal("0.005")  # numeric(18,2), rounded
_DIRECTIONS: Mapping[str, Literal["in", "out"]] = {"Поступление": "in", "Списание": "out"}
assert set(_DIRECTIONS) == set(DIRECTIONS.values())
DEFAULT_CURRENCY = "RUB"


def to_transaction(raw: Row, context: Mapping[str, Any], ordinal: int) -> Transaction:
    """What the row says; raises MalformedRow.

    The identity is Ref_Key, so ``ordinal`` never counts. ``booked_on`` is the day of 1C's Date, by its
    own calendar; number and date are the bank's where the document carries them. Amounts are rounded
    half up to 0.01. Without a currency it is the account's, else ``context["currency"]``, else RUB.
    """
    moment = _moment(raw)
    currency, assumed = _currency(raw, context)
    category, several = _category(raw)
    inn, kpp = _text(raw, "КонтрагентИНН"), _text(raw, "КонтрагентКПП")
    doubts = {"currency_assumed": assumed, "several_categories": several}
    doubtful = tuple(doubt for doubt, is_so in doubts.items() if is_so)
    return Transaction(
        key=_key(raw),
        number=_text(raw, "НомерВходящегоДокумента") or _text(raw, "Number"),
        date=_bank_date(raw) or moment.date(),
        booked_on=moment.date(),
        direction=_direction(raw),
        amount=_amount(raw),
        currency=currency,
        account=_text(raw, "СчетОрганизации"),
        counterparty_name=_text(raw, "КонтрагентНаименование"),
        counterparty_inn=inn,
        counterparty_kpp=kpp,
        counterparty_account=_text(raw, "СчетКонтрагента"),
        purpose=_text(raw, "НазначениеПлатежа"),
        category=category,
        data_version=_text(raw, "DataVersion") or None,
        retracted=raw.get("DeletionMark") is True or raw.get("Posted") is False,
        warnings=identifiers.party_warnings(inn, kpp) + doubtful,
    )


def _text(raw: Row, field: str) -> str:
    found = parsing.text(raw.get(field))
    if "\0" in found:
        raise MalformedRow("nul_byte", field, found.replace("\0", "\N{SYMBOL FOR NULL}"))
    return found


def _key(raw: Row) -> bytes:
    found = parsing.ref(raw.get("Ref_Key"))
    if found is None:
        raise MalformedRow("onec_no_reference", "Ref_Key", parsing.text(raw.get("Ref_Key")))
    return UUID(found).bytes


def _moment(raw: Row) -> datetime:
    said = parsing.text(raw.get("Date"))
    found = parsing.moment(said)
    if found is None:
        raise MalformedRow(parsing.moment_problem(said), "Date", said)
    return found


def _bank_date(raw: Row) -> date | None:
    """ДатаВходящегоДокумента is optional and a person types it: nonsense counts as none."""
    found = parsing.moment(raw.get("ДатаВходящегоДокумента"))
    return found.date() if found else None


def _direction(raw: Row) -> Literal["in", "out"]:
    said = _text(raw, "Направление")
    if said not in _DIRECTIONS:
        raise MalformedRow("onec_no_direction", "Направление", said)
    return _DIRECTIONS[said]


def _amount(raw: Row) -> Decimal:
    """1C's number, or what a person wrote into a corrected row (``15 000,50``)."""
    said = parsing.text(raw.get("СуммаДокумента"))
    found = parsing.number(said)
    if found is None:
        hundredths = numbers.kopecks(said)
        if hundredths is None:
            raise MalformedRow(numbers.amount_problem(said), "СуммаДокумента", said)
        found = Decimal(hundredths).scaleb(-2)
    if found <= 0:
        raise MalformedRow("amount_not_positive", "СуммаДокумента", said)
    if found >= _LIMIT:
        raise MalformedRow("amount_too_large", "СуммаДокумента", said)
    return found.quantize(_KOPECK, ROUND_HALF_UP)


def _currency(raw: Row, context: Mapping[str, Any]) -> tuple[str, bool]:
    if said := _text(raw, "Валюта"):
        return said, False
    if by_account := identifiers.currency_of(_text(raw, "СчетОрганизации")):
        return by_account, False
    return str(context.get("currency") or DEFAULT_CURRENCY), True


def _category(raw: Row) -> tuple[str | None, bool]:
    """Статья движения денежных средств: of the rows first, then of the header; and whether rows differ."""
    parts = raw.get("РасшифровкаПлатежа")
    rows = [part for part in parts if isinstance(part, dict)] if isinstance(parts, list) else []
    said = dict.fromkeys(filter(None, (_text(part, "Статья") for part in rows)))
    return next(iter(said), None) or _text(raw, "Статья") or None, len(said) > 1
