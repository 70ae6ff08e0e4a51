"""Control totals once more, where rows of the statement have another form by now."""

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal

from events.records import ControlTotal, Proof
from jobs.formats.client_bank.movement import Facts
from jobs.formats.client_bank.totals import Totals

Account = tuple[str, ControlTotal]


def restated(
    found: Sequence[Account], changes: Iterable[tuple[Facts, Facts]], account_ref: Callable[[str], str]
) -> list[Account]:
    """What ``Totals`` says of the same rows after ``changes`` (what a row said when ``found`` was told, and
    what it says now). Where it cannot be known which account an unreadable sum has moved, an account that
    was ``unproven`` stays so until no sum is unreadable: never better than ``Totals`` would say."""
    then, now = Totals(), Totals()
    for before, after in changes:
        then.add(before)
        now.add(after)
    known = dict(found)
    for account in (*then.accounts, *now.accounts):
        known.setdefault(account, ControlTotal(account_ref=account_ref(account)))
    unplaced = _unplaced(found)
    return [(account, _restated(account, total, then, now, unplaced)) for account, total in known.items()]


def _unplaced(found: Sequence[Account]) -> int | None:
    """How many rows moved nobody knows whose money. Known where an account has none, or could be judged: then
    all of its unreadable ones are these, and their sums are known."""
    judged = {"adds_up", "differs"}
    for _, total in found:
        if not total.unreadable or judged & {total.turnover, total.closing}:
            return total.unreadable
    return None if found else 0


def _restated(
    account: str, total: ControlTotal, then: Totals, now: Totals, unplaced: int | None
) -> ControlTotal:
    before, after = then.of(account), now.of(account)
    received = total.in_found + _roubles(after.received - before.received)
    spent = total.out_found + _roubles(after.spent - before.spent)
    left = total.unreadable + after.unreadable - before.unreadable + now.unplaced - then.unplaced
    if unplaced is None:
        doubtful = unsure = left > 0
    else:
        unsure = unplaced + now.unplaced - then.unplaced > 0
        own = total.unreadable - unplaced + after.unreadable - before.unreadable
        doubtful = own > 0 or now.unplaced_unreadable > then.unplaced_unreadable
    closing = None if total.opening_stated is None else total.opening_stated + received - spent
    turnover = [(total.in_stated, received), (total.out_stated, spent)]
    return total.model_copy(
        update={
            "in_found": received,
            "out_found": spent,
            "unreadable": max(left, 0),
            "turnover": _proof(turnover, doubtful=doubtful, unsure=unsure),
            "closing": _proof([(total.closing_stated, closing)], doubtful=doubtful, unsure=unsure),
        }
    )


def _proof(pairs: Sequence[tuple[Decimal | None, Decimal | None]], *, doubtful: bool, unsure: bool) -> Proof:
    said = [(stated, counted) for stated, counted in pairs if stated is not None and counted is not None]
    if not said:
        return "not_stated"
    if doubtful:
        return "unproven"
    if all(stated == counted for stated, counted in said):
        return "adds_up"
    return "unproven" if unsure else "differs"


def _roubles(kopecks: int) -> Decimal:
    return Decimal(kopecks).scaleb(-2)
