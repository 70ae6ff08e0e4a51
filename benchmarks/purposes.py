"""Deliberately untidy purposes of payments with the category that a person would confirm, from a seed.

Each is one of the wordings with its holes filled, then: words abbreviated (договор → дог., 35 %), a mistyped
letter in a word (lost, doubled, swapped or its neighbour on the keyboard: 5 % of words), a word left out
(6 %), all capitals or small letters (30 %), Latin letters that look Russian (12 % of texts, half of their
letters), spaces lost or doubled (8 %), codes of banks in front (10 %), VAT or "без НДС" behind (60 %), dates
and numbers in several shapes, cut off after 60 to 210 characters (8 %). 2 % say nothing but "оплата по
счету …" whatever they are for, and 1 % are confirmed wrongly.
"""

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass

from benchmarks.wordings import FIRMS, MONTHS, PEOPLE, THINGS, WORDINGS

LEARNED_WORDINGS = 6
_ABBREVIATED = (
    (r"договор\w*", ("дог.", "дог", "д-р", "дог-ру")),
    (r"заработн\w+ плат\w+", ("з/п", "зарплата", "зар.плата", "ЗП")),
    (r"[Оо]плата", ("опл.", "Опл", "опл-та", "ОПЛАТА")),
    (r"услуг\w*", ("усл.", "усл", "услуги")),
    (r"счет\w*", ("сч.", "сч", "счёту", "с/ф")),
    (r"накладн\w+", ("накл.", "н/н", "ТН")),
    (r"помещени\w+", ("пом.", "помещ.")),
    (r"транспортн\w+", ("трансп.", "тр.")),
    (r"оборудовани\w+", ("оборуд.", "обор-е")),
    (r"электроэнерги\w+", ("эл.энергию", "э/э", "электр.")),
    (r"материал\w+", ("мат-лы", "матер.")),
    (r"комисси\w+", ("ком.", "комис.")),
    (r"предоплат\w+", ("предопл.", "пр-та")),
    (r"денежн\w+ средств\w*", ("ДС", "ден. средств")),
)
_VAT = (
    "В т.ч. НДС 20% - {n}.33 руб.",
    "в том числе НДС (20%) {n}-00",
    "Без налога (НДС)",
    "НДС не облагается",
    "в т.ч.НДС {n},17",
    "Сумма {n}-00 Без НДС",
    "с НДС 10%",
    "без ндс",
)
_PREFIXES = ("{{VO10100}} ", "(7702345678) ", "//РЕЕСТР// ", "УИН 0///", "Авт. платеж ", "[{n}] ")
_NOTHING = ("Оплата по счету {i}", "Оплата по {c}", "По счету {i} от {d}", "Платеж по договору")
_KEYS = "йцукенгшщзхъфывапролджэячсмитьбю"
_LATIN = str.maketrans("асеорхукмтнвАСЕОРХУКМТНВ", "aceopxykmthbACEOPXYKMTHB")


@dataclass(frozen=True, slots=True)
class Purpose:
    """``category`` is what was confirmed, ``truth`` what it is; ``new`` is a wording nobody learns from."""

    text: str
    direction: str
    category: str
    truth: str
    new: bool


def purposes(seed: int) -> Iterator[Purpose]:
    """Without end; the same ones for the same seed."""
    chance = random.Random(seed)
    names = list(WORDINGS)
    weights = [wording.weight for wording in WORDINGS.values()]
    while True:
        [truth] = chance.choices(names, weights)
        wording = WORDINGS[truth]
        place = chance.randrange(len(wording.texts))
        plain = chance.choice(_NOTHING) if chance.random() < 0.02 else wording.texts[place]
        wrong = chance.random() < 0.01
        category = chance.choice(names) if wrong else truth
        text = _untidy(_filled(plain, chance), chance)
        yield Purpose(text, wording.direction, category, truth, place >= LEARNED_WORDINGS)


def _filled(text: str, chance: random.Random) -> str:
    number, date = _number(chance), _date(chance)
    month = chance.choice(MONTHS)
    return text.format(
        m=chance.choice((month, f"{month} 2025", f"{month} 2025г.", date[3:], "")),
        n=number,
        d=date,
        c=chance.choice((f"договору {number} от {date}", f"договор № {number}", "договору")),
        i=chance.choice((f"№{number} от {date}", f"{number} от {date} г.", number)),
        f=chance.choice(("ООО ", 'ООО "', "АО ", "ИП ")) + chance.choice(FIRMS),
        p=chance.choice(PEOPLE),
        o=" и ".join(chance.sample(THINGS, chance.choice((1, 1, 2)))),
    )


def _untidy(text: str, chance: random.Random) -> str:
    for pattern, shorter in _ABBREVIATED:
        if chance.random() < 0.35:
            text = re.sub(pattern, chance.choice(shorter), text, count=1)
    words = [_mistyped(word, chance) for word in text.split(" ")]
    if len(words) > 3 and chance.random() < 0.06:
        del words[chance.randrange(len(words))]
    text = (" " if chance.random() < 0.92 else chance.choice(("", "  "))).join(words)
    if chance.random() < 0.10:
        text = chance.choice(_PREFIXES).format(n=_number(chance)) + text
    if chance.random() < 0.60:
        text = f"{text}{chance.choice((' ', '. ', ', ', ''))}{chance.choice(_VAT).format(n=_number(chance))}"
    case = chance.random()
    text = text.upper() if case < 0.2 else text.lower() if case < 0.3 else text
    if chance.random() < 0.12:
        text = "".join(letter.translate(_LATIN) if chance.random() < 0.5 else letter for letter in text)
    return text[: chance.randint(60, 210)] if chance.random() < 0.08 else text


def _mistyped(word: str, chance: random.Random) -> str:
    if len(word) < 4 or not word.isalpha() or chance.random() >= 0.05:
        return word
    at = chance.randrange(1, len(word) - 1)
    return chance.choice(
        (
            word[:at] + word[at + 1 :],
            word[:at] + word[at] + word[at:],
            word[: at - 1] + word[at] + word[at - 1] + word[at + 1 :],
            word[:at] + chance.choice(_KEYS) + word[at + 1 :],
        )
    )


def _number(chance: random.Random) -> str:
    return chance.choice(("{:d}", "{:06d}", "{:d}/25", "А-{:d}", "{:d}-ПР", "УТ{:05d}")).format(
        chance.randint(1, 99_999)
    )


def _date(chance: random.Random) -> str:
    day, month = chance.randint(1, 28), chance.randint(1, 12)
    return chance.choice(
        ("{:02}.{:02}.2025", "{:02}.{:02}.25", "{:02}/{:02}/2025", "{:02}-{:02}-25г")
    ).format(day, month)
