"""What a reader says of its attempt: how much there is, and what it came to."""

from typing import Any

from domain.plans import Plan
from domain.work import Work
from events.tasks import TaskProgressed, TaskSourceRead
from jobs.base import Summary, Survey
from processors.reader.leases import Lease
from processors.reader.replaying import Progress, rows_of


def head_of(lease: Lease) -> dict[str, Any]:
    """What all batches of an attempt have in common."""
    return {"attempt": lease.spec.attempt, "kind": lease.spec.kind, "dry_run": lease.spec.dry_run}


def surveyed(lease: Lease, plan: Plan, survey: Survey, done: Progress) -> TaskProgressed:
    again = sum(map(rows_of, plan.steps))
    total: int | None = again
    if plan.behind:
        total = None if survey.rows is None else again + max(survey.rows - plan.after_row, 0)
    return TaskProgressed(
        attempt=lease.spec.attempt, processed=done.rows, total=total, message="source_surveyed"
    )


def whole_read(work: Work) -> Summary:
    """The end of the source as an earlier attempt has found it."""
    found = work.whole
    return Summary(rows=0) if found is None else Summary(found.rows, found.skipped, notes=found.notes)


def source_read(lease: Lease, plan: Plan, read: Summary, cut: int | None) -> TaskSourceRead:
    """``cut`` is the number of the source's last batch where this attempt has read to its end."""
    again, batches = sum(map(rows_of, plan.steps)), len(plan.steps)
    said = {"attempt": lease.spec.attempt, "notes": read.notes}
    totals = tuple(found.total for found in read.totals)
    if lease.work.scope == "all":
        rows, count = (again + read.skipped, batches) if cut is None else (read.rows, cut)
        return TaskSourceRead(rows=rows, batches=count, skipped=read.skipped, controls=totals, **said)
    if cut is None:
        return TaskSourceRead(rows=again, batches=batches, controls=totals, **said)
    spared = sum(plan.befores[batch_no].total for batch_no in plan.sparing)
    return TaskSourceRead(
        rows=again + read.rows - plan.after_row - spared,
        batches=batches + cut - plan.after_batch - len(plan.sparing),
        skipped=read.skipped,
        controls=totals,
        source_rows=read.rows,
        source_batches=cut,
        **said,
    )
