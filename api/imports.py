"""``POST /imports/{kind}``: a file becomes a task."""

from typing import Any
from uuid import UUID

import orjson
from fastapi import APIRouter, Request
from pydantic import TypeAdapter, ValidationError

from api.closing import LONGEST, SHORTEST, ClosedPeriodReason
from api.context import Context
from api.kinds import kind_meant, refusal, uploads
from api.models import AsyncSyncResponse
from api.multipart import OVERHEAD_BYTES, Form, Upload, form_with, too_large
from api.problems import Problem, worded
from api.responses import starts
from api.starting import Start, Starting
from api.table_wishes import check_mapping, check_template
from infra.objects import StoredFile
from infra.task_texts import apart
from infra.wording import Language
from jobs.base import Upload as ToUpload
from jobs.params import ImportParams, TableParams

router = APIRouter(tags=["imports"])

_FORM = form_with(
    {
        "params": {"type": "string", "description": "A JSON object."},
        "dry_run": {"type": "boolean", "default": False},
        "force": {"type": "boolean", "default": False},
        "closed_period_reason": {
            "type": "string",
            "minLength": SHORTEST,
            "maxLength": LONGEST,
            "description": "An administrator's reason to touch what is booked in the closed period.",
        },
    }
)
_REASON: TypeAdapter[str | None] = TypeAdapter(ClosedPeriodReason)
_FLAGS = {"true": True, "1": True, "false": False, "0": False, "": False}


@router.post("/imports/{kind}", status_code=202, responses=starts(404, 409, 415), openapi_extra=_FORM)
async def import_file(
    kind: str,
    request: Request,
    start: Start,
) -> AsyncSyncResponse:
    """Upload a file; it is streamed to the object store and read from there. The same bytes twice are
    refused with the first task's id unless ``force``; ``dry_run`` writes nothing and gives verdicts."""
    known = dict(uploads().values())
    name = kind_meant(kind, known)
    wanted = known[name]
    upload = await received(request, start.context)
    file = _usable(upload, wanted)
    params = _params(upload, wanted.params, start.language)
    if isinstance(params, TableParams):
        await _check_reading(start, name, params)
    if params.preview is not None:
        await _check_preview(start.context, params.preview, file)
    said, texts = apart(start.context.settings.keyed_hash_key(), params.given(), params.free)
    return await start.submit(
        name,
        {"type": "upload", "path": file.path, "sha256": file.sha256, "size": file.size},
        said,
        texts=texts,
        priority=params.priority,
        dry_run=flag(upload, "dry_run"),
        file_hash=file.sha256,
        file_name=upload.file_name or None,
        force=flag(upload, "force"),
        closed_period_reason=_reason(upload, start.language),
    )


async def received(request: Request, context: Context) -> Upload:
    """What is too large by its own word is refused before a byte of it is read."""
    limit = context.settings.upload_limit_bytes
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length) > limit + OVERHEAD_BYTES:
        raise too_large(limit)
    form = Form(request.stream(), request.headers.get("content-type", ""), limit)
    return await form.read(context.objects)


def _usable(upload: Upload, wanted: ToUpload) -> StoredFile:
    if upload.file is None:
        raise Problem(422, "file_missing", field="file")
    error = refusal(wanted.check, upload.head)
    if error is not None:
        raise Problem(422, error.code, field="file", args=error.arguments)
    return upload.file


def _params(upload: Upload, model: type[ImportParams], language: Language) -> ImportParams:
    text = upload.fields.get("params", "").strip() or "{}"
    try:
        found: Any = orjson.loads(text)
        if not isinstance(found, dict):
            raise Problem(422, "params_invalid", field="params")
        return model.model_validate(found)
    except orjson.JSONDecodeError as error:
        raise Problem(422, "params_invalid", field="params") from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = ".".join(["params", *(str(part) for part in first["loc"])])
        reason = worded(first, language)
        raise Problem(422, "request_invalid", field=field, field_name=field, reason=reason) from error


def _reason(upload: Upload, language: Language) -> str | None:
    """A form has no empty field that means something: nothing was said."""
    said = upload.fields.get("closed_period_reason", "").strip()
    try:
        return _REASON.validate_python(said or None)
    except ValidationError as error:
        field, reason = "closed_period_reason", worded(error.errors(include_url=False)[0], language)
        raise Problem(422, "request_invalid", field=field, field_name=field, reason=reason) from error


async def _check_reading(start: Starting, kind: str, params: TableParams) -> None:
    """A request that comes again gets its task, whatever became of its template."""
    check_mapping(kind, params.mapping, "params.mapping")
    if params.template is not None and not await start.repeats():
        async with start.context.reading.connect() as connection:
            await check_template(connection, kind, params.template, "params.template")


async def _check_preview(context: Context, preview: UUID, file: StoredFile) -> None:
    """A preview is a dry run that was made of these very bytes."""
    previewed = await context.submissions.file_of_dry_run(str(preview))
    if previewed is None:
        raise Problem(422, "preview_unknown", field="params.preview", task_id=str(preview))
    if previewed != file.sha256:
        raise Problem(422, "preview_other_file", field="params.preview", task_id=str(preview))


def flag(upload: Upload, name: str) -> bool:
    value = _FLAGS.get(upload.fields.get(name, "").strip().lower())
    if value is None:
        raise Problem(422, "flag_invalid", field=name, field_name=name)
    return value
