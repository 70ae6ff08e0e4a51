"""What the text model sees of a purpose (назначение платежа).

Purposes are typed by people: without cases of letters, ё, numbers, dates and VAT, with Latin letters that
look like Russian ones put right, words cut to their stem of five letters (аренда, аренды, арендная), alone
and with the one before. Parts of words inside a stem, which forgive typing errors, make the model sure of
what it does not know: of purposes in words that nobody has confirmed it decided 8 to 18 %, mostly wrongly.
"""

import re

from jobs.purposes import without_vat

STEM = 5
_WORD = re.compile(r"[a-zа-я]{2,}")
_CYRILLIC = re.compile("[а-я]")
_LOOK_ALIKES = str.maketrans("aceopxykmthb", "асеорхукмтнв")


def tokens_of(words: str, direction: str) -> tuple[str, ...]:
    """The tokens, each once, in their order. ``words`` are a purpose without numbers
    (``purposes.without_numbers``)."""
    found: dict[str, None] = {f"#{direction}": None}
    before = ""
    for word in _WORD.findall(without_vat(_in_one_alphabet(words))):
        stem = word[:STEM]
        found[stem] = None
        if before:
            found[f"{before} {stem}"] = None
        before = stem
    return tuple(found)


def _in_one_alphabet(words: str) -> str:
    """Latin letters within Russian words become the Russian ones they look like (``НДC`` → ``НДС``)."""
    if words.isascii() or not any("a" <= letter <= "z" for letter in words):
        return words
    return re.sub(r"[a-zа-яё]+", _put_right, words)


def _put_right(found: re.Match[str]) -> str:
    word = found[0]
    return word.translate(_LOOK_ALIKES) if _CYRILLIC.search(word) else word
