"""Generated statements with what is in them, counted from their bytes and not by our parser."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from jobs.formats.client_bank import generate

_DOCUMENT = re.compile(
    r"\r\nСумма=(?P<roubles>\d+)\.(?P<kopecks>\d\d)\r\n.*?\r\nДатаПоступило=(?P<received>[\d.]*)\r\n",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Statement:
    """A file of ``documents`` good payments: ``received`` and ``spent`` are how many and how much."""

    path: Path
    documents: int
    received: tuple[int, Decimal]
    spent: tuple[int, Decimal]

    @property
    def total(self) -> Decimal:
        return self.received[1] + self.spent[1]


def statement(folder: Path, documents: int, seed: int, bad: Sequence[str] = ()) -> Statement:
    """One that nobody has uploaded yet, if nobody has used the seed; ``bad`` rows are not counted."""
    path = folder / f"statement-{seed}-{documents}.txt"
    kopecks: dict[bool, list[int]] = {True: [], False: []}
    with path.open("wb") as file:
        for chunk in generate(documents, seed=seed, bad=bad):
            file.write(chunk)
            for found in _DOCUMENT.finditer(chunk.decode("cp1251")):
                amount = int(found["roubles"]) * 100 + int(found["kopecks"])
                kopecks[bool(found["received"])].append(amount)
    assert documents - len(bad) <= sum(map(len, kopecks.values())) <= documents
    received, spent = (_counted(kopecks[side]) for side in (True, False))
    return Statement(path, documents, received, spent)


def _counted(kopecks: Sequence[int]) -> tuple[int, Decimal]:
    return len(kopecks), Decimal(sum(kopecks)).scaleb(-2)
