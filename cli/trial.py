"""What a client-bank file would become, found on this machine alone: no server, bounded memory.

The same survey, parser, totals and reading of rows that an import uses. A million documents take
about 12 MB for the ordinals of repeats and some 25 s.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from domain.errors import MalformedRow
from events.records import ControlTotal
from jobs.formats import client_bank
from jobs.formats.identifiers import currency_of
from jobs.records import Direction, Transaction

CHUNK = 1 << 18
MOST_REJECTS = 20
_DOUBTFUL = frozenset({"differs", "unproven"})

Heard = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class TrialReject:
    """A row that would be rejected: which, where in it, why."""

    row_no: int
    number: str
    field: str | None
    value: str | None
    code: str
    args: Mapping[str, str | int]


@dataclass(slots=True)
class Turnover:
    documents: int = 0
    amount: Decimal = Decimal(0)


@dataclass(slots=True)
class Trial:
    """Everything that is said of a file. ``repeats`` are documents equal to an earlier one of the file."""

    file: client_bank.FileSurvey
    rows: int = 0
    by_direction: dict[tuple[Direction, str], Turnover] = field(default_factory=dict)
    reasons: Counter[tuple[str, str]] = field(default_factory=Counter)
    rejects: list[TrialReject] = field(default_factory=list)
    warnings: Counter[str] = field(default_factory=Counter)
    repeats: int = 0
    totals: list[tuple[str, ControlTotal]] = field(default_factory=list)

    @property
    def rejected(self) -> int:
        return sum(self.reasons.values())

    @property
    def doubtful(self) -> bool:
        """An account that does not add up, or of which that cannot be said."""
        return any({total.turnover, total.closing} & _DOUBTFUL for _, total in self.totals)

    def take(self, transaction: Transaction) -> None:
        found = self.by_direction.setdefault((transaction.direction, transaction.currency), Turnover())
        found.documents += 1
        found.amount += transaction.amount
        self.warnings.update(transaction.warnings)

    def reject(self, raw: client_bank.RawRow, error: MalformedRow) -> None:
        self.reasons[(error.code, error.field or "")] += 1
        if len(self.rejects) < MOST_REJECTS:
            self.rejects.append(
                TrialReject(
                    self.rows, raw.get("Номер", ""), error.field, error.value, error.code, error.arguments
                )
            )


def examine(path: Path, heard: Heard = lambda _: None) -> Trial:
    """Read the file twice, as an import does; ``heard`` is told the bytes of each chunk.

    Raises UnsupportedFormat for what is no statement, OSError for what cannot be opened.
    """
    surveyor = client_bank.Surveyor()
    for chunk in _chunks(path, heard):
        surveyor.feed(chunk)
    trial = Trial(surveyor.close())
    _read(path, trial, heard)
    return trial


def currency(account: str, fallback: str = "RUB") -> str:
    """The currency of an account, by its digits 6 to 8."""
    return currency_of(account) or fallback


def _read(path: Path, trial: Trial, heard: Heard) -> None:
    context = client_bank.Context.of(trial.file.context())
    parser = client_bank.StatementParser(trial.file)
    totals, ordinals = client_bank.Totals(), client_bank.Ordinals(trial.file.documents)
    for raw in _rows(path, parser, heard):
        trial.rows += 1
        facts = client_bank.facts(raw, context)
        totals.add(facts)
        before = ordinals.seen(facts.fingerprint)
        trial.repeats += before > 0
        try:
            trial.take(client_bank.to_transaction(raw, context, before))
        except MalformedRow as error:
            trial.reject(raw, error)
    trial.totals = totals.result(parser.sections, lambda _: "")


def _rows(path: Path, parser: client_bank.StatementParser, heard: Heard) -> Iterator[client_bank.RawRow]:
    for chunk in _chunks(path, heard):
        yield from parser.feed(chunk)
    yield from parser.close()


def _chunks(path: Path, heard: Heard) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            heard(len(chunk))
            yield chunk
