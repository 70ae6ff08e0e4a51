"""Task kind ``contractors``: 1C's Справочник.Контрагенты becomes contractors."""

from typing import Any

import psycopg

from domain.errors import Fatal, MalformedRow
from jobs.base import Batch, BatchResult, RejectedRow, RowVerdict, Source, SourceTools, TaskSpec, Upload
from jobs.kinds.contractor_rows import IncomingContractor, counted, write_contractors
from jobs.sources.onec.catalogue import ContractorsSource
from jobs.sources.onec.contractors import to_contractor
from jobs.sources.onec.settings import OneCSettings


class Contractors:
    """1C's elements follow their DataVersion, and a deletion mark retracts them."""

    name = "contractors"
    upload: Upload | None = None

    def source(self, task: TaskSpec, tools: SourceTools) -> Source:
        if task.source.get("type") != "onec":
            raise Fatal("source_unknown", source=str(task.source.get("type")))
        if not isinstance(tools.onec, OneCSettings):
            raise Fatal("onec_not_configured")
        return ContractorsSource(tools.onec, tools.objects, task.task_id, task.attempt)

    async def write(self, connection: psycopg.AsyncConnection[Any], batch: Batch) -> BatchResult:
        rows: list[IncomingContractor] = []
        rejects: list[RejectedRow] = []
        for row_no, raw in enumerate(batch.rows, batch.first_row):
            try:
                rows.append(IncomingContractor(row_no, to_contractor(raw)))
            except MalformedRow as error:
                rejects.append(RejectedRow(row_no, raw, error))
        said = await write_contractors(connection, batch, rows)
        said |= {reject.row_no: RowVerdict("rejected") for reject in rejects}
        verdicts = tuple(said[row_no] for row_no in sorted(said))
        return BatchResult(counted(verdicts), tuple(rejects), verdicts)
