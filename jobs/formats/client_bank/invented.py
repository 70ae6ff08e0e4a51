"""Invented banks, firms and payments that generated statements are made of."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from jobs.formats.identifiers import with_control_digit, with_inn_control


@dataclass(frozen=True, slots=True)
class Trade:
    """Why money moves: ``weight`` of a hundred payments; ``purpose`` takes number, date and НДС."""

    direction: str
    weight: int
    purpose: str
    document: str = "Платежное поручение"
    kind: str = "01"


_VAT = "{d}. В т.ч. НДС 20% - {v} руб."
_NO_VAT = "{d}. НДС не облагается"
TRADES = (
    Trade("in", 24, f"Оплата по счету за товар по договору поставки № {{n}} от {_VAT}"),
    Trade("in", 12, f"Оплата за услуги по акту оказанных услуг и договору № {{n}} от {_VAT}"),
    Trade("in", 8, "Предоплата 50% по договору № {n} от {d} за комплектующие. Без налога (НДС)"),
    Trade("in", 4, f"Возврат излишне перечисленных средств по письму № {{n}} от {_NO_VAT}"),
    Trade("out", 18, f"Оплата поставщику за материалы по счету № {{n}} от {_VAT}"),
    Trade("out", 6, f"Арендная плата за нежилое помещение по договору № {{n}} от {_VAT}"),
    Trade("out", 6, f"Оплата транспортно-экспедиционных услуг по счету № {{n}} от {_VAT}"),
    Trade("out", 5, f"Заработная плата по реестру № {{n}} от {_NO_VAT}"),
    Trade("out", 4, f"Оплата услуг связи и доступа в интернет по счету № {{n}} от {_VAT}"),
    Trade("out", 3, "Единый налоговый платеж. Уведомление № {n} от {d}"),
    Trade("out", 2, f"Погашение основного долга по кредитному договору № {{n}} от {_NO_VAT}"),
    Trade("out", 8, f"Комиссия за ведение счета, тариф № {{n}} от {_NO_VAT}", "Банковский ордер", "17"),
)

_NAMES = re.findall(
    r"\w+",
    """
    Ромашка Вектор Альтаир Стройкомплект Техносила Меридиан Восход Гранит Лотос Прогресс Радуга Сигма Орион
    Кристалл Авангард Энергия Партнер Феникс Омега Маяк Родник Атлант Импульс Каскад Полюс Горизонт
    Магистраль Ладога Эталон Союз
    """,
)
_ENDINGS = ("", "-Торг", "-Сервис", "-Снаб", "-Логистика", "-Инвест", " плюс", "-М", " и партнеры")
_PEOPLE = (
    "Иванов И. И.",
    "Петрова А. С.",
    "Сидоров П. Н.",
    "Кузнецова О. В.",
    "Смирнов Д. А.",
    "Орлова Е. К.",
)


@dataclass(frozen=True, slots=True)
class Bank:
    name: str
    city: str
    bik: str

    @property
    def correspondent(self) -> str:
        return f"30101810400000000{self.bik[-3:]}"


BANKS = (
    Bank('АО "ДЕМО-БАНК"', "г. Москва", "044525901"),
    Bank('ПАО "УЧЕБНЫЙ БАНК"', "г. Санкт-Петербург", "044030902"),
    Bank('АО КБ "ПРИМЕР"', "г. Екатеринбург", "046577903"),
    Bank('ООО "ОБРАЗЦОВЫЙ БАНК"', "г. Новосибирск", "045004904"),
)


@dataclass(frozen=True, slots=True)
class Firm:
    """A side of a payment with ИНН, КПП and account whose control digits are right."""

    name: str
    inn: str
    kpp: str
    account: str
    bank: Bank

    def lines(self, side: str) -> str:
        """Its lines in a document."""
        fields = (
            ("", f"ИНН {self.inn} {self.name}"),
            ("Счет", self.account),
            ("ИНН", self.inn),
            ("КПП", self.kpp),
            ("1", self.name),
            ("РасчСчет", self.account),
            ("Банк1", self.bank.name),
            ("Банк2", self.bank.city),
            ("БИК", self.bank.bik),
            ("Корсчет", self.bank.correspondent),
        )
        return "".join(f"{side}{key}={value}\r\n" for key, value in fields)


def firms(chance: Random, count: int) -> Iterator[Firm]:
    """Firms and every seventh a person; a person has no КПП, written as 0."""
    for number in range(count):
        bank = chance.choice(BANKS)
        region = f"{chance.randrange(1, 90):02d}{chance.randrange(1, 50):02d}"
        person = number % 7 == 6
        prefix = "40802810" if person else "40702810"
        account = with_control_digit(f"{prefix}0{chance.randrange(10**11):011d}", bank.bik)
        if person:
            name = f"ИП {chance.choice(_PEOPLE)}"
            inn, kpp = with_inn_control(f"{region}{chance.randrange(10**6):06d}"), "0"
        else:
            name = f'ООО "{chance.choice(_NAMES)}{chance.choice(_ENDINGS)}"'
            inn, kpp = with_inn_control(f"{region}{chance.randrange(10**5):05d}"), f"{region}01001"
        yield Firm(name, inn, kpp, account, bank)
