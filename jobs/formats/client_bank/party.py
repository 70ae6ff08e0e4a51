"""One side of a payment: who pays, or who is paid."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final, NamedTuple

from jobs.formats.identifiers import account_problem, inn_problem, kpp_problem

# ИНН 7700000005 КПП 770001001 ООО "РОМАШКА", ИНН:7700000005/770001001, but not ИННОВАЦИЯ.
_PREFIX = re.compile(
    r"ИНН(?![^\W\d_])[\s:]*([0-9]{5,12})?(?:\s*[/\\]\s*([0-9]{9})(?!\d))?[\s/\\,;]*"
    r"(?:КПП(?![^\W\d_])[\s:]*([0-9]{4}[0-9A-Z]{2}[0-9]{3}|0+)?[\s/\\,;]*)?",
    re.IGNORECASE,
)
_INN_KPP = re.compile(r"(\d{5}|\d{10}|\d{12})\s*[/\\]\s*(\w{1,9})", re.ASCII)
# Longer than any ИНН or КПП there is: kept in the raw row only.
_LONGEST = 12
_LONG = 500


class Keys(NamedTuple):
    """The keys of one side, spelled once."""

    text: str
    name: str
    account: str
    settlement: str
    inn: str
    kpp: str
    bik: str


def _keys(side: str) -> Keys:
    return Keys(side, f"{side}1", f"{side}Счет", f"{side}РасчСчет", f"{side}ИНН", f"{side}КПП", f"{side}БИК")


PAYER: Final = _keys("Плательщик")
PAYEE: Final = _keys("Получатель")


class Party(NamedTuple):
    """A side as it is stored, and what looks wrong in it (codes)."""

    name: str
    inn: str
    kpp: str
    warnings: tuple[str, ...]


def party(raw: Mapping[str, str], side: Keys, account: str) -> Party:
    """Name, ИНН and КПП of a side; all zeros are none, and the text of Плательщик may carry all three."""
    get = raw.get
    fields = get(side.text, ""), get(side.name, ""), get(side.inn, ""), get(side.kpp, ""), get(side.bik, "")
    # A statement names the same few counterparties again and again; nothing long goes into the cache.
    if len("".join(fields)) + len(account) > _LONG:
        return _read(*fields, account)
    return _cached_read(*fields, account)


def _read(text: str, alone: str, inn: str, kpp: str, bik: str, account: str) -> Party:
    inn, kpp = inn.strip(), kpp.strip()
    name, more_inn, more_kpp = _split(text)
    if not name:
        name, named_inn, named_kpp = _split(alone)
        more_inn, more_kpp = more_inn or named_inn, more_kpp or named_kpp
    if both := _INN_KPP.fullmatch(inn):
        inn, more_kpp = both[1], both[2]
    inn = _or_none(inn) or more_inn
    kpp = _or_none(kpp) or _or_none(more_kpp)
    warnings = _warnings(inn, kpp, account, bik.strip())
    return Party(name, inn if len(inn) <= _LONGEST else "", kpp if len(kpp) <= _LONGEST else "", warnings)


_cached_read = lru_cache(maxsize=4096)(_read)


def side_inn(raw: Mapping[str, str], side: Keys) -> str:
    """The ИНН alone, for telling whose side it is."""
    return party(raw, side, "").inn


def _split(text: str) -> tuple[str, str, str]:
    """Name, ИНН, КПП of a text that may begin with ИНН."""
    name = " ".join(text.split())
    found = _PREFIX.match(name)
    if found is None:
        return name, "", ""
    return name[found.end() :], found[1] or "", found[2] or found[3] or ""


def _or_none(number: str) -> str:
    return number if number.strip("0") else ""


def _warnings(inn: str, kpp: str, account: str, bik: str) -> tuple[str, ...]:
    # Outside Russia (an IBAN begins with letters) these numbers have other rules.
    if account[:2].isalpha():
        return ()
    problems = (
        inn_problem(inn) if inn else None,
        kpp_problem(kpp) if kpp else None,
        account_problem(account, bik) if bik else None,
    )
    return tuple(problem for problem in problems if problem)
