"""Keyword presets: categories that a payment's purpose names outright. Specific before general.

Their names are those that 1C's статьи движения денежных средств usually have, so that a payment of a bank's
file and the same one of 1C are in one category (docs/classification.md has the list).
"""

import re
from functools import lru_cache

from jobs.purposes import without_numbers, without_vat

_TRADE = (
    r"за (?:товар|тмц|материал|продукц|оборудовани|комплектующ)|поставк|по накладн|по упд"
    r"|за (?:услуг|работ)|оказан\w+ услуг|выполнен\w+ работ|по акту"
    r"|по (?:договор|дог\.?|контракт|счет|сч\.)"
)
# (category, directions, pattern), in the order of precedence.
_PRESETS: tuple[tuple[str, str, str], ...] = (
    (
        "Заработная плата",
        "out",
        r"заработн\w* плат|зарплат|\bз/п\b|аванс за .{0,20}месяц|отпускн\w+|реестр\w* .{0,40}зачислен",
    ),
    (
        "Налоги и взносы",
        "out",
        r"страхов\w+ взнос|\bопс\b|\bомс\b|взнос\w* на травматизм|\bсфр\b|\bпфр\b|\bфсс\b",
    ),
    (
        "Налоги и взносы",
        "out",
        r"единый налоговый|\bенп\b|\bндфл\b|уплата налог|налог на (?:прибыль|имущество|доход)|\bусн\b"
        r"|\bпатент|госпошлин|\bпени\b|налог\w* (?:платеж|санкц)",
    ),
    ("Возврат от поставщиков", "in", r"\bвозврат\b"),
    ("Возврат покупателям", "out", r"\bвозврат\b"),
    (
        "Кредиты и займы",
        "in,out",
        r"\bкредит\w*|\bзайм\w*|\bзаем\w*|процент\w* по договору|погашение .{0,20}долга",
    ),
    ("Лизинг", "out", r"лизинг\w*"),
    (
        "Услуги банка",
        "out",
        r"комисси\w+|за ведение счета|расчетно-кассов|\bрко\b|\bсмс\b.{0,20}информ"
        r"|обслуживани\w+ .{0,20}счета",
    ),
    ("Проценты к получению", "in", r"процент\w* (?:на остаток|по депозит)|капитализац"),
    ("Эквайринг", "in", r"эквайринг|\bмерчант|возмещение по .{0,10}операц|\bсбп\b|торгов\w+ выручк"),
    ("Аренда", "in,out", r"аренд\w+|субаренд"),
    (
        "Коммунальные услуги",
        "out",
        r"коммунальн|электроэнерг|теплоэнерг|водоснабж|водоотвед|вывоз мусора|\bтко\b",
    ),
    ("Связь и интернет", "out", r"услуг\w* связи|интернет|телефон|хостинг|\bдомен"),
    ("Транспорт и доставка", "out", r"доставк|перевозк|транспортн|экспедир|грузоперевоз|\bгсм\b|топлив"),
    ("Реклама", "out", r"реклам|продвижени|маркетинг"),
    ("Подотчет", "out", r"подотчет|под отчет|командировоч|хозяйственн\w+ (?:расход|нужд)"),
    ("Страхование", "out", r"\bосаго\b|\bкаско\b|страхов\w+ преми|полис"),
    ("Оплата от покупателей", "in", _TRADE),
    ("Оплата поставщикам", "out", _TRADE),
)


@lru_cache(maxsize=4)
def _compiled(direction: str) -> tuple[re.Pattern[str], tuple[str, ...]]:
    """One alternation a direction: the purpose is walked once, the first in precedence wins."""
    wanted = [(name, text) for name, directions, text in _PRESETS if direction in directions.split(",")]
    pattern = "|".join(f"({text})" for _, text in wanted)
    return re.compile(pattern), tuple(name for name, _ in wanted)


def preset_category(purpose: str, direction: str) -> str | None:
    """The preset for a purpose (назначение платежа), or None. ``direction`` is ``in`` or ``out``.

    Two purposes that differ in their numbers and dates only have the same preset: what was found once
    is remembered by the words (14 µs a row without, 3 µs where they repeat).
    """
    return preset_by_words(without_numbers(purpose), direction)


def preset_by_words(words: str, direction: str) -> str | None:
    """The preset for a purpose whose numbers are taken out already."""
    return _by_words(words, direction) if direction in ("in", "out") else None


@lru_cache(maxsize=16_384)
def _by_words(words: str, direction: str) -> str | None:
    words = without_vat(words)
    pattern, names = _compiled(direction)
    best: int | None = None
    for found in pattern.finditer(words):
        if found.lastindex is not None and (best is None or found.lastindex < best):
            best = found.lastindex
            if best == 1:
                break
    return names[best - 1] if best is not None else None


def preset_categories() -> tuple[str, ...]:
    """Every category that a preset can give."""
    return tuple(dict.fromkeys(name for name, _, _ in _PRESETS))
