"""Statements for the demo, tests and benchmarks: any size, always the same for the same arguments."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from random import Random
from typing import NamedTuple

from jobs.formats.client_bank.invented import TRADES, Firm, firms

# What can be planted: each is the code that the row is rejected with, and what it does to the fields.
BAD = {
    "amount_missing": {"amount": ""},
    "amount_malformed": {"amount": "12,3,4"},
    "amount_too_large": {"amount": "100000000000000000000.00"},
    "amount_not_positive": {"amount": "0.00"},
    "date_impossible": {"dated": "31.02.2025", "booked": "31.02.2025"},
    "date_malformed": {"dated": "23.08.201819202122", "booked": "23.08.201819202122"},
    "date_missing": {"dated": "", "booked": ""},
    "nul_byte": {"purpose": "Оплата по счету\0 № 1"},
}
_OPENING = 123_456_789
_FIRMS = 600
_CHUNK = 400
_END = "КонецФайла\r\n"


class _Payment(NamedTuple):
    """One document before it is written: its number in the file, and the dice for all the rest."""

    number: int
    form: int
    kopecks: int
    dice: int


class _Form(NamedTuple):
    """A counterparty's document with everything filled in but what differs from payment to payment."""

    document: str
    incoming: bool
    purpose: str


def generate(
    documents: int,
    *,
    seed: int = 1,
    bad: Sequence[str] = (),
    identical: int = 0,
    demo: bool = False,
    first_day: date = date(2025, 1, 1),
    days: int = 90,
) -> Iterator[bytes]:
    """A statement of one account in cp1251, some 1,000 bytes a document and 100,000 documents a second.

    ``bad`` names rows to spoil (keys of ``BAD``), spread over the file; ``identical`` documents repeat the
    one before word for word, as honest equal payments do; ``demo`` puts ДЕМО into each purpose. Totals are
    the bank's: what was really paid, also where the file's sum is spoilt (0.00 is nothing paid).
    """
    own, *others = firms(Random(seed), _FIRMS)
    forms = _forms(own, others, demo)
    planted = dict(zip(_spread(documents, len(bad)), bad, strict=True))
    repeats = _repeats(documents, identical, planted)
    unpaid = {place for place, name in planted.items() if name == "amount_not_positive"}

    def payments() -> Iterator[_Payment]:
        return _payments(documents, Random(seed), forms, repeats)

    yield _header(own, _turnover(payments(), forms, unpaid), first_day, days).encode("cp1251")
    dates = [f"{first_day + timedelta(day):%d.%m.%Y}" for day in range(days + 1)]
    chunk: list[str] = []
    for place, payment in enumerate(payments()):
        chunk.append(_document(payment, forms, dates, documents, planted.get(place)))
        if len(chunk) == _CHUNK:
            yield "".join(chunk).encode("cp1251")
            chunk.clear()
    yield "".join([*chunk, _END]).encode("cp1251")


def _spread(documents: int, count: int) -> list[int]:
    if count > documents:
        raise ValueError(f"{count} places are too many for {documents} documents")
    return [(2 * number + 1) * documents // (2 * count) for number in range(count)]


def _repeats(documents: int, count: int, planted: Mapping[int, str]) -> set[int]:
    """Places that repeat the one before; neither of the two is spoilt."""
    repeats: set[int] = set()
    for place in _spread(documents, count):
        while not place or place in repeats or place in planted or place - 1 in planted:
            place += 1
        repeats.add(place)
    if repeats and max(repeats) >= documents:
        raise ValueError(f"{count} repeats are too many for {documents} documents")
    return repeats


def _forms(own: Firm, others: list[Firm], demo: bool) -> list[_Form]:
    """Counterparties, each with one trade, as many of a trade as its weight says."""
    weighted = [trade for trade in TRADES for _ in range(trade.weight)]
    forms = []
    for number, firm in enumerate(others):
        trade = weighted[number * 37 % len(weighted)]
        incoming = trade.direction == "in"
        payer, payee = (firm, own) if incoming else (own, firm)
        booked = (
            "ДатаСписано=\r\nДатаПоступило={booked}" if incoming else "ДатаСписано={booked}\r\nДатаПоступило="
        )
        document = (
            f"СекцияДокумент={trade.document}\r\nНомер={{number}}\r\nДата={{dated}}\r\nСумма={{amount}}\r\n"
            f"{payer.lines('Плательщик')}{booked}\r\n{payee.lines('Получатель')}"
            f"ВидПлатежа=\r\nВидОплаты={trade.kind}\r\nОчередность=5\r\nКод=\r\n"
            "НазначениеПлатежа={purpose}\r\nКонецДокумента\r\n"
        )
        forms.append(_Form(document, incoming, f"ДЕМО. {trade.purpose}" if demo else trade.purpose))
    return forms


def _payments(documents: int, chance: Random, forms: list[_Form], repeats: set[int]) -> Iterator[_Payment]:
    count, bits, last = len(forms), chance.getrandbits, _Payment(0, 0, 0, 0)
    for place in range(documents):
        if place not in repeats:
            dice = bits(62)
            # From 100.00 to some 600,000.00; small sums are more frequent than large ones.
            kopecks = 10_000 + (dice >> 10 & 0xFFFFFFF) % (60_000_000 >> (dice & 7))
            last = _Payment(place + 1, (dice >> 38) % count, kopecks, dice)
        yield last


def _turnover(payments: Iterator[_Payment], forms: list[_Form], unpaid: set[int]) -> tuple[int, int]:
    received = spent = 0
    for place, payment in enumerate(payments):
        if place in unpaid:
            continue
        if forms[payment.form].incoming:
            received += payment.kopecks
        else:
            spent += payment.kopecks
    return received, spent


def _money(kopecks: int) -> str:
    return f"{kopecks // 100}.{kopecks % 100:02d}"


def _header(own: Firm, turnover: tuple[int, int], first_day: date, days: int) -> str:
    received, spent = turnover
    opening = _OPENING + max(0, spent - received)
    period = f"ДатаНачала={first_day:%d.%m.%Y}\r\nДатаКонца={first_day + timedelta(days):%d.%m.%Y}\r\n"
    return (
        "1CClientBankExchange\r\nВерсияФормата=1.03\r\nКодировка=Windows\r\n"
        "Отправитель=Демонстрационный банк-клиент\r\nПолучатель=1С:Предприятие\r\n"
        f"{period}РасчСчет={own.account}\r\n"
        f"СекцияРасчСчет\r\n{period}РасчСчет={own.account}\r\nНачальныйОстаток={_money(opening)}\r\n"
        f"ВсегоПоступило={_money(received)}\r\nВсегоСписано={_money(spent)}\r\n"
        f"КонечныйОстаток={_money(opening + received - spent)}\r\nКонецРасчСчет\r\n"
    )


def _document(
    payment: _Payment, forms: list[_Form], dates: list[str], documents: int, spoil: str | None
) -> str:
    form = forms[payment.form]
    day = (payment.number - 1) * (len(dates) - 1) // documents
    fields = {
        "number": payment.number,
        "dated": dates[day],
        # A quarter of real payments is booked on another day than the payer's.
        "booked": dates[day + (payment.dice & 3 == 0)],
        "amount": _money(payment.kopecks),
        "purpose": form.purpose.format(
            n=payment.dice >> 20 & 0xFFFF,
            d=dates[(payment.dice >> 6) % len(dates)],
            v=_money(payment.kopecks // 6),
        ),
    }
    if spoil is not None:
        fields |= BAD[spoil]
    return form.document.format_map(fields)
