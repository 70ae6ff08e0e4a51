"""Task kind ``contractors``: 1C's Справочник.Контрагенты, or a file of them, becomes contractors."""

from typing import Any

import psycopg

from domain.errors import Fatal, MalformedRow
from jobs.base import Batch, BatchResult, RejectedRow, RowVerdict, Source, SourceTools, TaskSpec, Upload
from jobs.contractors.layouts import CONTRACTORS
from jobs.contractors.reading import to_contractor as of_file
from jobs.kinds.contractor_rows import ContractorWriter, IncomingContractor, counted
from jobs.params import TableParams
from jobs.sources.onec.catalogue import ContractorsSource
from jobs.sources.onec.contractors import to_contractor as of_1c
from jobs.sources.onec.settings import OneCSettings
from jobs.sources.tabular import refuse_other, tabular


class Contractors:
    """1C's elements follow their DataVersion, and a deletion mark retracts them; a file's rows follow their
    content, and leave alone what 1C has."""

    name = "contractors"
    upload: Upload | None = Upload("contractors", TableParams, refuse_other)

    def __init__(self) -> None:
        self._writer = ContractorWriter()

    def source(self, task: TaskSpec, tools: SourceTools) -> Source:
        match task.source.get("type"):
            case "upload":
                return tabular(task, tools, CONTRACTORS, "contractors")
            case "onec":
                if not isinstance(tools.onec, OneCSettings):
                    raise Fatal("onec_not_configured")
                return ContractorsSource(tools.onec, tools.objects, task.task_id, task.attempt)
            case other:
                raise Fatal("source_unknown", source=str(other))

    async def write(self, connection: psycopg.AsyncConnection[Any], batch: Batch) -> BatchResult:
        rows: list[IncomingContractor] = []
        rejects: list[RejectedRow] = []
        read = of_1c if batch.context.get("source") == "onec" else of_file
        for row_no, raw in enumerate(batch.rows, batch.first_row):
            try:
                rows.append(IncomingContractor(row_no, read(raw)))
            except MalformedRow as error:
                rejects.append(RejectedRow(row_no, raw, error))
        said = await self._writer.write(connection, batch, rows)
        said |= {reject.row_no: RowVerdict("rejected") for reject in rejects}
        verdicts = tuple(said[row_no] for row_no in sorted(said))
        return BatchResult(counted(verdicts), tuple(rejects), verdicts)
