"""Counts of a task's batches while they are added up."""

from dataclasses import dataclass

from events.records import Counts
from events.tasks import TaskBatchImported
from projections.altering import altered


@dataclass(frozen=True)
class Tally:
    """Counts that are being added up: as ``Counts``, but nothing is checked again (0.6 µs instead of 3)."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    duplicate: int = 0
    rejected: int = 0
    retracted: int = 0
    skipped: int = 0

    def plus(self, more: Counts | TaskBatchImported) -> "Tally":
        return altered(
            self,
            created=self.created + more.created,
            updated=self.updated + more.updated,
            unchanged=self.unchanged + more.unchanged,
            duplicate=self.duplicate + more.duplicate,
            rejected=self.rejected + more.rejected,
            retracted=self.retracted + more.retracted,
            skipped=self.skipped + more.skipped,
        )

    @property
    def total(self) -> int:
        return sum(self.__dict__.values())


NO_ROWS = Tally()
