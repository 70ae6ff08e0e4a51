"""What a further attempt does again: which recorded batches, which rows of them, and how it goes on.

Pure. Everything here is of attempts that have ended, so that the same plan follows however often it is made.
"""

from collections.abc import Iterable, Mapping, Sequence

from domain.plans import Correction, Mended, Past, Place, Plan, Row, Step
from domain.work import Work
from events.records import VERDICTS, Counts


def plan(work: Work, pasts: Sequence[Past], corrections: Mapping[int, Correction]) -> Plan:
    """The plan of attempt ``work.attempt``. ``pasts`` are the attempts before it, in their order;
    ``corrections`` the latest of each row."""
    mine = [past for past in pasts if past.origin == work.origin]
    if not mine:
        return Plan(behind=True, corrected=_corrected_anew(pasts, corrections))
    corrected = _corrected(mine, corrections)
    places = _prefix(mine)
    befores = _latest(mine)
    if work.scope == "rejected":
        steps = _rejected_steps(places, rejected_rows(mine))
        return Plan(steps=steps, corrected=_of_steps(corrected, steps))
    done = _done_since(mine, work.since) if work.scope == "unfinished" else frozenset()
    steps = tuple(
        Step(place=place, before=befores.get(place.batch_no))
        for place in places
        if place.batch_no not in done
    )
    last = places[-1] if places else None
    behind = work.whole is None or work.whole.batches != len(places)
    return Plan(
        steps=steps,
        behind=behind,
        after_batch=last.batch_no if last else 0,
        after_row=last.first_row + last.rows - 1 if last else 0,
        befores={no: counts for no, counts in befores.items() if no > len(places)} if behind else {},
        sparing=frozenset(no for no in done if no > len(places)) if behind else frozenset(),
        corrected=corrected,
    )


def changed_since(told: int, pasts: Sequence[Past], now: Plan, origin: int) -> list[tuple[Row, Row]]:
    """Rows that have another form by plan ``now`` than when attempt ``told`` was read: that one, and the new
    one. A row that nobody had corrected by then is as it was first rejected."""
    mine = [past for past in pasts if past.origin == origin]
    then: dict[int, Mended] = {}
    latest: dict[int, Mended] = {}
    for past in mine:
        latest |= past.corrected
        if past.attempt <= told:
            then |= past.corrected
    latest |= now.corrected
    first = {row_no: rows[0] for row_no, rows in _rejected_as(mine).items()}
    changes = []
    for row_no, mended in sorted(latest.items()):
        known = then.get(row_no)
        # Of a source that was read anew nobody knows whether the correction was for this very row.
        was = known.row if known is not None and known.instead_of is None else first.get(row_no)
        if was is not None and was != mended.row:
            changes.append((was, mended.row))
    return changes


def rejected_rows(pasts: Iterable[Past]) -> dict[int, dict[int, Row]]:
    """By batch: the rows whose latest verdict is that they are rejected, as they were then.

    Whoever does a batch again does all its rejected rows, so that an outcome replaces what was known of it.
    """
    found: dict[int, dict[int, Row]] = {}
    for past in pasts:
        for outcome in past.outcomes:
            found[outcome.batch_no] = dict(outcome.rejected)
    return {batch_no: rows for batch_no, rows in found.items() if rows}


def _corrected(pasts: Sequence[Past], corrections: Mapping[int, Correction]) -> dict[int, Mended]:
    """Of attempts of one origin. A rejected row takes its latest correction; one that is loaded stays as it
    was loaded, because a correction that came too late would make a second row of it."""
    rejected = {row_no for rows in rejected_rows(pasts).values() for row_no in rows}
    mended: dict[int, Mended] = {}
    for past in pasts:
        mended |= past.corrected
    numbers = {past.attempt for past in pasts}
    return mended | {
        row_no: Mended(row=correction.row)
        for row_no, correction in corrections.items()
        if row_no in rejected and correction.attempt in numbers
    }


def _corrected_anew(pasts: Sequence[Past], corrections: Mapping[int, Correction]) -> dict[int, Mended]:
    """For a source that is read anew: each correction only for the row that it was made for."""
    found: dict[int, Mended] = {}
    for origin in sorted({past.origin for past in pasts}):
        mine = [past for past in pasts if past.origin == origin]
        rejected = _rejected_as(mine)
        for row_no, mended in _corrected(mine, corrections).items():
            instead_of = (*(mended.instead_of or ()), *rejected.get(row_no, ()))
            found[row_no] = Mended(row=mended.row, instead_of=instead_of)
    return found


def _rejected_as(pasts: Iterable[Past]) -> dict[int, list[Row]]:
    """By number: every form in which a row was rejected."""
    found: dict[int, list[Row]] = {}
    for past in pasts:
        for outcome in past.outcomes:
            for row_no, row in outcome.rejected.items():
                found.setdefault(row_no, []).append(row)
    return found


def _prefix(pasts: Iterable[Past]) -> list[Place]:
    """The batches of the source from the first, each where it was recorded last, until one is missing."""
    found = {place.batch_no: place for past in pasts if past.scope != "rejected" for place in past.places}
    places: list[Place] = []
    while (place := found.get(len(places) + 1)) is not None:
        places.append(place)
    return places


def _latest(pasts: Iterable[Past]) -> dict[int, Counts]:
    """By batch: the latest verdict of each of its rows, added up over its outcomes."""
    sums: dict[int, list[int]] = {}
    for past in pasts:
        for outcome in past.outcomes:
            counted = sums.setdefault(outcome.batch_no, [0] * len(VERDICTS))
            for place, name in enumerate(VERDICTS):
                counted[place] += getattr(outcome.counts, name)
                counted[place] -= getattr(outcome.before, name) if outcome.before else 0
    return {no: Counts(**dict(zip(VERDICTS, counted, strict=True))) for no, counted in sums.items()}


def _done_since(pasts: Iterable[Past], since: int) -> frozenset[int]:
    return frozenset(
        outcome.batch_no
        for past in pasts
        if past.attempt >= since and past.scope != "rejected"
        for outcome in past.outcomes
    )


def _rejected_steps(places: Iterable[Place], rejected: Mapping[int, Mapping[int, Row]]) -> tuple[Step, ...]:
    return tuple(
        Step(place=place, only=tuple(sorted(rows)), before=Counts(rejected=len(rows)))
        for place in places
        if (rows := rejected.get(place.batch_no))
    )


def _of_steps(corrected: Mapping[int, Mended], steps: Iterable[Step]) -> dict[int, Mended]:
    wanted = {row_no for step in steps for row_no in step.only or ()}
    return {row_no: row for row_no, row in corrected.items() if row_no in wanted}
