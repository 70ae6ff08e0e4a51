"""``POST /tasks/{id}/rejects/corrections``: the error file as somebody has corrected it, all or nothing."""

from collections.abc import Iterator
from contextlib import closing
from itertools import islice
from uuid import UUID

from fastapi import Request
from fastapi.responses import JSONResponse
from starlette.responses import Response

from api.context import Context, ContextDep, LanguageDep
from api.corrections import accept, overtaken_told, router
from api.headings import TaskHeadings, headings_of
from api.imports import flag, received
from api.multipart import form_with
from api.problems import Problem, response, unavailable
from api.reject_models import CorrectionReport
from api.responses import starts
from api.reviewing import Review
from api.security import Manager
from api.tasks import found
from domain.errors import SourceUnavailable, TidemarkError
from infra.wording import Language, word
from jobs.formats.error_file import ErrorFile, FileRow, opened
from jobs.sources.spooled import copied, in_thread

PART = 500
_FORM = form_with({"dry_run": {"type": "boolean", "default": False}})


@router.post(
    "/tasks/{task_id:uuid}/rejects/corrections",
    response_model=CorrectionReport,
    responses=starts(404, 409, 415),
    openapi_extra=_FORM,
)
async def correct_by_file(
    task_id: UUID, request: Request, user: Manager, context: ContextDep, language: LanguageDep
) -> Response:
    """Take the corrected error file (CSV or XLSX, as ``…/rejects/export`` gave it). Only rows that differ
    count; the same file twice changes nothing. Where one row cannot be taken none is, and each such row is
    named; ``dry_run`` says all of that and takes nothing."""
    async with context.reading.connect() as connection:
        headings = await headings_of(connection, await found(connection, task_id))
    upload = await received(request, context)
    dry_run = flag(upload, "dry_run")
    if upload.file is None:
        raise Problem(422, "file_missing", field="file")
    review = await _reviewed(context, task_id, upload.file.path, headings, language)
    if review.problems_total and not dry_run:
        return response(request, _refused(review), review.problems)
    published = True
    if dry_run:
        with overtaken_told():
            await context.corrections.check(str(task_id), review.corrections)
    elif review.corrections:
        _, published = await accept(context, task_id, user, review.corrections)
    return JSONResponse(_report(review, dry_run, published, language).model_dump(mode="json"))


async def _reviewed(
    context: Context, task_id: UUID, path: str, headings: TaskHeadings, language: Language
) -> Review:
    try:
        with await copied(context.objects, path) as file:
            read = await in_thread(opened, file)
            return await _looked_at(context, Review(task_id, read, headings, language), read)
    except SourceUnavailable as error:
        raise unavailable(error.code) from error
    except TidemarkError as error:
        raise Problem(422, error.code, field="file", args=error.arguments) from error


async def _looked_at(context: Context, review: Review, read: ErrorFile) -> Review:
    with closing(read.rows):
        async with context.reading.connect() as connection:
            await review.begin(connection)
        while part := await in_thread(_part, read.rows):
            async with context.reading.connect() as connection:
                await review.add(connection, part)
    return review


def _part(rows: Iterator[FileRow]) -> list[FileRow]:
    return list(islice(rows, PART))


def _refused(review: Review) -> Problem:
    first = review.problems[0]
    named = {"problems": review.problems_total, "line": first.line, "reason": first.message}
    return Problem(422, "corrections_refused", field="file", args=named)


def _report(review: Review, dry_run: bool, published: bool, language: Language) -> CorrectionReport:
    taken = 0 if dry_run else len(review.corrections)
    differ = review.differ
    code = "corrections.preview" if dry_run else "corrections.taken" if taken else "corrections.none"
    args = {"rows": review.rows, "differ": differ, "problems": review.problems_total}
    return CorrectionReport(
        dry_run=dry_run,
        rows=review.rows,
        differ=differ,
        corrected=taken,
        problems=review.problems,
        problems_total=review.problems_total,
        published=published,
        message=word(code, args, language),
    )
