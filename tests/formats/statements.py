"""Statements written by hand for the tests: small, and only what a test is about."""

from hypothesis import HealthCheck, settings

from jobs.formats.client_bank import (
    AccountSection,
    Context,
    FileSurvey,
    RawRow,
    StatementParser,
    survey_bytes,
)

# A busy machine is no finding.
PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

OWN = "40702810900000000001"
SECOND = "40702810900000000002"
THEIRS = "40702810300000000777"
CONTEXT = Context.of({"own_accounts": [OWN], "own_inns": ["7707083893"], "currency": "RUB"})
TWO_ACCOUNTS = Context.of({"own_accounts": [OWN, SECOND]})

HEADER = f"""1CClientBankExchange
ВерсияФормата=1.03
Кодировка=Windows
ДатаНачала=01.03.2025
ДатаКонца=31.03.2025
РасчСчет={OWN}
"""
SECTION = f"""СекцияРасчСчет
ДатаНачала=01.03.2025
ДатаКонца=31.03.2025
РасчСчет={OWN}
НачальныйОстаток=1000.00
ВсегоПоступило=0.00
ВсегоСписано=250.50
КонечныйОстаток=749.50
КонецРасчСчет
"""
END = "КонецФайла\n"


def payment(**fields: str) -> RawRow:
    """A good outgoing payment of 250.50; name a field to change it, None of them is checked."""
    row = {
        "СекцияДокумент": "Платежное поручение",
        "Номер": "17",
        "Дата": "03.03.2025",
        "Сумма": "250.50",
        "ПлательщикСчет": OWN,
        "ДатаСписано": "04.03.2025",
        "ДатаПоступило": "",
        "ПолучательСчет": THEIRS,
        "Получатель1": 'ООО "РОМАШКА"',
        "НазначениеПлатежа": "Оплата по счету № 5",
    }
    return row | fields


def document(**fields: str) -> str:
    """The lines of ``payment``."""
    kind, *rest = payment(**fields).items()
    lines = "".join(f"{key}={value}\n" for key, value in rest)
    return f"СекцияДокумент={kind[1]}\n{lines}КонецДокумента\n"


def statement(*parts: str, encoding: str = "cp1251") -> bytes:
    return "".join((HEADER, *parts)).encode(encoding)


def parse(data: bytes, size: int = 1 << 16) -> tuple[FileSurvey, list[RawRow], list[AccountSection]]:
    """Survey and rows of a file fed in chunks of ``size``."""
    survey = survey_bytes(data)
    parser = StatementParser(survey)
    rows: list[RawRow] = []
    for start in range(0, len(data), size):
        rows += parser.feed(data[start : start + size])
    rows += parser.close()
    return survey, rows, parser.sections


def rows_of(data: bytes) -> list[RawRow]:
    return parse(data)[1]
