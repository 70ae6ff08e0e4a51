"""Does a statement add up: what it says of each own account against what its documents say."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal

from events.records import ControlTotal, Proof
from jobs.formats.client_bank.movement import Facts
from jobs.formats.client_bank.sections import AccountSection, merge


@dataclass(slots=True)
class Found:
    """What the rows of one account say, in kopecks."""

    received: int = 0
    spent: int = 0
    unreadable: int = 0


class Totals:
    """Kopecks per own account, over all readable rows, those that are rejected later included.

    A transfer counts for both of its accounts. A row whose amount cannot be read leaves its account
    ``unproven``; one of which nobody can say which own account it moved leaves every account so that
    does not add up without it.
    """

    def __init__(self) -> None:
        self._found: dict[str, Found] = {}
        self.unplaced = 0
        self.unplaced_unreadable = 0

    def add(self, facts: Facts) -> None:
        _, payer, payee, amount = facts
        if payer:
            found = self._found.get(payer) or self._found.setdefault(payer, Found())
            if amount is None:
                found.unreadable += 1
            else:
                found.spent += amount
        if payee:
            found = self._found.get(payee) or self._found.setdefault(payee, Found())
            if amount is None:
                found.unreadable += payee != payer
            else:
                found.received += amount
        if not payer and not payee:
            self.unplaced += 1
            self.unplaced_unreadable += amount is None

    @property
    def accounts(self) -> list[str]:
        return list(self._found)

    def of(self, account: str) -> Found:
        return self._found.get(account) or Found()

    def result(
        self, sections: Iterable[AccountSection], account_ref: Callable[[str], str]
    ) -> list[tuple[str, ControlTotal]]:
        """Each account that has a section or documents, in the order of the sections, with its verdicts."""
        stated = merge(sections)
        accounts = dict.fromkeys((*stated, *self._found))
        return [
            (account, self._judge(stated.get(account) or AccountSection(account), account_ref(account)))
            for account in accounts
        ]

    def _judge(self, stated: AccountSection, account_ref: str) -> ControlTotal:
        found = self.of(stated.account)
        turnover = [
            (said, counted)
            for said, counted in ((stated.received, found.received), (stated.spent, found.spent))
            if said is not None
        ]
        closing = []
        if stated.opening is not None and stated.closing is not None:
            closing = [(stated.closing, stated.opening + found.received - found.spent)]
        return ControlTotal(
            account_ref=account_ref,
            opening_stated=_roubles(stated.opening),
            in_stated=_roubles(stated.received),
            out_stated=_roubles(stated.spent),
            closing_stated=_roubles(stated.closing),
            in_found=Decimal(found.received).scaleb(-2),
            out_found=Decimal(found.spent).scaleb(-2),
            unreadable=found.unreadable + self.unplaced,
            turnover=self._proof(turnover, found.unreadable),
            closing=self._proof(closing, found.unreadable),
        )

    def _proof(self, pairs: list[tuple[int, int]], unreadable: int) -> Proof:
        if not pairs:
            return "not_stated"
        if unreadable or self.unplaced_unreadable:
            return "unproven"
        if all(said == counted for said, counted in pairs):
            return "adds_up"
        return "unproven" if self.unplaced else "differs"


def _roubles(kopecks: int | None) -> Decimal | None:
    return None if kopecks is None else Decimal(kopecks).scaleb(-2)
