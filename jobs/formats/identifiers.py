"""ИНН, КПП and account numbers: lengths and control digits, by the tax service and the central bank.

A wrong one is a warning on the row, never a reject: banks and people mistype them every day.
"""

import re
from functools import lru_cache
from operator import mul

_INN_10 = (2, 4, 10, 3, 5, 9, 4, 6, 8)
_INN_11 = (7, 2, 4, 10, 3, 5, 9, 4, 6, 8)
_INN_12 = (3, *_INN_11)
_ACCOUNT = (7, 1, 3) * 7 + (7, 1)
_KPP = re.compile(r"\d{4}[\dA-Z]{2}\d{3}", re.ASCII)
_CURRENCIES = {
    "810": "RUB",
    "643": "RUB",
    "840": "USD",
    "978": "EUR",
    "156": "CNY",
    "398": "KZT",
    "933": "BYN",
    "826": "GBP",
    "756": "CHF",
    "392": "JPY",
    "949": "TRY",
    "784": "AED",
    "051": "AMD",
    "417": "KGS",
    "860": "UZS",
}


def _control(digits: str, weights: tuple[int, ...]) -> str:
    """Of ASCII digits; their bytes are 48 more than they say."""
    return str((sum(map(mul, digits.encode(), weights)) - 48 * sum(weights)) % 11 % 10)


def inn_problem(inn: str) -> str | None:
    """A firm's ИНН has 10 digits, a person's 12, a foreign firm's КИО 5; the last one or two are computed."""
    if len(inn) not in (5, 10, 12) or not (inn.isascii() and inn.isdigit()):
        return "inn_length"
    if len(inn) == 10:
        good = inn[9] == _control(inn, _INN_10)
    elif len(inn) == 12:
        good = inn[10] == _control(inn, _INN_11) and inn[11] == _control(inn, _INN_12)
    else:
        good = True
    return None if good else "inn_checksum"


@lru_cache(maxsize=4096)
def kpp_problem(kpp: str) -> str | None:
    """Nine characters: digits, only the fifth and sixth may be capital letters."""
    if len(kpp) != 9:
        return "kpp_length"
    return None if _KPP.fullmatch(kpp) else "kpp_malformed"


def account_problem(account: str, bik: str) -> str | None:
    """The ninth digit of a 20-digit account is computed from it and the bank's БИК.

    Accounts in a settlement centre and in the treasury take other digits of the БИК than a bank's
    clients do: either is good. Anything that is not 20 and 9 digits cannot be judged.
    """
    if len(account) != 20 or len(bik) != 9 or not (account + bik).isdigit() or not (account + bik).isascii():
        return None
    good = any(_account_sum(prefix + account) % 10 == 0 for prefix in (bik[-3:], f"0{bik[4:6]}"))
    return None if good else "account_checksum"


def _account_sum(digits: str) -> int:
    return sum(int(digit) * weight % 10 for digit, weight in zip(digits, _ACCOUNT, strict=True))


def with_control_digit(account: str, bik: str) -> str:
    """The account with its ninth digit made right for a client of the bank ``bik``."""
    rest = _account_sum(f"{bik[-3:]}{account[:8]}0{account[9:]}")
    # The ninth digit stands under weight 3, and three times seven leaves 1 in a sum modulo ten.
    weight = _ACCOUNT[11]
    digit = next(d for d in range(10) if (rest + d * weight) % 10 == 0)
    return f"{account[:8]}{digit}{account[9:]}"


def with_inn_control(digits: str) -> str:
    """Nine or ten digits with the control digits that make them an ИНН."""
    if len(digits) == 9:
        return digits + _control(digits, _INN_10)
    eleven = digits + _control(digits, _INN_11)
    return eleven + _control(eleven, _INN_12)


def currency_of(account: str) -> str | None:
    """Digits 6 to 8 of a 20-digit account name its currency; None where that cannot be said."""
    return _CURRENCIES.get(account[5:8]) if len(account) == 20 and account.isdigit() else None


def party_warnings(inn: str, kpp: str) -> tuple[str, ...]:
    """What looks wrong in the numbers of one side, where it has them."""
    problems = (inn and inn_problem(inn), kpp and kpp_problem(kpp))
    return tuple(problem for problem in problems if problem)
