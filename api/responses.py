"""Which problems an endpoint can answer, for the OpenAPI document."""

from typing import Any

from api.problems import MEDIA_TYPE, ProblemDetails

Responses = dict[int | str, dict[str, Any]]

_WHAT = {
    400: "The request cannot be read",
    401: "No valid access token",
    403: "The role is not enough",
    404: "There is no such thing",
    409: "The state does not allow it",
    413: "Too large",
    415: "Not multipart/form-data",
    422: "A field is at fault, named",
    429: "Too many wrong passwords",
    503: "PostgreSQL or Kafka is away; Retry-After says when to ask again",
}


def problems(*statuses: int) -> Responses:
    """The given statuses as problem details."""
    schema = {"$ref": f"#/components/schemas/{ProblemDetails.__name__}"}
    return {
        status: {"description": _WHAT[status], "content": {MEDIA_TYPE: {"schema": schema}}}
        for status in statuses
    }


def reads(*more: int) -> Responses:
    """Of an endpoint that reads."""
    return problems(401, 403, 422, 503, *more)


def starts(*more: int) -> Responses:
    """Of an endpoint that starts or asks for something."""
    return problems(400, 401, 403, 413, 422, 503, *more)
