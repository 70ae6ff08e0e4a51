"""Task kind ``contractors``: 1C's Справочник.Контрагенты becomes contractors."""

from typing import Any

import psycopg

from domain.errors import Fatal, MalformedRow
from jobs.base import Batch, BatchResult, RejectedRow, RowVerdict, Source, SourceTools, TaskSpec, Upload
from jobs.kinds.contractor_rows import RETRACTING, IncomingContractor, write_contractors
from jobs.kinds.gone_rows import gone_rows, take_back
from jobs.kinds.verdicts import counted, in_order
from jobs.sources.onec import earlier
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
        known = earlier.contractors(tools.connect, tools.onec.mapping) if tools.connect else None
        return ContractorsSource(tools.onec, tools.objects, task.task_id, task.attempt, earlier=known)

    async def write(self, connection: psycopg.AsyncConnection[Any], batch: Batch) -> BatchResult:
        rows: list[IncomingContractor] = []
        rejects: list[RejectedRow] = []
        gone = gone_rows(batch)
        for row_no, raw in enumerate(batch.rows, batch.first_row):
            if row_no in gone:
                continue
            try:
                rows.append(IncomingContractor(row_no, to_contractor(raw)))
            except MalformedRow as error:
                rejects.append(RejectedRow(row_no, raw, error))
        said = await write_contractors(connection, batch, rows)
        said |= await take_back(connection, batch, gone, RETRACTING)
        said |= {reject.row_no: RowVerdict("rejected") for reject in rejects}
        verdicts = in_order(said)
        return BatchResult(counted(verdicts), tuple(rejects), verdicts)
