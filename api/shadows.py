"""``/tasks/{id}/shadow``: what a task has recorded through today's code, rules or mapping, into nothing."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Body, Query

from api.asking import Ask, Asking
from api.audit_models import VERDICT_OF, Verdict
from api.context import Context, ContextDep, LanguageDep, Reading
from api.models import AsyncSyncResponse, TaskCounts
from api.problems import Problem
from api.replay_models import ReplayResponse
from api.replays import input_gone, replayed
from api.responses import reads, starts
from api.security import Reader
from api.shadow_models import (
    FieldChange,
    PromoteRequest,
    ShadowChanges,
    ShadowInfo,
    ShadowRequest,
    ShadowRow,
    ShadowRows,
)
from api.shown import preview_row
from api.starting import Start
from api.table_wishes import check_mapping, check_template
from api.tasks import Cursor, Limit, found
from domain.shadows import Change
from events.tasks import TaskReplayRequested
from infra.wording import Language, word
from jobs.kinds.registry import kind_named
from jobs.params import TableParams
from producers.replays import InputGone, Wish
from producers.shadows import Original, ShadowRefused, Shadows
from projections.queries import shadows

router = APIRouter(tags=["tasks"])

Wanted = Annotated[ShadowRequest | None, Body()]
Field = Annotated[str | None, Query(max_length=100, pattern=r"^[a-z_]+$")]


@router.post("/tasks/{task_id:uuid}/shadow", status_code=202, responses=starts(404, 409))
async def start_shadow(task_id: UUID, start: Start, wanted: Wanted = None) -> AsyncSyncResponse:
    """Check what a task has recorded with today's rules, as a task of its own that writes nothing. 409 says
    why there is nothing to check."""
    context = start.context
    async with context.reading.connect() as connection:
        await found(connection, task_id)
    wishes = wanted.model_dump(exclude_none=True) if wanted is not None else {}
    made = _shadows(context)
    if (known := await made.repeated(str(task_id), wishes, start.asked)) is not None:
        return await start.hand_over(known)
    original = await made.original(str(task_id))
    _check_kind(original, wishes)
    if wanted is not None and original.spec:
        await _check_wishes(context, str(original.spec["kind"]), wanted)
    try:
        submission = await made.submission(str(task_id), original, wishes, start.asked)
    except ShadowRefused as error:
        raise _refused("shadow_refused", error, start.language) from error
    except InputGone as error:
        raise input_gone(error) from error
    return await start.hand_over(submission)


@router.get("/tasks/{task_id:uuid}/shadow", responses=reads(404))
async def get_shadow(task_id: UUID, _: Reader, context: ContextDep, language: LanguageDep) -> ShadowInfo:
    """What a shadow has found so far."""
    async with context.reading.connect() as connection:
        task = (await found(connection, task_id)).task
        source = _source(task)
        told = await shadows.counted(connection, task_id)
    stale = await _shadows(context).stale(source)
    return ShadowInfo(
        task_id=task_id,
        shadow_of=source["shadow_of"],
        attempt=source["attempt"],
        input=source["input"],
        status=task["status"],
        counts=TaskCounts(**task["counts"]),
        rows=told.rows,
        changes=ShadowChanges(**told.changes),
        fields=dict(sorted(told.fields.items())),
        stale=stale,
        message=_message(told.rows, stale, language),
    )


@router.get("/tasks/{task_id:uuid}/shadow/rows", responses=reads(404))
async def list_shadow_rows(
    task_id: UUID,
    _: Reader,
    connection: Reading,
    language: LanguageDep,
    change: Change | None = None,
    verdict: Verdict | None = None,
    field: Field = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> ShadowRows:
    """The rows that would change, in the order of the source; ``field`` is one of those that would differ in
    a row that is there."""
    _source((await found(connection, task_id)).task)
    said = next((name for name, shown_as in VERDICT_OF.items() if shown_as == verdict), None)
    asked = shadows.Asked(change, said, field)
    page = await shadows.rows(connection, task_id, asked, cursor, limit)
    items = [_row(row, language) for row in page.items]
    return ShadowRows(items=items, next_cursor=page.next_cursor)


@router.post("/tasks/{task_id:uuid}/promote", status_code=202, responses=starts(404, 409))
async def promote_shadow(
    task_id: UUID, ask: Ask, wanted: Annotated[PromoteRequest | None, Body()] = None
) -> ReplayResponse:
    """Do what a shadow has said, by a replay of its original; rows of which something else became are named
    by ``GET /tasks/{original}/preview``. 409 where the original was replayed or undone since."""
    shadow = (await ask.task(task_id)).task
    source = _source(shadow)
    reason = wanted.closed_period_reason if wanted is not None else None
    asked = await ask.named("replay", UUID(source["shadow_of"]), reason)
    wish = Wish("all", source["input"], override=asked.override)
    return await replayed(ask, asked, wish, lambda: _promotion(ask, shadow, asked.override))


async def _promotion(ask: Asking, shadow: Mapping[str, Any], override: str | None) -> TaskReplayRequested:
    try:
        if shadow["status"] != "completed":
            raise ShadowRefused("shadow_not_done", shadow["status"])
        return await _shadows(ask.context).promotion(shadow["id"], shadow["source"], override)
    except ShadowRefused as error:
        raise _refused("promote_refused", error, ask.language) from error


def _shadows(context: Context) -> Shadows:
    settings = context.settings
    return Shadows(context.engine, settings.kafka, settings.keyed_hash_key())


def _source(task: Mapping[str, Any]) -> Mapping[str, Any]:
    """Of what a shadow was made; 404 for any other task."""
    source: Mapping[str, Any] = task["source"]
    if "shadow_of" not in source:
        raise Problem(404, "not_a_shadow", field="task_id", task_id=str(task["id"]))
    return source


def _check_kind(original: Original, wishes: Mapping[str, Any]) -> None:
    """Imports alone have a recording that another day would load otherwise, and tables alone a mapping."""
    if not original.spec:
        return
    upload = kind_named(original.spec["kind"]).upload
    if upload is None:
        raise Problem(409, "shadow_no_import", field="task_id")
    of_table = issubclass(upload.params, TableParams) and original.spec["source"].get("type") == "upload"
    if wishes and not of_table:
        raise Problem(422, "shadow_no_table", field=next(iter(wishes)))


async def _check_wishes(context: Context, kind: str, wanted: ShadowRequest) -> None:
    check_mapping(kind, wanted.mapping, "mapping")
    async with context.reading.connect() as connection:
        await check_template(connection, kind, wanted.template, "template")


def _refused(code: str, error: ShadowRefused, language: Language) -> Problem:
    reason = word(error.reason, {}, language)
    return Problem(409, code, args={"refused": error.reason, "state": error.state, "reason": reason})


def _message(rows: int, stale: str | None, language: Language) -> str:
    said = word("shadow.rows" if rows else "shadow.nothing", {"rows": rows}, language)
    return (
        said
        if stale is None
        else word("shadow.stale", {"said": said, "reason": word(stale, {}, language)}, language)
    )


def _row(row: Mapping[str, Any], language: Language) -> ShadowRow:
    """As in a preview, with what would change."""
    shown = preview_row(row, language).model_dump(exclude={"before"})
    fields = [FieldChange(field=name, now=now, then=then) for name, (now, then) in row["changes"].items()]
    was = "rejected" if row["before"] else None
    return ShadowRow(**shown, was=was, would=row["would"], changes=fields)
