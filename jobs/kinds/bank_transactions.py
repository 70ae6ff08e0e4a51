"""Task kind ``bank_transactions``: a client-bank file or a period of 1C becomes bank transactions."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Literal

import psycopg
from pydantic import Field

from domain.errors import Fatal, MalformedRow
from events.records import Counts
from jobs.base import (
    AccountTotals,
    Batch,
    BatchResult,
    RejectedRow,
    Row,
    Source,
    SourceTools,
    TaskSpec,
    Upload,
)
from jobs.classify import Classifier
from jobs.formats import client_bank
from jobs.formats.client_bank.foreign import refuse_foreign
from jobs.kinds import layers, undo_tables
from jobs.kinds.classification import load_classifier
from jobs.kinds.closed_rows import judged
from jobs.kinds.gone_rows import Retracting, gone_rows, take_back
from jobs.kinds.transaction_copy import Incoming
from jobs.kinds.transaction_rows import TransactionWriter
from jobs.kinds.transaction_verdicts import standing, verdicts, with_changes
from jobs.kinds.transaction_warnings import warned_rows
from jobs.params import ImportParams
from jobs.records import Transaction
from jobs.sources.onec import earlier
from jobs.sources.onec.gone import GONE
from jobs.sources.onec.settings import OneCSettings
from jobs.sources.onec.source import TransactionsSource
from jobs.sources.onec.transactions import to_transaction as onec_transaction
from jobs.sources.statement import StatementSource
from jobs.verdicts import counted, in_order

_RETRACTING = Retracting(
    retract=f"""
WITH written AS (
UPDATE bank_transaction SET retracted = true, changed_by = %(task)s, changed_row = NULL
WHERE NOT retracted AND data_version IS NOT NULL AND key IN (
    SELECT key FROM bank_transaction WHERE key = ANY(%(keys)s) ORDER BY key FOR UPDATE)
RETURNING new.id, new.key, {layers.before(layers.MADE_AND_CHANGED)}
), kept AS ({layers.keep("bank_transaction", row_no="NULL")})
SELECT key FROM written
""",
    stored="SELECT key FROM bank_transaction WHERE key = ANY(%(keys)s)",
    shown="Number",
)


class StatementParams(ImportParams):
    """``params`` of a statement's upload. ``must_match`` fails the task before a row is written."""

    auto_classify: bool = True
    control_totals: Literal["report", "must_match"] = "report"
    currency: str = Field(default="RUB", pattern=r"^[A-Z]{3}$")


class BankTransactions:
    """Rows of a statement are new or known, never changed by a later file; 1C's rows follow their
    DataVersion, and a deletion mark or a cancelled posting retracts them."""

    name = "bank_transactions"
    in_order = False
    undoing = undo_tables.TRANSACTIONS
    upload = Upload("bank-transactions", StatementParams, refuse_foreign)

    def __init__(self) -> None:
        self._writer = TransactionWriter()

    def source(self, task: TaskSpec, tools: SourceTools) -> Source:
        match task.source.get("type"):
            case "upload":
                return StatementSource(task, tools)
            case "onec":
                return _period(task, tools)
            case other:
                raise Fatal("source_unknown", source=str(other))

    def restated(
        self,
        totals: Sequence[AccountTotals],
        changes: Iterable[tuple[Row, Row]],
        context: Mapping[str, Any],
        account_ref: Callable[[str], str],
    ) -> tuple[AccountTotals, ...]:
        """A statement's control totals over its corrected rows."""
        of = client_bank.Context.of(context)
        said = ((_facts(then, of), _facts(now, of)) for then, now in changes)
        told = client_bank.restated([(one.account, one.total) for one in totals], said, account_ref)
        return tuple(AccountTotals(account, total) for account, total in told)

    async def write(self, connection: psycopg.AsyncConnection[Any], batch: Batch) -> BatchResult:
        read, malformed = _read(batch)
        may = await judged(connection, batch, read, gone_rows(batch))
        rows, rejects = may.rows, [*malformed, *may.rejects]
        classifier = await load_classifier(
            connection,
            {row.transaction.counterparty_inn for row in rows if row.transaction.counterparty_inn},
            automatic=bool(batch.task.params.get("auto_classify", True)),
        )
        rows = _classified(rows, classifier)
        shadow = batch.task.shadow_of is not None
        said = await verdicts(connection, batch, rows, rejects) if batch.task.wants_verdicts else {}
        before = await standing(connection, rows) if shadow else {}
        counts = await self._writer.write(connection, batch, rows)
        if shadow:
            said = with_changes(said, before, await standing(connection, rows))
        gone = await take_back(connection, batch, may.gone, _RETRACTING)
        counts += Counts(rejected=len(rejects)) + counted(tuple(gone.values()))
        shown = in_order(said | gone) if said or gone else ()
        return BatchResult(counts, tuple(rejects), shown, warned_rows(rows), may.touched)


def _facts(row: Row, context: client_bank.Context) -> client_bank.Facts:
    """A corrected value may be no text, and is no sum then."""
    texts = {name: value if isinstance(value, str) else "" for name, value in row.items()}
    return client_bank.facts(texts, context)


def _read(batch: Batch) -> tuple[list[Incoming], list[RejectedRow]]:
    """Every row of the batch that is not of a deleted document, read or rejected; in the order of their keys,
    so that batches that meet lock the same rows in the same order."""
    read = _reader_of(batch.context)
    rows: list[Incoming] = []
    rejects: list[RejectedRow] = []
    ordinals = batch.ordinals
    for row_no, raw in batch.numbered():
        if GONE in raw:
            continue
        try:
            rows.append(Incoming(row_no, read(raw, ordinals.get(row_no, 0))))
        except MalformedRow as error:
            rejects.append(RejectedRow(row_no, raw, error))
    rows.sort(key=lambda row: row.transaction.key)
    return rows, rejects


def _reader_of(context: Mapping[str, Any]) -> Callable[[Row, int], Transaction]:
    """How this batch's rows are read; what it needs of the context is made once."""
    if context.get("source") == "onec":
        return lambda raw, ordinal: onec_transaction(raw, context, ordinal)
    of_file = client_bank.Context.of(context)
    return lambda raw, ordinal: client_bank.to_transaction(raw, of_file, ordinal)


def _period(task: TaskSpec, tools: SourceTools) -> TransactionsSource:
    """The documents of ``params.date_from`` … ``params.date_to`` (ISO dates, both included)."""
    if not isinstance(tools.onec, OneCSettings):
        raise Fatal("onec_not_configured")
    first, last = date.fromisoformat(task.params["date_from"]), date.fromisoformat(task.params["date_to"])
    connect, mapping = tools.connect, tools.onec.mapping
    return TransactionsSource(
        tools.onec,
        tools.objects,
        task.task_id,
        task.attempt,
        first,
        last,
        # Deleted and un-posted documents come too: they take back what an earlier import wrote.
        only_posted=False,
        earlier=earlier.documents(connect, mapping, first, last) if connect else None,
        notes=("onec_incremental",) if task.params.get("incremental") else (),
    )


def _classified(rows: Sequence[Incoming], classifier: Classifier) -> Sequence[Incoming]:
    for row in rows:
        row.decision = classifier.decide(row.transaction)
    return rows
