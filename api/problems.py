"""Errors as RFC 9457 problem details: a stable ``type``, the field at fault, words for who reads it."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field, SerializeAsAny
from starlette.exceptions import HTTPException

from infra.kafka import LogUnavailable
from infra.wording import Language, has_words, language_of, word

MEDIA_TYPE = "application/problem+json"
TYPE_PREFIX = "urn:tidemark:problem:"
_DATE = re.compile(r"datetime\.date\((\d+), (\d+), (\d+)\)")
RETRY_SECONDS = 5


class FieldError(BaseModel):
    """One field at fault."""

    field: str
    message: str


class ProblemDetails(BaseModel):
    """What went wrong: what · where · what is safe · what to do."""

    type: str = Field(description="Stable; ends in the problem's code.")
    title: str
    status: int
    detail: str
    code: str
    field: str | None = None
    args: dict[str, Any] = Field(default_factory=dict)
    errors: list[SerializeAsAny[FieldError]] = Field(default_factory=list)
    correlation_id: str | None = None


class Problem(HTTPException):
    """Raised by whoever cannot answer: code and arguments, worded when it is sent."""

    def __init__(
        self,
        status: int,
        code: str,
        *,
        field: str | None = None,
        headers: Mapping[str, str] | None = None,
        args: Mapping[str, Any] | None = None,
        **named: Any,
    ) -> None:
        super().__init__(status, code, dict(headers) if headers else None)
        self.code = code
        self.field = field
        self.named = {**(args or {}), **named}


def body(
    problem: Problem, language: Language, correlation_id: str | None, errors: Sequence[FieldError] = ()
) -> dict[str, Any]:
    """The problem as JSON."""
    details = ProblemDetails(
        type=TYPE_PREFIX + problem.code,
        title=word(f"status.{problem.status_code}", {}, language),
        status=problem.status_code,
        detail=word(problem.code, problem.named, language),
        code=problem.code,
        field=problem.field,
        args=problem.named,
        errors=list(errors),
        correlation_id=correlation_id,
    )
    return details.model_dump(mode="json")


def response(request: Request, problem: Problem, errors: Sequence[FieldError] = ()) -> JSONResponse:
    language = language_of(request.headers.get("accept-language"))
    correlation_id = getattr(request.state, "correlation_id", None)
    return JSONResponse(
        body(problem, language, correlation_id, errors),
        problem.status_code,
        {"Content-Language": language, **(problem.headers or {})},
        MEDIA_TYPE,
    )


def check_period(first: date, last: date) -> None:
    """Both days are included; a period that ends before it begins is refused."""
    if first > last:
        raise Problem(
            422, "period_reversed", field="date_to", date_from=first.isoformat(), date_to=last.isoformat()
        )


def unavailable(code: str) -> Problem:
    """503: away, with the time after which it is worth asking again."""
    return Problem(503, code, headers={"Retry-After": str(RETRY_SECONDS)})


def add_handlers(app: FastAPI) -> None:
    """Every error that the application can answer, its framework's own included."""
    app.add_exception_handler(Problem, _problem)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(LogUnavailable, _log_unavailable)


async def _problem(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Problem)
    return response(request, error)


async def _http(request: Request, error: Exception) -> JSONResponse:
    """Starlette's own: no such path, no such method, an unreadable body."""
    assert isinstance(error, HTTPException)
    if isinstance(error, Problem):
        return response(request, error)
    if error.status_code == 405:
        allowed = (error.headers or {}).get("Allow", "")
        problem = Problem(
            405, "method_not_allowed", headers=error.headers, method=request.method, allowed=allowed
        )
    else:
        codes = {404: "not_found", 400: "bad_request"}
        problem = Problem(
            error.status_code, codes.get(error.status_code, "bad_request"), headers=error.headers
        )
    return response(request, problem)


async def _invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    found = error.errors()
    if any(item["type"] == "json_invalid" for item in found):
        return response(request, Problem(422, "body_not_json", field="body"))
    language = language_of(request.headers.get("accept-language"))
    errors = [FieldError(field=_field(item["loc"]), message=worded(item, language)) for item in found]
    first = errors[0]
    problem = Problem(422, "request_invalid", field=first.field, field_name=first.field, reason=first.message)
    return response(request, problem, errors)


def worded(error: Mapping[str, Any], language: Language) -> str:
    """One of Pydantic's errors in the reader's language; a rare one in its own English."""
    code = f"invalid.{error['type']}"
    if not has_words(code, language):
        return str(error["msg"])
    return word(code, {name: _said(value) for name, value in error.get("ctx", {}).items()}, language)


def _said(value: object) -> str:
    """Without the marks of Python: a date as it is to be written, alternatives with commas."""
    text = _DATE.sub(lambda found: "{:0>4}-{:0>2}-{:0>2}".format(*found.groups()), str(value))
    return text.replace("' or '", "', '")


async def _log_unavailable(request: Request, error: Exception) -> JSONResponse:
    return response(request, unavailable("log_unavailable"))


def _field(location: Sequence[Any]) -> str:
    """``("query", "limit")`` → ``limit``; the body itself is ``body``."""
    return ".".join(str(part) for part in location[1:]) or str(location[0])
