"""Task kind ``contractors``: 1C's Справочник.Контрагенты, or a file of them, becomes contractors."""

from collections.abc import Iterable, Iterator
from typing import Any

import psycopg

from domain.errors import Fatal, MalformedRow
from jobs.base import (
    Batch,
    BatchResult,
    RejectedRow,
    RowVerdict,
    Source,
    SourceTools,
    TaskSpec,
    Upload,
    WarnedRow,
)
from jobs.contractors.layouts import CONTRACTORS
from jobs.contractors.reading import to_contractor as of_file
from jobs.kinds import undo_tables
from jobs.kinds.contractor_rows import RETRACTING, ContractorWriter, IncomingContractor
from jobs.kinds.gone_rows import gone_rows, take_back
from jobs.params import TableParams
from jobs.sources.onec import earlier
from jobs.sources.onec.catalogue import ContractorsSource
from jobs.sources.onec.contractors import to_contractor as of_1c
from jobs.sources.onec.settings import OneCSettings
from jobs.sources.tabular import refuse_other, tabular
from jobs.verdicts import counted, in_order


class Contractors:
    """1C's elements follow their DataVersion, and a deletion mark retracts them; a file's rows follow their
    content, and leave alone what 1C has."""

    name = "contractors"
    in_order = True
    undoing = undo_tables.CONTRACTORS
    upload: Upload | None = Upload("contractors", TableParams, refuse_other, CONTRACTORS)

    def __init__(self) -> None:
        self._writer = ContractorWriter()

    def source(self, task: TaskSpec, tools: SourceTools) -> Source:
        match task.source.get("type"):
            case "upload":
                return tabular(task, tools, CONTRACTORS, "contractors")
            case "onec":
                return _catalogue(task, tools)
            case other:
                raise Fatal("source_unknown", source=str(other))

    async def write(self, connection: psycopg.AsyncConnection[Any], batch: Batch) -> BatchResult:
        rows: list[IncomingContractor] = []
        rejects: list[RejectedRow] = []
        read = of_1c if batch.context.get("source") == "onec" else of_file
        gone = gone_rows(batch)
        for row_no, raw in batch.numbered():
            if row_no in gone:
                continue
            try:
                rows.append(IncomingContractor(row_no, read(raw)))
            except MalformedRow as error:
                rejects.append(RejectedRow(row_no, raw, error))
        said = await self._writer.write(connection, batch, rows)
        said |= await take_back(connection, batch, gone, RETRACTING)
        said |= {reject.row_no: RowVerdict("rejected") for reject in rejects}
        verdicts = in_order(said)
        return BatchResult(counted(verdicts), tuple(rejects), verdicts, tuple(_warned(rows)))


def _warned(rows: Iterable[IncomingContractor]) -> Iterator[WarnedRow]:
    for row_no, contractor in rows:
        if contractor.warnings and not contractor.retracted:
            args = {"inn": contractor.inn, "kpp": contractor.kpp}
            yield WarnedRow(row_no, contractor.warnings, contractor.name, args)


def _catalogue(task: TaskSpec, tools: SourceTools) -> ContractorsSource:
    """1C's elements, and what has gone of those that it had."""
    if not isinstance(tools.onec, OneCSettings):
        raise Fatal("onec_not_configured")
    known = earlier.contractors(tools.connect, tools.onec.mapping) if tools.connect else None
    return ContractorsSource(tools.onec, tools.objects, task.task_id, task.attempt, earlier=known)
