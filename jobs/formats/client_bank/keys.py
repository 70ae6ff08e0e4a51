"""The keys of 1CClientBankExchange, in the spelling of 1C's own description of the format."""

import re

DOCUMENT = "СекцияДокумент"
DOCUMENT_END = "КонецДокумента"
ACCOUNT = "СекцияРасчСчет"
ACCOUNT_END = "КонецРасчСчет"
FILE_END = "КонецФайла"
STRUCTURE = frozenset((DOCUMENT, DOCUMENT_END, ACCOUNT, ACCOUNT_END, FILE_END))

OWN_ACCOUNT = "РасчСчет"
DATE_FROM = "ДатаНачала"
DATE_TO = "ДатаКонца"
VERSION = "ВерсияФормата"
OPENING = "НачальныйОстаток"
RECEIVED = "ВсегоПоступило"
SPENT = "ВсегоСписано"
CLOSING = "КонечныйОстаток"
BALANCES = frozenset((OPENING, RECEIVED, SPENT, CLOSING))
SECTION_FIELDS = BALANCES | {OWN_ACCOUNT, DATE_FROM, DATE_TO}

PURPOSE = "НазначениеПлатежа"
PURPOSE_LINES = tuple(f"{PURPOSE}{number}" for number in range(1, 7))

# Why a document cannot be used although its fields may look right; no key of a file begins like this.
DEFECT = "_defect"
TRUNCATED = "document_truncated"
TOO_LONG = "document_too_long"
NUL = "nul_byte"
# PostgreSQL stores no NUL, so a rejected row shows this in its place.
NUL_SHOWN = "\u2400"

_SIDE = re.findall(r"\w+", "Счет ИНН КПП 1 2 3 4 РасчСчет Банк1 Банк2 БИК Корсчет КБЕ БанкБИК")
_OTHERS = re.findall(
    r"\w+",
    """
    Кодировка Отправитель ДатаСоздания ВремяСоздания Документ
    Номер Дата Сумма ДатаСписано ДатаПоступило КвитанцияДата КвитанцияВремя КвитанцияСодержание
    ВидПлатежа ВидОплаты Код КодНазПлатежа СтатусСоставителя ПоказательКБК ОКАТО ПоказательОснования
    ПоказательПериода ПоказательНомера ПоказательДаты ПоказательТипа Очередность СрокАкцепта ВидАккредитива
    СрокПлатежа УсловиеОплаты1 УсловиеОплаты2 УсловиеОплаты3 ПлатежПоПредст ДополнУсловия
    НомерСчетаПоставщика ДатаОтсылкиДок Комментарий НазначениеПлатежаКод КодНазначенияПлатежа
    """,
)

KNOWN = (
    STRUCTURE
    | BALANCES
    | {OWN_ACCOUNT, DATE_FROM, DATE_TO, VERSION, PURPOSE, *PURPOSE_LINES, *_OTHERS}
    | {side + part for side in ("Плательщик", "Получатель") for part in ("", *_SIDE)}
)
_SPELLINGS = {key.upper(): key for key in KNOWN} | {key: key for key in KNOWN}
_LONGEST = 64


def canonical(key: str) -> str | None:
    """The key in 1C's spelling, or None where the text before ``=`` is no key but a line of a value.

    Known keys also in capitals; unknown ones (banks add their own) are one word with a capital first
    letter, so that ``сумма = 500`` inside a payment's purpose stays purpose.
    """
    word = key.strip(" \t")
    known = _SPELLINGS.get(word)
    if known is not None:
        return known
    return word if len(word) <= _LONGEST and word.isidentifier() and word[0].isupper() else None


def spellings() -> frozenset[str]:
    """Every known key as files write it: 1C's way and in capitals."""
    return frozenset(_SPELLINGS)
