"""One attempt of a task: what it is to do, what has been done, and what follows on it."""

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from domain.ranges import Ranges
from events.base import Record
from events.records import ControlTotal, Counts
from events.tasks import Input, Scope, TaskSourceRead


class SourceFacts(Record):
    """The source was read to its end: so many rows, in so many batches or ``skipped``.

    ``doubts`` counts accounts whose control totals differ or are unproven; ``stated``: the attempt has told
    totals at all. ``of`` are rows and batches of the whole where the attempt did a part and then read on to
    the end.
    """

    rows: int
    batches: int
    skipped: int = 0
    doubts: int = 0
    notes: tuple[str, ...] = ()
    stated: bool = False
    of: tuple[int, int] | None = None


def reads_anew(scope: Scope, source: Input) -> bool:
    """Whether an attempt asks the source for everything again: its rows get numbers of their own."""
    return scope == "all" and source == "source"


class Work(Record):
    """One attempt: what it is to do and what has been done.

    ``tries`` counts its starts, ``faults`` those that failed by their source. The three ``…_before`` are
    what earlier attempts left standing when this one does only a part of the source again. ``origin`` is
    the attempt whose reading of the source numbers rows and batches, ``since`` the one that last began with
    all of them, ``whole`` what was found at the end of the source where an earlier attempt has reached it.
    ``params`` are what attempts do otherwise than was submitted: this one, and those that follow.
    ``closed_period_override`` is the id of the reason for which it may touch the closed period, and
    ``touched_closed`` counts the rows with which it did.
    """

    attempt: int = 1
    scope: Scope = "all"
    input: Input = "source"
    tries: int = 0
    faults: int = 0
    done: Ranges = Ranges()
    counts: Counts = Counts()
    warned: int = 0
    touched_closed: int = 0
    closed_period_override: str | None = None
    source: SourceFacts | None = None
    rejected_before: int = 0
    warned_before: int = 0
    doubts_before: int = 0
    origin: int = 1
    since: int = 1
    whole: SourceFacts | None = None
    params: dict[str, Any] = Field(default_factory=dict)

    @property
    def totals(self) -> Counts:
        """The verdicts so far; rows of the source that are in no batch count as skipped."""
        return self.counts + Counts(skipped=self.source.skipped) if self.source else self.counts

    @property
    def rejected(self) -> int:
        """Rows that stand rejected by now; those that are loaded again were among them."""
        again = self.counts.total if self.scope == "rejected" else 0
        return max(self.rejected_before - again, 0) + self.counts.rejected

    @property
    def warned_by_now(self) -> int:
        """Rows that carry a warning; one that was rejected carried none."""
        return self.warned_before + self.warned

    @property
    def doubts(self) -> int:
        if self.source is None or not self.source.stated:
            return self.doubts_before + (self.source.doubts if self.source else 0)
        # A part that tells totals tells those of the whole, over rows that were corrected since.
        return self.source.doubts

    @property
    def all_in(self) -> bool:
        """Every batch that was cut has been imported.

        A part of a source keeps the batch numbers it had, with gaps, so that there only their
        count can be asked for.
        """
        if self.source is None:
            return False
        if self.scope == "all":
            return self.done.covers(self.source.batches) or len(self.done) > self.source.batches
        return len(self.done) >= self.source.batches

    @property
    def complete(self) -> bool:
        """Every row of the source has a verdict, by this attempt or one before."""
        return self.scope == "rejected" or self.all_in

    @property
    def found(self) -> SourceFacts | None:
        """What the end of the source was like, where an attempt of this origin has reached it."""
        if self.source is None:
            return self.whole
        if self.scope == "all":
            return self.source
        if self.source.of is None:
            if self.whole is None or not self.source.stated:
                return self.whole
            return self.whole.model_copy(update={"doubts": self.source.doubts})
        rows, batches = self.source.of
        return self.source.model_copy(update={"rows": rows, "batches": batches, "of": None})


def facts_of(event: TaskSourceRead) -> SourceFacts:
    """What was found at the end of the source."""
    return SourceFacts(
        rows=event.rows,
        batches=event.batches,
        skipped=event.skipped,
        doubts=sum(_doubtful(total) for total in event.controls),
        notes=event.notes,
        stated=bool(event.controls),
        of=_whole(event),
    )


def _whole(event: TaskSourceRead) -> tuple[int, int] | None:
    if event.source_rows is None or event.source_batches is None:
        return None
    return event.source_rows, event.source_batches


def _doubtful(total: ControlTotal) -> bool:
    return bool({total.turnover, total.closing} & {"differs", "unproven"})


# Of one attempt alone: the dry run that its verdicts are compared with.
_OF_ONE = frozenset({"preview"})


def next_work(
    work: Work, attempt: int, scope: Scope, source: Input, params: Mapping[str, Any] | None = None
) -> Work:
    """The attempt after ``work``: what it does not touch stays as doubtful as it was. Doubts about totals
    are those of whoever has reached the end of the source."""
    anew = reads_anew(scope, source)
    doubts = work.found.doubts if work.found else work.doubts
    return Work(
        attempt=attempt,
        scope=scope,
        input=source,
        rejected_before=0 if scope == "all" else work.rejected,
        warned_before=0 if scope == "all" else work.warned_by_now,
        doubts_before=0 if scope == "all" else doubts,
        origin=attempt if anew else work.origin,
        since=attempt if scope == "all" else work.since,
        whole=None if anew else work.found,
        params={name: said for name, said in work.params.items() if name not in _OF_ONE} | dict(params or {}),
    )
