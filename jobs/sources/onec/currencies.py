"""Currencies as 1C's catalogue Валюты has them: a three-digit code of ОКВ and a short name."""

import re

_ALPHA = re.compile(r"[A-Z]{3}")
# ISO 4217. 810 is the rouble before 1998, which account numbers still carry.
_BY_DIGITS = {
    "036": "AUD", "051": "AMD", "124": "CAD", "156": "CNY", "203": "CZK", "208": "DKK", "344": "HKD",
    "348": "HUF", "356": "INR", "360": "IDR", "364": "IRR", "376": "ILS", "392": "JPY", "398": "KZT",
    "410": "KRW", "417": "KGS", "498": "MDL", "578": "NOK", "643": "RUB", "682": "SAR", "702": "SGD",
    "704": "VND", "710": "ZAR", "752": "SEK", "756": "CHF", "764": "THB", "784": "AED", "810": "RUB",
    "818": "EGP", "826": "GBP", "840": "USD", "860": "UZS", "933": "BYN", "934": "TMT", "941": "RSD",
    "944": "AZN", "946": "RON", "949": "TRY", "972": "TJS", "975": "BGN", "978": "EUR", "980": "UAH",
    "981": "GEL", "985": "PLN", "986": "BRL",
}  # fmt: skip


def alphabetic(digits: str, name: str) -> str:
    """``RUB`` for 643 and ``руб.``; a name that is already a code wins; what is unknown stays digits."""
    if _ALPHA.fullmatch(name.upper()):
        return name.upper()
    return _BY_DIGITS.get(digits.zfill(3), digits) if digits else ""
