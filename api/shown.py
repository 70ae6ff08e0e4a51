"""Rows of the read models as the API shows them, in words of the reader's language."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from api.audit_models import (
    VERDICT_OF,
    AttemptInfo,
    BankTransactionInfo,
    BatchInfo,
    ContractorRef,
    Counterparty,
    EventInfo,
    PreviewRow,
)
from api.models import CompactTask, LastAttempt, TaskCounts, TaskError, TaskInfo, TaskProgress, TaskRetry
from api.reject_models import RejectInfo
from domain.errors import written_of
from events.records import Counts
from infra.wording import Language, days, word
from jobs.formats.tables.headings import ROW, Headings
from projections.queries.tasks import TaskRow

Row = Mapping[str, Any]
_PLAIN = Headings()


def task_info(row: TaskRow, language: Language) -> TaskInfo:
    """The task; file name and submitter come from beside the log, which carries neither."""
    task = row.task
    progress = task["progress"]
    position = row.position
    error = error_of(task["error"], row.detail, language)
    return TaskInfo(
        **{name: task[name] for name in _AS_IT_IS},
        progress=TaskProgress(**{**progress, "message": _message(progress["message"], language)}),
        counts=TaskCounts(**task["counts"]),
        params=row.params,
        about=row.file_name or _period(task["params"], language),
        error=error,
        retry=TaskRetry(**task["retry"], error=error) if task["retry"] else None,
        last_attempt=_last(row.last, language) if task["attempt"] > 1 else None,
        shadow_of=task["source"].get("shadow_of"),
        recorded_until=row.recorded_until,
        input_expires_soon=row.input_expires_soon,
        submitted_by=row.submitter or task["submitted_by"],
        position=str(position) if position else None,
    )


def _period(params: Row, language: Language) -> str | None:
    """The days of ``params``; what is no day was never checked and is not shown."""
    try:
        first, last = (date.fromisoformat(params[name]) for name in ("date_from", "date_to"))
    except (KeyError, TypeError, ValueError):
        return None
    return days(first, last, language)


_AS_IT_IS = (
    "id",
    "kind",
    "status",
    "outcome",
    "attempt",
    "result",
    "dry_run",
    "created_at",
    "started_at",
    "finished_at",
)
_COMPACT = {
    "pending": "running",
    "running": "running",
    "completed": "completed",
    "failed": "error",
    "cancelled": "error",
}


def compact(row: TaskRow, language: Language) -> CompactTask:
    """The shape for polling; what failed or was stopped says so in ``error``."""
    info = task_info(row, language)
    status = _COMPACT[info.status]
    words = info.error.message if info.error else info.progress.message
    return CompactTask(
        id=info.id,
        type=info.kind,
        status=status,
        progress=info.progress.percent,
        message=info.progress.message,
        result=info.result,
        error=words if status == "error" else None,
        created_at=info.created_at,
        done_at=info.finished_at,
        **({"retry": info.retry} if info.retry else {}),
    )


def _last(last: Row | None, language: Language) -> LastAttempt | None:
    if last is None:
        return None
    return LastAttempt(**{**last, "error": error_of(last["error"], last["detail"], language)})


def error_of(error: Row | None, detail: str | None, language: Language) -> TaskError | None:
    """``detail`` is what somebody else (1C) said, in its own words, or what people wrote, for the words'
    holes."""
    if error is None:
        return None
    said = written_of(detail)
    message = word(error["code"], {**error["args"], **(said or {})}, language)
    return TaskError(
        type=error["code"],
        message=f"{message}: {detail}" if detail and said is None else message,
        fingerprint=error["fingerprint"],
    )


def event_info(row: Row) -> EventInfo:
    return EventInfo(**{**row, "position": f"{row['partition']}:{row['offset']}", "hash": row["hash"].hex()})


def attempt_info(row: Row, language: Language) -> AttemptInfo:
    shown = {
        "counts": attempt_counts(row),
        "totals": row["accounts"] or row["controls"],
        "error": error_of(row["error"], row["detail"], language),
    }
    return AttemptInfo(**{**row, **shown})


def attempt_counts(row: Row) -> TaskCounts:
    """Its rows by verdict, as ``projections.view.Attempt`` counts them."""
    batched = Counts(**row["batched"]) + Counts(skipped=row["skipped"])
    said = Counts(**row["totals"]) if row["totals"] else None
    counts = said if said is not None and said.total >= batched.total else batched
    return TaskCounts(**counts.model_dump())


def batch_info(row: Row) -> BatchInfo:
    return BatchInfo(**{**row, "position": f"{row['partition']}:{row['offset']}"})


def reject_info(row: Row, language: Language, headings: Headings = _PLAIN) -> RejectInfo:
    """By the file's own headings."""
    raw, corrected = row["raw"], row["corrected"]
    by_headings = {
        "field": headings.name(row["field"], raw),
        "raw": headings.shown(raw),
        "corrected": None if corrected is None else headings.shown(corrected),
    }
    return RejectInfo(**worded(row, language) | by_headings, sheet_row=sheet_row(raw))


def worded(row: Row, language: Language) -> dict[str, Any]:
    """A rejection, or a group of them, with the words of its code."""
    named = {"field": row["field"], "value": row.get("value"), "row": row.get("row_no"), **row["args"]}
    return {**row, "message": word(row["code"], named, language)}


def sheet_row(raw: Row) -> int | None:
    """What tables say of their rows beside the cells; a file may call a column of its own like that."""
    found = raw.get(ROW)
    return found if isinstance(found, int) else None


def preview_row(row: Row, language: Language, headings: Headings = _PLAIN) -> PreviewRow:
    code, named = row["code"], {"field": row["field"], "value": row["value"], **(row["args"] or {})}
    shown = {
        "verdict": VERDICT_OF[row["verdict"]],
        "before": VERDICT_OF[row["before"]] if row["before"] else None,
        "message": word(code, named, language) if code else None,
        "field": headings.name(row["field"]),
    }
    return PreviewRow(**{**row, **shown})


def transaction_info(row: Row) -> BankTransactionInfo:
    party = {name: row[f"counterparty_{name}"] for name in ("name", "inn", "kpp", "account")}
    known = row["contractor_id"] is not None
    contractor = ContractorRef(id=row["contractor_id"], name=row["contractor_name"]) if known else None
    return BankTransactionInfo(**{**row, "counterparty": Counterparty(**party), "contractor": contractor})


def _message(message: Row, language: Language) -> str:
    code, args = message["code"], message["args"]
    if code in {"task.importing", "task.undoing"} and "total" in args:
        code += "_of"
    elif code == "task.retrying" and not args.get("limit"):
        code = "task.retrying_for_ever"
    elif code == "task.partial" and not args.get("rejected"):
        code = "task.partial_totals"
    return word(code, args, language)
