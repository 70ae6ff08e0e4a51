"""What a person may say of an import beside the file."""

from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field


class ImportParams(BaseModel):
    """``params`` of every upload. ``preview`` is the id of a dry run of the same file: rows of which that
    had said something else are named by ``GET /tasks/{id}/preview``. ``free`` are fields in which a person
    may write anything: they never enter the log."""

    model_config = ConfigDict(extra="forbid")
    free: ClassVar[frozenset[str]] = frozenset()

    demo: bool = False
    batch_size: int | None = Field(default=None, ge=10, le=10_000)
    priority: Literal["high", "normal", "low"] = "normal"
    preview: UUID | None = None

    def given(self) -> dict[str, Any]:
        """What was said, and every default that decides something."""
        return self.model_dump(mode="json", exclude_none=True, exclude={"priority"})


Said = Annotated[str, Field(max_length=200, pattern=r"^[^\x00]*$")]


class TableWishes(BaseModel):
    """What a person says of a table instead of what is found in it. ``mapping``: field → column as letters
    (``B``), number (``2``) or header text, ``=text`` for all rows, nothing for none. ``header_row`` 0 = the
    file has no header."""

    model_config = ConfigDict(extra="forbid")

    sheet: Said | None = None
    header_row: int | None = Field(default=None, ge=0, le=1_000_000)
    delimiter: Literal[";", ",", "\t", "|"] | None = None
    encoding: Literal["utf-8", "cp1251", "cp866", "utf-16"] | None = None
    decimal: Literal[",", "."] | None = None
    mapping: dict[Said, Said] | None = Field(default=None, max_length=50)


class TableParams(ImportParams, TableWishes):
    """``params`` of an uploaded table: what corrects how it is read, over what its ``template`` says."""

    free = frozenset({"sheet", "mapping", "template"})
    template: Said | None = Field(default=None, min_length=1)
