"""What an import makes of a source row, whatever the source was."""

import datetime
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, NamedTuple

Direction = Literal["in", "out", "transfer", "unknown"]


class Transaction(NamedTuple):
    """A bank transaction (операция: поступление, списание, перевод).

    ``key`` is its identity between imports, 16 bytes: 1C's Ref_Key, or for a bank file a hash of
    own account, direction, booking date, number, amount, counterparty account, normalised purpose
    and the ordinal among identical ones. ``amount`` is positive, in ``currency``; ``account`` is the
    own account (for a transfer the paying one). ``category`` is what the source itself says, if it does.
    """

    key: bytes
    number: str
    date: datetime.date
    booked_on: datetime.date
    direction: Direction
    amount: Decimal
    currency: str
    account: str
    counterparty_name: str
    counterparty_inn: str
    counterparty_kpp: str
    counterparty_account: str
    purpose: str
    category: str | None = None
    data_version: str | None = None
    retracted: bool = False
    warnings: tuple[str, ...] = ()


class Contractor(NamedTuple):
    """A contractor (контрагент).

    ``key`` is its identity between imports, 16 bytes: 1C's Ref_Key, or for a file a hash of ИНН and КПП,
    where it has none of the name. ``kind`` is ``company`` (юридическое лицо), ``entrepreneur`` (ИП),
    ``person`` (физическое лицо) or empty where nothing says it.
    """

    key: bytes
    code: str
    name: str
    full_name: str
    kind: str
    inn: str
    kpp: str
    okpo: str
    data_version: str | None = None
    retracted: bool = False
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StatementPeriod:
    """Days of an own account that a statement speaks of, both included, with the balances before and after
    them in the account's currency (None = it does not say)."""

    account: str
    day_from: datetime.date
    day_to: datetime.date
    opening: Decimal | None = None
    closing: Decimal | None = None
