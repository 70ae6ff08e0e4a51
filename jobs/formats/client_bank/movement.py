"""Which way the money went, by whose account, on which day: the rules of domain and identity."""

from collections.abc import Mapping
from functools import lru_cache
from hashlib import blake2b
from typing import Any, NamedTuple

from jobs.formats.client_bank import keys
from jobs.formats.client_bank.context import Context
from jobs.formats.client_bank.party import PAYEE, PAYER, Keys, side_inn
from jobs.formats.numbers import LONGEST_DATE, day, kopecks, no_date
from jobs.records import Direction

AMOUNT = "Сумма"
DATE = "Дата"
DEBITED = "ДатаСписано"
CREDITED = "ДатаПоступило"
NUMBER = "Номер"
_UNREADABLE = (keys.TRUNCATED, keys.TOO_LONG)


class Movement(NamedTuple):
    """A document's direction and sides.

    ``account`` is the own one (a transfer's paying one), empty where there are several and nothing says
    which; ``other`` the counterparty's. ``payer`` and ``payee``: the own account that the money left or
    reached, None where it is not own. ``booked`` is the key of the booking date.
    """

    direction: Direction
    account: str
    counterparty: Keys
    other: str
    payer: str | None
    payee: str | None
    booked: str


class Facts(NamedTuple):
    """What a reader needs of a row: 8 bytes of identity, its own accounts, kopecks (None = unreadable)."""

    fingerprint: int
    payer: str | None
    payee: str | None
    amount: int | None


def movement(raw: Mapping[str, str], context: Context) -> Movement:
    """Own accounts decide; then ДатаСписано or ДатаПоступило alone; then the own ИНН; else ``unknown``."""
    get, own = raw.get, context.accounts
    paying, paid = get(PAYER.account, "").strip(), get(PAYEE.account, "").strip()
    paying_2, paid_2 = get(PAYER.settlement, "").strip(), get(PAYEE.settlement, "").strip()
    payer = paying if paying in own else paying_2 if paying_2 in own else None
    payee = paid if paid in own else paid_2 if paid_2 in own else None
    # Behind a correspondent account (indirect settlement) РасчСчет is the real one.
    paying, paid = paying_2 or paying, paid_2 or paid
    if payer is not None:
        if payee is None:
            return Movement("out", payer, PAYEE, paid, payer, None, DEBITED)
        booked = CREDITED if no_date(get(DEBITED, "")) else DEBITED
        return Movement("transfer", payer, PAYEE, payee, payer, payee, booked)
    if payee is not None:
        return Movement("in", payee, PAYER, paying, None, payee, CREDITED)
    return _without_own_account(raw, context, paying, paid)


def _without_own_account(raw: Mapping[str, str], context: Context, paying: str, paid: str) -> Movement:
    debited, credited = not no_date(raw.get(DEBITED, "")), not no_date(raw.get(CREDITED, ""))
    if debited == credited:
        debited, credited = (side_inn(raw, side) in context.inns for side in (PAYER, PAYEE))
    account = context.sole
    if debited == credited:
        return Movement("unknown", account, PAYEE, paid, None, None, DATE)
    if debited:
        # A file that names no account at all is taken at its word.
        account = account if context.accounts else paying
        return Movement("out", account, PAYEE, paid, account, None, DEBITED)
    account = account if context.accounts else paid
    return Movement("in", account, PAYER, paying, None, account, CREDITED)


def booking_text(raw: Mapping[str, str], booked: str) -> tuple[str, str]:
    """Key and text of the booking date: ДатаСписано or ДатаПоступило, else Дата."""
    text = raw.get(booked, "")
    return (booked, text) if text and not no_date(text) else (DATE, raw.get(DATE, ""))


def purpose(raw: Mapping[str, str]) -> list[str]:
    """The words of НазначениеПлатежа; its numbered lines count only where it is empty."""
    words = raw.get(keys.PURPOSE, "").split()
    return words or " ".join([raw.get(key, "") for key in keys.PURPOSE_LINES]).split()


def identity(raw: Mapping[str, str], move: Movement, amount: int | None, words: list[str]) -> bytes:
    """What makes a document the same one in another upload, however sums, dates and lines are written."""
    return "\x1f".join(
        (
            move.account,
            move.direction,
            _same_day(booking_text(raw, move.booked)[1][:LONGEST_DATE]),
            raw.get(NUMBER, "").strip(),
            raw.get(AMOUNT, "").strip() if amount is None else str(amount),
            move.other,
            # Banks wrap lines at different widths: spaces say nothing.
            "".join(words).lower(),
        )
    ).encode("utf-8", "replace")


@lru_cache(maxsize=4096)
def _same_day(text: str) -> str:
    found = day(text)
    return found.isoformat() if found else text.strip()


def readable_amount(raw: Mapping[str, str]) -> int | None:
    """Kopecks, or None where the sum is missing, no number, too large, or may be cut off."""
    return None if raw.get(keys.DEFECT) in _UNREADABLE else kopecks(raw.get(AMOUNT, ""))


def facts(raw: Mapping[str, str], context: Mapping[str, Any] | Context) -> Facts:
    """The few things a reader must know of every row, in some 4 µs."""
    move = movement(raw, context if type(context) is Context else Context.of(context))
    amount = readable_amount(raw)
    digest = blake2b(identity(raw, move, amount, purpose(raw)), digest_size=8).digest()
    return Facts(int.from_bytes(digest, "big"), move.payer, move.payee, amount)


def transaction_key(identity: bytes, ordinal: int) -> bytes:
    """A transaction's 16 bytes: its identity and the ordinal among identical ones of its file."""
    return blake2b(b"%b\x1f%d" % (identity, ordinal), digest_size=16).digest()
