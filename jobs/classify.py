"""The category (статья движения денежных средств) of a bank transaction, how it was found, how sure.

Order: own transfer, the user's rules, what 1C itself says, confirmed history by ИНН and direction,
keyword presets, none. A choice made by a person is kept by who writes the row.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from jobs.presets import preset_category
from jobs.records import Transaction

TRANSFER = "Перевод между своими счетами"


@dataclass(frozen=True, slots=True)
class Rule:
    """A user's rule: every condition that is set must hold. ``purpose`` is a part of the text, or a
    regular expression where ``is_pattern``; both without case."""

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
    _pattern: re.Pattern[str] | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        if self.purpose is not None:
            text = self.purpose if self.is_pattern else re.escape(self.purpose)
            object.__setattr__(self, "_pattern", re.compile(text, re.IGNORECASE))

    def holds(self, row: Transaction) -> bool:
        """Whether every condition of the rule is met by ``row``."""
        return (
            (self.inn is None or self.inn == row.counterparty_inn)
            and (self.account is None or self.account in (row.account, row.counterparty_account))
            and (self.direction is None or self.direction == row.direction)
            and (self.amount_from is None or row.amount >= self.amount_from)
            and (self.amount_to is None or row.amount <= self.amount_to)
            and (self._pattern is None or self._pattern.search(row.purpose) is not None)
        )


@dataclass(frozen=True, slots=True)
class Decision:
    """``how`` is ``transfer``, ``rule:<id>``, ``source``, ``history``, ``preset`` or None;
    ``confidence`` 0 … 1."""

    category: str | None
    how: str | None
    confidence: float | None


NONE = Decision(None, None, None)
_OWN = Decision(TRANSFER, "transfer", 1.0)


class Classifier:
    """Classifies the rows of a batch; ``history`` gives, by (ИНН, direction), how often which category
    was confirmed. Without ``automatic`` only what the source says is kept."""

    def __init__(
        self,
        rules: Sequence[Rule] = (),
        history: Mapping[tuple[str, str], Mapping[str, int]] | None = None,
        *,
        automatic: bool = True,
    ) -> None:
        self._rules = rules
        self._history = history or {}
        self._automatic = automatic

    def decide(self, row: Transaction) -> Decision:
        """The decision for one row; the same row gives the same decision."""
        if not self._automatic:
            return Decision(row.category, "source", 1.0) if row.category else NONE
        if row.direction == "transfer":
            return _OWN
        if self._rules and (found := self._by_rule(row)):
            return found
        if row.category:
            return Decision(row.category, "source", 1.0)
        if self._history and (found := self._by_history(row)):
            return found
        preset = preset_category(row.purpose, row.direction)
        return Decision(preset, "preset", 0.6) if preset else NONE

    def _by_rule(self, row: Transaction) -> Decision | None:
        found: Decision | None = None
        for rule in self._rules:
            if rule.holds(row):
                found = Decision(rule.category, f"rule:{rule.id}", 1.0)
                if rule.stop:
                    break
        return found

    def _by_history(self, row: Transaction) -> Decision | None:
        seen = self._history.get((row.counterparty_inn, row.direction))
        if not seen or not row.counterparty_inn:
            return None
        category, times = max(seen.items(), key=lambda item: (item[1], item[0]))
        return Decision(category, "history", round(times / sum(seen.values()), 3))
