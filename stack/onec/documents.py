"""Bank documents of any day: the same day of the same seed always has the same documents.

A day has ``per_day`` posted documents in each set, one that is not posted and one that is marked for
deletion. Every third stands at 12:00:00, as documents loaded from a bank do, so that moments repeat.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, Literal
from uuid import UUID

from stack.onec.catalogues import EMPTY_REF, ERASED, PURPOSES, Element, Firm, data_version
from stack.onec.filters import guid_order
from stack.onec.schema import IN, OUT

EMPTY_DATE = "0001-01-01T00:00:00"
# What can be told of a document without making it whole: 20 times as fast.
HEAD = frozenset({"Ref_Key", "Date", "Number", "Posted", "DeletionMark"})
_DIRECTIONS: dict[str, Literal["in", "out"]] = {IN: "in", OUT: "out"}
_KINDS = {"in": "ОплатаПокупателя", "out": "ОплатаПоставщику"}


@dataclass(frozen=True)
class Documents:
    """The documents of a firm; ``changes`` are what was done to some of them since."""

    firm: Firm
    per_day: int = 20
    changes: dict[str, Element] = field(default_factory=dict, hash=False, compare=False)

    def days(self, entity: str, first: date, last: date, descending: bool = False) -> Iterator[list[Element]]:
        """The heads of each day in order."""
        count = (last - first).days + 1
        for number in range(count):
            day = last - timedelta(days=number) if descending else first + timedelta(days=number)
            yield self.heads(entity, day)

    def heads(self, entity: str, day: date) -> list[Element]:
        """Ref_Key, Date, Number, Posted and DeletionMark of a day's documents by Date and Ref_Key."""
        heads = _heads(self.firm.seed, self.per_day, entity, day)
        if not self.changes:
            return heads
        return [{**head, **self._changed(head)} for head in heads if not self._erased(head["Ref_Key"])]

    def whole(self, entity: str, head: Element) -> Element:
        """The document of a head with all its fields."""
        ref, direction = head["Ref_Key"], _DIRECTIONS[entity]
        rng = random.Random(f"{self.firm.seed}|{ref}")
        kopecks = rng.randrange(1_000, 50_000_000)
        category, purpose = self._purpose(rng, direction, head["Date"], kopecks)
        kopecks = round(kopecks, -2) if rng.random() < 0.3 else kopecks
        return {
            "Ref_Key": ref,
            "DataVersion": data_version(rng),
            **{name: head[name] for name in ("DeletionMark", "Number", "Date", "Posted")},
            "Организация_Key": self.firm.ref("organisation"),
            "ВидОперации": _KINDS[direction],
            "СчетОрганизации_Key": self.firm.ref("account", "own-2" if rng.random() < 0.2 else "own-1"),
            **self._bank_number(rng, head["Date"]),
            **self._counterparty(rng),
            "СуммаДокумента": _double(kopecks),
            "ВалютаДокумента_Key": self.firm.ref("currency", "643"),
            **self._categories(rng, ref, category, kopecks),
            "НазначениеПлатежа": purpose,
            "Комментарий": rng.choice(("", None, "Загружено из банка")),
            "РучнаяКорректировка": False,
            "НомерСтроки": rng.randrange(1, 100),
            **self.changes.get(ref, {}),
        }

    def find(self, entity: str, ref: str, first: date, last: date) -> Element | None:
        """A document by reference: days are looked through one after another."""
        if self._erased(ref):
            return None
        for heads in self.days(entity, first, last):
            for head in heads:
                if head["Ref_Key"] == ref:
                    return self.whole(entity, head)
        return None

    def _erased(self, ref: str) -> bool:
        return ERASED in self.changes.get(ref, {})

    def _changed(self, head: Element) -> Element:
        return {name: value for name, value in self.changes.get(head["Ref_Key"], {}).items() if name in HEAD}

    def _purpose(
        self, rng: random.Random, direction: Literal["in", "out"], moment: str, kopecks: int
    ) -> tuple[str, str]:
        category, words = rng.choice(PURPOSES[direction])
        day = ".".join(reversed(moment[:10].split("-")))
        vat = f"{kopecks / 600:.2f}"
        return category, words.format(n=rng.randrange(1, 999), d=day, vat=vat)

    def _bank_number(self, rng: random.Random, moment: str) -> Element:
        if rng.random() < 0.05:
            return {"НомерВходящегоДокумента": rng.choice(("", None)), "ДатаВходящегоДокумента": EMPTY_DATE}
        number = str(rng.randrange(1, 100_000)).ljust(20)
        return {"НомерВходящегоДокумента": number, "ДатаВходящегоДокумента": f"{moment[:10]}T00:00:00"}

    def _counterparty(self, rng: random.Random) -> Element:
        """A contractor in 94 of 100; else a person of another catalogue, or nobody."""
        of, kind, account = "", "StandardODATA.Undefined", EMPTY_REF
        chance, number = rng.random(), rng.randrange(max(1, self.firm.contractors))
        if chance < 0.94:
            of, kind = self.firm.ref("contractor", number), "StandardODATA.Catalog_Контрагенты"
            account = self.firm.ref("account", number)
        elif chance < 0.97:
            of, kind = self.firm.ref("person", number), "StandardODATA.Catalog_ФизическиеЛица"
        return {"Контрагент": of, "Контрагент_Type": kind, "СчетКонтрагента_Key": account}

    def _categories(self, rng: random.Random, ref: str, category: str, kopecks: int) -> Element:
        """Статья in the rows or in the header, sometimes two rows, sometimes none anywhere."""
        chance, key = rng.random(), self.firm.ref("category", category)
        shares = [kopecks // 2, kopecks - kopecks // 2] if chance < 0.1 else [kopecks]
        in_rows = chance < 0.7
        rows: list[dict[str, Any]] = [
            {
                "Ref_Key": ref,
                "LineNumber": number,
                "СуммаПлатежа": _double(share),
                "СтавкаНДС": "НДС20",
                "СуммаНДС": _double(round(share / 6)),
                "СтатьяДвиженияДенежныхСредств_Key": key if in_rows else EMPTY_REF,
            }
            for number, share in enumerate(shares, start=1)
        ]
        header = key if 0.7 <= chance < 0.97 else EMPTY_REF
        return {"СтатьяДвиженияДенежныхСредств_Key": header, "РасшифровкаПлатежа": rows}


@lru_cache(maxsize=128)
def _heads(seed: str, per_day: int, entity: str, day: date) -> list[Element]:
    rng = random.Random(f"{seed}|{entity}|{day}")
    heads = []
    for number in range(per_day + 2):
        minute = 720 if number % 3 == 0 else rng.randrange(540, 1080)
        heads.append(
            {
                "Ref_Key": str(UUID(int=rng.getrandbits(128))),
                "Date": f"{day}T{minute // 60:02d}:{minute % 60:02d}:00",
                "Number": f"0000-{day.timetuple().tm_yday % 1000:03d}{number % 1000:03d}",
                "Posted": number != per_day and number != per_day + 1,
                "DeletionMark": number == per_day + 1,
            }
        )
    heads.sort(key=lambda head: (head["Date"], guid_order(str(head["Ref_Key"]))))
    return heads


def _double(kopecks: int) -> int | float:
    """Edm.Double as 1C writes it: a whole number has no point."""
    return kopecks // 100 if kopecks % 100 == 0 else kopecks / 100
