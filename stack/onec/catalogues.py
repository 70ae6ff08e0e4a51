"""The catalogues of the simulated firm: everything follows from a seed, nothing from the clock."""

import random
from base64 import b64encode
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any
from uuid import UUID

from jobs.formats import identifiers

EMPTY_REF = "00000000-0000-0000-0000-000000000000"
# Among the changes of an element: it was deleted for good.
ERASED = "#erased"
BIK = "044525225"
Element = dict[str, Any]

_NAMES = (
    "Ромашка", "Вектор", "Северный ветер", "ТехноСнаб", "Альфа-Строй", "Маяк", "Горизонт", "Кедр", "Меридиан",
    "Спектр", "Волна", "Гранит", "Орион", "Лотос", "Призма", "Контур", "Рассвет", "Магистраль", "Эталон",
)  # fmt: skip
_PEOPLE = (
    "Иванов Иван Иванович", "Петрова Анна Сергеевна", "Сидоров Олег Павлович", "Ким Мария Андреевна",
    "Кузнецов Илья Петрович", "О'Нил Шон", "Смирнова Елена Юрьевна",
)  # fmt: skip
# Direction, category, the words of НазначениеПлатежа.
PURPOSES = {
    "in": (
        ("Оплата от покупателей", "Оплата по счету № {n} от {d} за товар. В т.ч. НДС 20% - {vat} руб."),
        ("Оплата от покупателей", "Оплата по договору {n} за услуги, без НДС"),
        ("Возврат от поставщиков", "Возврат излишне перечисленных средств по п/п {n} от {d}"),
        ("Проценты к получению", "Выплата процентов по депозиту, договор {n}"),
    ),
    "out": (
        ("Оплата поставщикам", "Оплата по счету № {n} от {d} за материалы. В т.ч. НДС 20% - {vat} руб."),
        ("Аренда", "Арендная плата за помещение по договору {n}. В т.ч. НДС 20% - {vat} руб."),
        ("Заработная плата", "Перечисление заработной платы по ведомости № {n} от {d}"),
        ("Налоги и взносы", "Единый налоговый платеж"),
        ("Услуги банка", "Комиссия за ведение счета по тарифу, договор {n}"),
    ),
}


def data_version(rng: random.Random) -> str:
    """Eight bytes of base64 that change with every write."""
    return b64encode(rng.randbytes(8)).decode()


@lru_cache(maxsize=65_536)
def reference(seed: str, *names: object) -> str:
    """A reference that is always the same for the same thing."""
    return str(UUID(int=random.Random(f"{seed}|{names}").getrandbits(128)))


@dataclass(frozen=True)
class Firm:
    """One organisation with two accounts, and its contractors with one account each."""

    seed: str = "tidemark"
    contractors: int = 200

    def ref(self, *names: object) -> str:
        return reference(self.seed, *names)

    def account(self, owner: object) -> str:
        """A settlement account whose control digit is right."""
        digits = random.Random(f"{self.seed}|account|{owner}").randrange(10**11)
        return identifiers.with_control_digit(f"407028100{digits:011d}", BIK)

    @property
    def own_accounts(self) -> tuple[str, str]:
        return self.account("own-1"), self.account("own-2")

    @cached_property
    def elements(self) -> dict[str, list[Element]]:
        """All catalogues, by entity set."""
        return {
            "Catalog_Контрагенты": [self._folder(), *map(self._contractor, range(self.contractors))],
            "Catalog_БанковскиеСчета": self._accounts(),
            "Catalog_СтатьиДвиженияДенежныхСредств": self._categories(),
            "Catalog_Валюты": self._currencies(),
            "Catalog_Организации": [self._organisation()],
        }

    def _element(self, ref: str, code: str, description: str, **fields: Any) -> Element:
        rng = random.Random(f"{self.seed}|version|{ref}")
        common = {"Predefined": False, "PredefinedDataName": ""}
        head = {"Ref_Key": ref, "DataVersion": data_version(rng), "DeletionMark": False}
        return {**head, "Code": code, "Description": description, **fields, **common}

    def _folder(self) -> Element:
        empty = {"НаименованиеПолное": None, "ЮридическоеФизическоеЛицо": None, "ИНН": None, "КПП": None}
        more = {"КодПоОКПО": None, "СтранаРегистрации_Key": EMPTY_REF, "Комментарий": None}
        return self._element(
            self.ref("folder"), "00-000000", "Покупатели и поставщики", IsFolder=True, Parent_Key=EMPTY_REF,
            ОсновнойБанковскийСчет_Key=EMPTY_REF, КонтактнаяИнформация=[], **empty, **more,
        )  # fmt: skip

    def _contractor(self, number: int) -> Element:
        rng = random.Random(f"{self.seed}|contractor|{number}")
        person = number % 10 == 9
        name = rng.choice(_PEOPLE if person else _NAMES)
        short = f"{name} ИП" if person else f"{name}-{number} ООО"
        full = f"ИП {name}" if person else f'Общество с ограниченной ответственностью "{name}-{number}"'
        inn = identifiers.with_inn_control(
            f"77{rng.randrange(10**8 if person else 10**7):0{8 if person else 7}d}"
        )
        ref = self.ref("contractor", number)
        phone = {"Ref_Key": ref, "LineNumber": 1, "Тип": "Телефон", "Представление": f"+7 495 {number:07d}"}
        return self._element(
            ref, f"00-{number + 1:06d}", short, IsFolder=False, Parent_Key=self.ref("folder"),
            НаименованиеПолное="" if number % 23 == 22 else full,
            ЮридическоеФизическоеЛицо="ФизическоеЛицо" if person else "ЮридическоеЛицо",
            # Strings of fixed length are padded: 12 for an ИНН, 9 for a КПП.
            ИНН=inn.ljust(12), КПП=("" if person else f"{inn[:4]}01001").ljust(9),
            КодПоОКПО=None, СтранаРегистрации_Key=self.ref("country"),
            ОсновнойБанковскийСчет_Key=self.ref("account", number),
            Комментарий=None if number % 2 else "", КонтактнаяИнформация=[phone] if number % 4 == 0 else [],
        )  # fmt: skip

    def _accounts(self) -> list[Element]:
        owned: list[tuple[object, str, str, str]] = [
            (owner, "Catalog_Организации", self.ref("organisation"), f"Основной {owner}")
            for owner in ("own-1", "own-2")
        ]
        owned += [
            (number, "Catalog_Контрагенты", self.ref("contractor", number), "Расчетный")
            for number in range(self.contractors)
        ]
        return [
            self._element(
                self.ref("account", owner), f"{code:09d}", description, Owner=of,
                Owner_Type=f"StandardODATA.{kind}", НомерСчета=self.account(owner).ljust(20),
                ВалютаДенежныхСредств_Key=self.ref("currency", "643"),
            )
            for code, (owner, kind, of, description) in enumerate(owned, start=1)
        ]  # fmt: skip

    def _categories(self) -> list[Element]:
        names = dict.fromkeys(name for purposes in PURPOSES.values() for name, _ in purposes)
        return [
            self._element(
                self.ref("category", name), f"{code:09d}", name, IsFolder=False, Parent_Key=EMPTY_REF
            )
            for code, name in enumerate(names, start=1)
        ]

    def _currencies(self) -> list[Element]:
        known = (("643", "руб.", "Российский рубль"), ("840", "USD", "Доллар США"), ("978", "EUR", "Евро"))
        return [
            self._element(self.ref("currency", code), code, short.ljust(10), НаименованиеПолное=name)
            for code, short, name in known
        ]

    def _organisation(self) -> Element:
        inn = identifiers.with_inn_control("770512345")
        return self._element(
            self.ref("organisation"), "00-000001", 'Торговый дом "Причал" ООО', ИНН=inn.ljust(12),
            НаименованиеПолное='ООО "Торговый дом «Причал»"', КПП="770501001",
        )  # fmt: skip
