"""A corrected file beside the rows that stand rejected: what differs, and what stands in the way."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from api.corrections import MOVED_ON, as_it_stands, moved_on
from api.headings import TaskHeadings
from api.problems import Problem
from api.reject_models import RowProblem
from domain.errors import MalformedRow
from infra.wording import Language, word
from jobs.correcting import corrected_row
from jobs.formats.error_file import ErrorFile, FileRow, Ref, changed, told_in_value
from producers.correction import Correction
from projections.queries import rejects

# In one transaction, with two events each: 1 s.
MOST_CORRECTIONS = 20_000
PROBLEMS_SHOWN = 100
Row = Mapping[str, Any]


class Review:
    """Reads the file part by part; memory is that of the rows that differ."""

    def __init__(self, task_id: UUID, file: ErrorFile, headings: TaskHeadings, language: Language) -> None:
        self.corrections: list[Correction] = []
        self.problems: list[RowProblem] = []
        self.rows = self.differ = self.problems_total = 0
        self._task_id = task_id
        self._file = file
        self._headings = headings
        self._language = language
        self._known: set[str] = set()
        self._seen: set[int] = set()

    async def begin(self, connection: AsyncConnection) -> None:
        """Every column is a field of some rejected row, or ours."""
        fields = self._file.fields
        usable = [name for name in fields if "\0" not in name]
        self._known = await rejects.known_fields(connection, self._task_id, usable)
        there = self._known | self._headings.known
        if (other := next((name for name in fields if name not in there), None)) is not None:
            raise Problem(422, "error_file_other_column", field="file", column=other[:100])

    async def add(self, connection: AsyncConnection, part: Sequence[FileRow]) -> None:
        self.rows += len(part)
        refs = [row.ref for row in part if row.ref is not None and row.ref.task_id == str(self._task_id)]
        latest = await rejects.latest(connection, self._task_id, [ref.row_no for ref in refs])
        older = await self._as_exported(connection, refs, latest)
        for row in part:
            try:
                self._take(row, latest, older)
            except MalformedRow as error:
                self._problem(row, error, latest.get(row.ref.row_no, {}) if row.ref else {})

    async def _as_exported(
        self, connection: AsyncConnection, refs: Sequence[Ref], latest: Mapping[int, Row]
    ) -> Mapping[int, Row]:
        """Rows that were corrected again since the file was made, as it shows them."""
        moved = [
            (ref.row_no, ref.number)
            for ref in refs
            if ref.number and ref.number != latest.get(ref.row_no, {}).get("corrections", ref.number)
        ]
        return await rejects.as_of_number(connection, self._task_id, moved) if moved else {}

    def _take(self, row: FileRow, latest: Mapping[int, Row], older: Mapping[int, Row]) -> None:
        known = self._checked(row, latest)
        assert row.ref is not None
        now = as_it_stands(known)
        then = older.get(row.ref.row_no) or (known["raw"] if row.ref.number == 0 else now)
        said = self._changed(then, row, known)
        if known["field"] not in said and row.ref.attempt == known["attempt"]:
            self._refuse_value(row, known)
        if not said or not (changes := self._changed(now, row, known)):
            return
        self.differ += 1
        moved = moved_on(known, row.ref.attempt, row.ref.number)
        if moved is not None:
            raise MalformedRow(moved, row=row.ref.row_no)
        raw = corrected_row(now, changes, self._known | self._headings.of(known["attempt"]).fields)
        self.corrections.append(
            Correction(row.ref.row_no, known["attempt"], known["batch_no"], raw, row.ref.number)
        )
        if len(self.corrections) > MOST_CORRECTIONS:
            raise Problem(422, "corrections_too_many", field="file", limit=MOST_CORRECTIONS)

    def _checked(self, row: FileRow, latest: Mapping[int, Row]) -> Row:
        """The rejected row that is meant."""
        if row.ref is None:
            raise MalformedRow("row_number_touched", "row_no", row.row_no[:50])
        if row.ref.task_id != str(self._task_id):
            raise MalformedRow("row_of_other_task", "ref", task_id=row.ref.task_id)
        if row.ref.row_no in self._seen:
            raise MalformedRow("row_twice", "row_no", row=row.ref.row_no)
        self._seen.add(row.ref.row_no)
        if row.ref.row_no not in latest:
            raise MalformedRow("reject_unknown", "row_no", row=row.ref.row_no)
        return latest[row.ref.row_no]

    def _changed(self, before: Row, row: FileRow, known: Row) -> dict[str, Any]:
        cells = self._headings.of(known["attempt"]).meant(row.cells, before)
        return changed(before, cells, known["field"], self._file.page)

    def _refuse_value(self, row: FileRow, known: Row) -> None:
        """Whoever writes into the column that shows what was wrong means the row's own."""
        if told_in_value(known["value"], row.value, self._file.page):
            code = "value_is_not_read" if known["field"] else "value_is_not_read_at_all"
            raise MalformedRow(code, known["field"], str(row.value)[:50])

    def _problem(self, row: FileRow, error: MalformedRow, known: Row) -> None:
        self.problems_total += 1
        if len(self.problems) >= PROBLEMS_SHOWN:
            return
        field = self._headings.of(known["attempt"]).name(error.field, known["raw"]) if known else error.field
        named = {"row": row.row_no, "field": field, "name": field or "", "value": error.value}
        said = word(error.code, {**named, **error.arguments}, self._language)
        if error.code in MOVED_ON:
            said = word("error_file_outdated", {"reason": said}, self._language)
        self.problems.append(
            RowProblem(
                line=row.line,
                row_no=_number(row),
                field=field or "row_no",
                code=error.code,
                message=said,
            )
        )


def _number(row: FileRow) -> int | None:
    """As it stands in the file, where that is a number."""
    if row.ref is not None:
        return row.ref.row_no
    return int(row.row_no) if row.row_no.isdecimal() and len(row.row_no) < 10 else None
