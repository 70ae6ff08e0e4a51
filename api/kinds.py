"""Which task kinds can be started here, and what their starts take. The kinds come from the registry."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from domain.errors import TidemarkError
from jobs.formats.client_bank.foreign import refuse_foreign
from jobs.kinds.registry import kinds

# Where a kind's name in URLs is not its own name with hyphens.
_URL = {"stock_import": "stock"}


class ImportParams(BaseModel):
    """``params`` of every upload. ``preview`` is the id of a dry run of the same file: rows of which that
    had said something else are named by ``GET /tasks/{id}/preview``."""

    model_config = ConfigDict(extra="forbid")

    demo: bool = False
    batch_size: int | None = Field(default=None, ge=10, le=10_000)
    priority: Literal["high", "normal", "low"] = "normal"
    preview: UUID | None = None


class BankImportParams(ImportParams):
    """``params`` of a statement's upload. ``must_match`` fails the task before a row is written."""

    auto_classify: bool = True
    control_totals: Literal["report", "must_match"] = "report"
    currency: str = Field(default="RUB", pattern=r"^[A-Z]{3}$")


@dataclass(frozen=True, slots=True)
class UploadKind:
    """A kind that a file can be uploaded for. ``check`` refuses another format by its first kilobyte."""

    kind: str
    params: type[ImportParams]
    check: Callable[[bytes], None]


_UPLOADS = {"bank_transactions": (BankImportParams, refuse_foreign)}


def uploads() -> Mapping[str, UploadKind]:
    """By the name in the URL: only kinds that are registered and take files."""
    return {
        url_name(name): UploadKind(name, params, check)
        for name, (params, check) in _UPLOADS.items()
        if name in kinds()
    }


def url_name(kind: str) -> str:
    return _URL.get(kind, kind.replace("_", "-"))


def refusal(check: Callable[[bytes], None], head: bytes) -> TidemarkError | None:
    """Why a file that begins like this is none of the kind's, or None."""
    try:
        check(head)
    except TidemarkError as error:
        return error
    return None


def given(params: ImportParams) -> dict[str, Any]:
    """Parameters as the event carries them: what was said, and every default that decides something."""
    return params.model_dump(mode="json", exclude_none=True, exclude={"priority"})
