"""One event of every type with all its fields filled. The numbers belong together where they can."""

from datetime import UTC, datetime
from decimal import Decimal

from events.audit import RootSigned
from events.base import Event
from events.cloudevents import Envelope
from events.records import ControlTotal, Counts, ErrorInfo
from events.rows import BatchRecorded, RowCorrected, RowRejected
from events.tasks import (
    TaskBatchImported,
    TaskCancelled,
    TaskCancelRequested,
    TaskCleanupRequested,
    TaskCompleted,
    TaskFailed,
    TaskProgressed,
    TaskPurged,
    TaskReplayRequested,
    TaskRequestAccepted,
    TaskRequestRefused,
    TaskRetryScheduled,
    TaskRowCorrected,
    TaskSourceRead,
    TaskStalled,
    TaskStarted,
    TaskSubmitted,
    TaskUndone,
    TaskUndoRequested,
    TaskWorkFailed,
)

TASK = "0192f0a1-7c5e-7000-8000-00000000a001"
AT = datetime(2025, 3, 3, 7, 41, 57, 123000, tzinfo=UTC)
TOTALS = Counts(created=7, updated=1, unchanged=2, duplicate=3, rejected=4, retracted=5, skipped=6)
ERROR = ErrorInfo(
    code="onec_unavailable",
    args={"status": 503, "entity": "Document_СписаниеСРасчетногоСчета"},
    fingerprint="4f2a9c0d11e8b7a6",
    retryable=True,
    detail_id="0192f0a1-7c5e-7000-8000-00000000d001",
)
CONTROL = ControlTotal(
    account_ref="9b2c",
    opening_stated=Decimal("1000.00"),
    in_stated=Decimal("40000.00"),
    out_stated=Decimal("41184.00"),
    closing_stated=Decimal("-184.00"),
    in_found=Decimal("40000.00"),
    out_found=Decimal("41184.01"),
    unreadable=1,
    turnover="unproven",
    closing="differs",
)
ROW = {"Номер": "17", "Дата": "31.02.2025", "Сумма": "1250.00"}

FULL: tuple[Event, ...] = (
    TaskSubmitted(
        kind="bank_transactions",
        params={"auto_classify": True, "control_totals": "report"},
        source={"type": "upload", "sha256": "6f1d", "bytes": 48211},
        priority="high",
        idempotency_key="march-1",
        dry_run=True,
    ),
    TaskStarted(seq=1, attempt=1, tries=2, worker="conductor"),
    TaskProgressed(attempt=1, processed=500, total=1200, message="survey"),
    TaskSourceRead(
        attempt=1, rows=1200, batches=12, skipped=6, controls=(CONTROL,), notes=("onec_allowed_only",)
    ),
    TaskBatchImported(
        attempt=1, batch_no=3, rows=28, warned=2, elapsed_ms=41, worker="importer-1", **TOTALS.model_dump()
    ),
    TaskWorkFailed(attempt=1, tries=2, worker="reader-1", batch_no=3, error=ERROR),
    TaskStalled(attempt=1, worker="reader-1", successor="reader-2"),
    TaskRetryScheduled(seq=2, attempt=1, tries=2, limit=5, at=AT, error=ERROR),
    TaskCompleted(seq=3, attempt=1, totals=TOTALS, outcome="partial", result={"inserted": 7, "notes": []}),
    TaskFailed(seq=3, attempt=1, error=ERROR, totals=TOTALS),
    TaskCancelRequested(),
    TaskCancelled(seq=3, attempt=1, totals=TOTALS),
    TaskRequestAccepted(seq=4, request="replay", attempt=2, scope="unfinished", input="source", force=True),
    TaskRequestRefused(seq=4, request="cancel", reason="already_finished", state="completed"),
    TaskReplayRequested(attempt=2, scope="rejected", input="recorded"),
    TaskUndoRequested(force=True),
    TaskUndone(seq=5, removed=7, restored=1, conflicts=2),
    TaskRowCorrected(attempt=1, row_no=41, row_hash="c0ffee"),
    TaskCleanupRequested(),
    TaskPurged(seq=6),
    RowRejected(
        attempt=1,
        batch_no=1,
        row_no=41,
        raw=ROW,
        field="Дата",
        value="31.02.2025",
        code="no_such_date",
        args={"line": 812},
        fingerprint="a1b2c3d4e5f60718",
    ),
    RowCorrected(attempt=1, row_no=41, raw=ROW | {"Дата": "28.02.2025"}),
    BatchRecorded(
        attempt=1,
        batch_no=2,
        kind="bank_transactions",
        dry_run=True,
        first_row=101,
        rows=[ROW, ROW],
        ordinals={"102": 1},
        context={"own_accounts": ["40702810900000000001"]},
        reader={"offset": 20480},
    ),
    RootSigned(
        partition=3,
        number=2,
        first=41,
        last=99,
        tasks=7,
        root="ab" * 32,
        previous="cd" * 32,
        at="2026-03-03T09:00:00.000000Z",
        key="ef" * 32,
        signature="01" * 64,
    ),
)

# With the fields that their versions got later.
LATER: tuple[Event, ...] = (
    TaskReplayRequested(attempt=2, scope="all", input="source", params={"mapping": {"quantity": "C"}}),
    TaskRequestAccepted(seq=4, request="replay", attempt=2, params={"mapping": {"quantity": "C"}}),
    TaskStarted(seq=4, attempt=2, tries=1, worker="conductor", version="0.1.0"),
    TaskSourceRead(attempt=2, rows=200, batches=2, source_rows=1200, source_batches=12),
    TaskBatchImported(
        attempt=2, batch_no=3, rows=1, created=1, elapsed_ms=3, worker="importer-1", before=Counts(rejected=1)
    ),
    BatchRecorded(
        attempt=2,
        batch_no=3,
        kind="bank_transactions",
        first_row=7,
        rows=[ROW, ROW],
        row_numbers=[7, 9],
        before=Counts(rejected=2),
    ),
)

# With what they carry where a closed period is concerned.
REASON = "0192f0a1-7c5e-7000-8000-00000000f001"
CLOSED: tuple[Event, ...] = (
    TaskSubmitted(kind="bank_transactions", closed_period_override=REASON),
    TaskReplayRequested(attempt=2, scope="rejected", input="recorded", closed_period_override=REASON),
    TaskUndoRequested(closed_period_override=REASON),
    TaskRequestAccepted(seq=4, request="undo", attempt=2, closed_period_override=REASON),
    TaskBatchImported(
        attempt=2, batch_no=3, rows=2, created=2, elapsed_ms=3, worker="importer-1", touched_closed=1
    ),
    TaskUndone(seq=5, removed=7, restored=1, conflicts=2, touched_closed=3),
)


def envelope(event: Event) -> Envelope:
    return Envelope(
        id="0192f0a1-7c5e-7000-8000-00000000e001",
        time=AT,
        subject=TASK,
        actor="user:0192f0a1-7c5e-7000-8000-00000000b001",
        correlation_id="0192f0a1-7c5e-7000-8000-00000000c001",
        causation_id="0192f0a1-7c5e-7000-8000-00000000e000",
        source="/tidemark/conductor",
        event=event,
    )
