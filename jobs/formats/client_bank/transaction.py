"""A raw document becomes a bank transaction, or says which of its fields cannot be read."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from domain.errors import MalformedRow
from jobs.formats.client_bank import keys
from jobs.formats.client_bank.context import Context
from jobs.formats.client_bank.movement import (
    AMOUNT,
    DATE,
    NUMBER,
    booking_text,
    identity,
    movement,
    purpose,
    transaction_key,
)
from jobs.formats.client_bank.party import party
from jobs.formats.numbers import amount_problem, date_problem, day, kopecks
from jobs.records import Transaction

_SHOWN = 200


def to_transaction(raw: Mapping[str, str], context: Mapping[str, Any] | Context, ordinal: int) -> Transaction:
    """The transaction of one document; ``ordinal`` is how many identical ones came before it in the file.

    Raises ``MalformedRow``: ``amount_missing``, ``amount_malformed``, ``amount_too_large`` (numeric(18,2)),
    ``amount_not_positive`` (a reversal or a mistake: a person decides), ``date_missing``, ``date_impossible``
    (31.02), ``date_malformed``, ``nul_byte``, ``document_truncated``, ``document_too_long``,
    ``row_malformed`` (a corrected row that holds something else than texts).
    """
    try:
        return _transaction(raw, Context.of(context), ordinal)
    except (AttributeError, TypeError) as error:
        raise MalformedRow("row_malformed") from error


def _transaction(raw: Mapping[str, str], context: Context, ordinal: int) -> Transaction:
    if keys.DEFECT in raw:
        _refuse_defect(raw)
    amount = _amount(raw.get(AMOUNT, ""))
    move = movement(raw, context)
    booked_on = _day(*booking_text(raw, move.booked))
    # A document without a date of its own has the day it was booked on.
    text = raw.get(DATE, "")
    dated = _day(DATE, text) if text.strip() else booked_on
    same = identity(raw, move, amount, words := purpose(raw))
    other = party(raw, move.counterparty, move.other)
    if b"\0" in same or "\0" in other.name:
        # Only a row that somebody corrected can hold one; PostgreSQL would refuse it.
        _refuse_nul(raw, "\0")
    return Transaction(
        transaction_key(same, ordinal),
        raw.get(NUMBER, "").strip(),
        dated,
        booked_on,
        move.direction,
        Decimal(amount).scaleb(-2),
        context.currency_for(move.account),
        move.account,
        other.name,
        other.inn,
        other.kpp,
        move.other,
        " ".join(words),
        warnings=other.warnings,
    )


def _amount(text: str) -> int:
    amount = kopecks(text)
    if amount is None:
        raise MalformedRow(amount_problem(text), AMOUNT, text[:_SHOWN])
    if amount <= 0:
        raise MalformedRow("amount_not_positive", AMOUNT, text[:_SHOWN])
    return amount


def _day(field: str, text: str) -> date:
    found = day(text)
    if found is None:
        raise MalformedRow(date_problem(text), field, text[:_SHOWN])
    return found


def _refuse_defect(raw: Mapping[str, str]) -> None:
    """A corrected row that shows no NUL any more is good; one that was cut off needs ``_defect`` removed."""
    defect = raw[keys.DEFECT]
    if defect != keys.NUL:
        raise MalformedRow(defect if defect in (keys.TRUNCATED, keys.TOO_LONG) else "row_malformed")
    _refuse_nul(raw, keys.NUL_SHOWN)


def _refuse_nul(raw: Mapping[str, str], nul: str) -> None:
    for field, text in raw.items():
        if nul in text or nul in field:
            raise MalformedRow(keys.NUL, field, text[:_SHOWN].replace("\0", keys.NUL_SHOWN))
