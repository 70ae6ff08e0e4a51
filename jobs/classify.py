"""The category (статья движения денежных средств) of a bank transaction, how it was found, how sure.

Order: own transfer, the user's rules, what 1C itself says, confirmed history by ИНН and direction, the text
model where it is sure, keyword presets, none. A choice made by a person is kept by who writes the row.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Protocol

from jobs.patterns import compiled
from jobs.presets import preset_by_words
from jobs.purposes import folded, without_numbers

TRANSFER = "Перевод между своими счетами"
THRESHOLD = 0.95
# How often a model must be right in what it decides, to become the active one by itself.
LEAST_PRECISION = 0.9
# Where persons have said several things of one counterparty, the text of the purpose decides if it can.
UNDISPUTED = 0.8


class Candidate(Protocol):
    """What a rule looks at: a transaction on its way in, or one that is stored."""

    @property
    def direction(self) -> str: ...
    @property
    def amount(self) -> Decimal: ...
    @property
    def account(self) -> str: ...
    @property
    def counterparty_inn(self) -> str: ...
    @property
    def counterparty_account(self) -> str: ...
    @property
    def purpose(self) -> str: ...
    @property
    def category(self) -> str | None: ...


class TextModel(Protocol):
    """What a model says of a purpose without numbers (``purposes.without_numbers``)."""

    @property
    def version(self) -> int: ...
    @property
    def threshold(self) -> float: ...
    def best(self, words: str, direction: str) -> tuple[str, float] | None: ...


@dataclass(frozen=True, slots=True)
class Rule:
    """A user's rule: every condition that is set must hold. ``purpose`` is a part of the text, or a pattern
    where ``is_pattern`` (raises BadPattern for one that is none); both without case, ё as е."""

    id: str
    category: str
    inn: str | None = None
    account: str | None = None
    direction: str | None = None
    purpose: str | None = None
    is_pattern: bool = False
    amount_from: Decimal | None = None
    amount_to: Decimal | None = None
    stop: bool = True
    _fits: Callable[[str], bool] | None = field(init=False, default=None, compare=False)

    def __post_init__(self) -> None:
        if self.purpose is not None:
            if self.is_pattern:
                fits = compiled(self.purpose.replace("ё", "е").replace("Ё", "Е"))
            else:
                fits = _within(folded(self.purpose))
            object.__setattr__(self, "_fits", fits)

    def holds(self, row: Candidate, text: str | None = None) -> bool:
        """Whether every condition is met by ``row``; ``text`` is its folded purpose, where it is known."""
        return (
            (self.inn is None or self.inn == row.counterparty_inn)
            and (self.account is None or self.account in (row.account, row.counterparty_account))
            and (self.direction is None or self.direction == row.direction)
            and (self.amount_from is None or row.amount >= self.amount_from)
            and (self.amount_to is None or row.amount <= self.amount_to)
            and (self._fits is None or self._fits(folded(row.purpose) if text is None else text))
        )


def _within(part: str) -> Callable[[str], bool]:
    return lambda text: part in text


@dataclass(frozen=True, slots=True)
class Decision:
    """``how`` is ``transfer``, ``rule:<id>``, ``source``, ``history``, ``model:<version>``, ``preset`` or
    None; ``confidence`` 0 … 1."""

    category: str | None
    how: str | None
    confidence: float | None

    def differs(self, category: str | None, how: str | None, confidence: float | None) -> bool:
        """From what stands in a row, which has single precision."""
        sure = None if confidence is None else round(confidence, 3)
        return (category, how, sure) != (self.category, self.how, self.confidence)

    def instead_of(self, category: str | None) -> tuple[str, dict[str, str]]:
        """Code and arguments, for ``infra/words``, of a row where ``category`` stood."""
        said = {"old": category or "—", "new": self.category or "—", "how": self.how or "—"}
        return "decided_otherwise" if category == self.category else "category_changes", said


NONE = Decision(None, None, None)
_OWN = Decision(TRANSFER, "transfer", 1.0)


class Classifier:
    """Classifies the rows of a batch; ``history`` gives, by (ИНН, direction), how often which category
    was confirmed. Without ``automatic`` only what the source says is kept."""

    def __init__(
        self,
        rules: Sequence[Rule] = (),
        history: Mapping[tuple[str, str], Mapping[str, int]] | None = None,
        model: TextModel | None = None,
        *,
        automatic: bool = True,
    ) -> None:
        self._rules = rules
        self._history = history or {}
        self._model = model
        self._automatic = automatic

    def decide(self, row: Candidate) -> Decision:
        """The decision for one row; the same row gives the same decision."""
        if not self._automatic:
            return Decision(row.category, "source", 1.0) if row.category else NONE
        if row.direction == "transfer":
            return _OWN
        if self._rules and (found := by_rule(self._rules, row)):
            return found
        if row.category:
            return Decision(row.category, "source", 1.0)
        confirmed = self._by_history(row) if self._history else None
        if confirmed is not None and (confirmed.confidence or 0) >= UNDISPUTED:
            return confirmed
        words = without_numbers(row.purpose)
        if self._model is not None and (found := _by_model(self._model, words, row.direction)):
            return found
        if confirmed is not None:
            return confirmed
        preset = preset_by_words(words, row.direction)
        return Decision(preset, "preset", 0.6) if preset else NONE

    def _by_history(self, row: Candidate) -> Decision | None:
        seen = self._history.get((row.counterparty_inn, row.direction))
        if not seen or not row.counterparty_inn:
            return None
        category, times = max(seen.items(), key=lambda item: (item[1], item[0]))
        return Decision(category, "history", round(times / sum(seen.values()), 3))


def by_rule(rules: Sequence[Rule], row: Candidate) -> Decision | None:
    """What the rules say, in their order: the first that holds and stops, else the last that holds."""
    found: Decision | None = None
    text = folded(row.purpose)
    for rule in rules:
        if rule.holds(row, text):
            found = Decision(rule.category, f"rule:{rule.id}", 1.0)
            if rule.stop:
                break
    return found


def _by_model(model: TextModel, words: str, direction: str) -> Decision | None:
    said = model.best(words, direction) if direction in ("in", "out") else None
    if said is None or said[1] < model.threshold:
        return None
    return Decision(said[0], f"model:{model.version}", round(said[1], 3))
