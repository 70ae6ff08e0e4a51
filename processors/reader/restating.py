"""Control totals of an attempt, over rows in the form that persons have given them by now."""

from collections.abc import Mapping, Sequence
from contextlib import aclosing
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from domain.errors import Fatal
from domain.plans import Plan
from infra.kept_plans import row_of
from infra.recordings import changes_since
from jobs.base import AccountTotals, Kind, SourceTools
from jobs.restating import restating_of
from jobs.specs import as_original
from processors.reader.keeping import kept_totals
from processors.reader.leases import Lease
from processors.reader.replaying import Repeater


class Restater:
    """For one attempt; ``kafka`` is asked for a batch only where none was sent since the reader began."""

    def __init__(self, engine: AsyncEngine, kind: Kind, tools: SourceTools, lease: Lease, kafka: str) -> None:
        self._engine = engine
        self._how = restating_of(kind)
        self._tools = tools
        self._lease = lease
        self._kafka = kafka

    def read(
        self,
        totals: Sequence[AccountTotals],
        changes: Sequence[tuple[bytes, bytes]],
        context: Mapping[str, Any],
    ) -> tuple[AccountTotals, ...]:
        """Of a source that was read to its end: it says what its own rows add up to."""
        if self._how is None or not totals or not changes:
            return tuple(totals)
        rows = ((row_of(was), row_of(now)) for was, now in changes)
        return self._how.restated(totals, rows, context, self._tools.account_ref)

    async def known(self, plan: Plan, repeater: Repeater) -> tuple[AccountTotals, ...]:
        """Of an attempt that did not read the end: what was told last, over what was corrected since. A part
        of the source says nothing where nothing has changed."""
        told, totals = await kept_totals(self._engine, self._lease)
        if self._how is not None and totals:
            task_id, work = as_original(self._lease.spec).task_id, self._lease.work
            async with self._engine.connect() as connection:
                changes = await changes_since(connection, task_id, work, plan, told)
            if changes and (context := await self._context(plan, repeater)) is not None:
                return self.read(totals, changes, context)
        return totals if self._lease.work.scope == "all" else ()

    async def _context(self, plan: Plan, repeater: Repeater) -> Mapping[str, Any] | None:
        """That of any batch; a reader that took over at the end has sent none."""
        if repeater.context is None and plan.steps:
            try:
                async with aclosing(repeater.recorded(self._kafka, plan.steps[:1])) as recorded:
                    async for _ in recorded:
                        break
            except Fatal:
                return None
        return repeater.context
