"""The purpose of a payment (назначение платежа) as those read it who decide by its words."""

import re

# Banks send 210; more is looked at for nothing.
LOOKED_AT = 2_000
# Of a purpose without its digits.
_VAT = re.compile(
    # Never begins with a space: of a thousand, which are left where numbers stood, each would be a beginning.
    r"(?:(?:в\s*т\.?\s*ч\.?|в том числе|включая|без|с учетом|с)\s*)?(?:налога?\s*\(?)?ндс\)?"
    r"|без налога|не облагается"
)
_DIGITS = re.compile(r"\d+")


def folded(text: str) -> str:
    """In small letters, ё as е, one space where there are several: what rules look at, 2,000 letters."""
    return " ".join(text[:LOOKED_AT].lower().replace("ё", "е").split())


def without_numbers(purpose: str) -> str:
    """In small letters without digits, 2,000 of them: purposes that differ in numbers and dates are one."""
    return _DIGITS.sub("", purpose[:LOOKED_AT].lower())


def without_vat(words: str) -> str:
    """ "В т.ч. НДС 20 %" says that tax is within the price, not that tax is paid: it is taken out before
    anything is looked for. ``words`` are without numbers."""
    words = words.replace("ё", "е")
    if "ндс" in words or "облагается" in words or "налога" in words:
        words = _VAT.sub(" ", words)
    return words
