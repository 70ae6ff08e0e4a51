"""The batches of an attempt: those that are sent again, from the log or from the source, then what the source
has behind them. A first attempt has nothing but the source."""

from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import orjson

from domain.errors import Fatal
from domain.plans import Mended, Plan, Step
from infra.kafka import compress, decompress
from infra.kept_plans import kept_row, row_of
from infra.log_places import At, PlaceGone, places
from jobs.base import Page, Row, Source
from processors.reader.cutter import CutBatch, Cutter

# What the broker takes at most, less headers and key.
MOST_PACKED = 1_000_000


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an attempt is: so many batches and rows of it are in the log."""

    batches: int
    rows: int

    @classmethod
    def of(cls, plan: Plan, batch_no: int, row: int) -> "Progress":
        """By the reader's cursor: its last batch, and that one's last row."""
        done = [step for step in plan.steps if step.place.batch_no <= batch_no]
        batches, rows = len(done), sum(map(rows_of, done))
        if batch_no > plan.after_batch:
            spared = [number for number in plan.sparing if number <= batch_no]
            batches += batch_no - plan.after_batch - len(spared)
            rows += row - plan.after_row - sum(plan.befores[number].total for number in spared)
        return cls(batches, rows)


def rows_of(step: Step) -> int:
    return step.place.rows if step.only is None else len(step.only)


def at(step: Step) -> At:
    return step.place.topic, step.place.partition, step.place.offset


class Repeater:
    """Makes batches again: the same rows, in the form that persons have given them since."""

    def __init__(self, plan: Plan, head: Mapping[str, Any]) -> None:
        self.plan = plan
        # Of the last batch that was made again.
        self.context: Mapping[str, Any] | None = None
        # Rows of a source that is read to its end, as it has them and as they are sent, both as kept.
        self.replaced: list[tuple[bytes, bytes]] = []
        self._head = dict(head)

    async def recorded(self, kafka: str, steps: Sequence[Step]) -> AsyncGenerator[CutBatch, None]:
        """From the log; raises Fatal where it has another content, or none any more."""
        if not steps:
            return
        try:
            async with places(kafka, [at(step) for step in steps]) as log:
                for step in steps:
                    plain = decompress(await log.value(at(step)))
                    if sha256(plain).hexdigest() != step.place.content_hash:
                        raise Fatal("recorded_content_differs", batch=step.place.batch_no)
                    yield self.again(step, orjson.loads(plain))
        except PlaceGone as error:
            lost = next(step.place.batch_no for step in steps if at(step) == error.at)
            raise Fatal("recorded_input_gone", batch=lost) from error

    def again(self, step: Step, data: Mapping[str, Any]) -> CutBatch:
        """The batch of ``data``, or the rows of it that are wanted; ordinals and context stay what they were,
        for they tell a row's place among all of its source."""
        numbers: Sequence[int] = range(data["first_row"], data["first_row"] + len(data["rows"]))
        rows: list[Row] = data["rows"]
        # Said of the attempt that it was recorded by.
        data = {name: said for name, said in data.items() if name not in ("before", "row_numbers")}
        more: dict[str, Any] = {}
        if step.only is not None:
            rows = [rows[row_no - numbers[0]] for row_no in step.only]
            numbers = more["row_numbers"] = step.only
        if step.before is not None:
            more["before"] = step.before.model_dump()
        self.context = data["context"]
        place = step.place
        fresh = {
            "batch_no": place.batch_no,
            "first_row": numbers[0],
            "rows": self.corrected(rows, numbers),
            "reader": {"batch_no": place.batch_no, "row": numbers[-1]},
        }
        value = orjson.dumps({**data, **self._head, **fresh, **more}, default=str)
        packed = compress(value)
        if len(packed) > MOST_PACKED:
            raise Fatal("batch_too_large", batch=place.batch_no)
        content = sha256(value).digest()
        return CutBatch(place.batch_no, numbers[0], numbers[-1], len(rows), packed, content)

    def corrected(self, rows: Sequence[Row], numbers: Sequence[int]) -> list[Row]:
        """Each row in its latest form."""
        mended = self.plan.corrected
        if not mended:
            return list(rows)
        return [
            _latest(row, mended[row_no]) if row_no in mended else row
            for row_no, row in zip(numbers, rows, strict=True)
        ]


def _latest(row: Row, mended: Mended) -> Row:
    """Where the source was read anew a correction belongs to a row only if it is still the one it was."""
    same = mended.instead_of is None or kept_row(row) in mended.instead_of
    return row_of(mended.row) if same else row


class Rereader:
    """Batches out of the pages of a source: ``steps`` first, by the rows they had, then the rest."""

    def __init__(self, repeater: Repeater, steps: Sequence[Step], cutter: Cutter | None) -> None:
        self._repeater = repeater
        self._steps = list(steps)
        self._cutter = cutter
        self._seen = 0
        self._rows: list[Row] = []
        self._first = 1
        self._ordinals: dict[str, int] = {}

    async def batches(self, source: Source, context: Mapping[str, Any]) -> AsyncGenerator[CutBatch, None]:
        # Closed also when reading stops early: 1C keeps a licence for a session left open.
        async with aclosing(source.pages()) as pages:
            async for page in pages:
                for batch in self._add(page, context):
                    yield batch
                if not self._steps and self._cutter is None:
                    return
        if self._steps:
            raise Fatal("source_is_shorter", batch=self._steps[0].place.batch_no)
        if self._cutter is not None:
            for batch in self._spared(self._cutter.close()):
                yield batch

    def _spared(self, batches: Iterator[CutBatch]) -> Iterator[CutBatch]:
        """Without those that an earlier attempt has imported."""
        return (batch for batch in batches if batch.batch_no not in self._repeater.plan.sparing)

    def _add(self, page: Page, context: Mapping[str, Any]) -> Iterator[CutBatch]:
        numbers = range(self._seen + 1, self._seen + len(page.rows) + 1)
        self._seen += len(page.rows)
        if self._steps:
            self._rows += page.rows
            self._ordinals |= {str(row_no): before for row_no, before in page.ordinals.items()}
            yield from self._full(context)
        if self._cutter is not None:
            rows = self._repeater.corrected(page.rows, numbers)
            if self._repeater.plan.corrected:
                pairs = [(was, now) for was, now in zip(page.rows, rows, strict=True) if was is not now]
                self._repeater.replaced += [(kept_row(was), kept_row(now)) for was, now in pairs]
            yield from self._spared(self._cutter.add(Page(rows, page.ordinals, page.skipped)))

    def _full(self, context: Mapping[str, Any]) -> Iterator[CutBatch]:
        while self._steps and self._steps[0].place.first_row + self._steps[0].place.rows - 1 <= self._seen:
            step = self._steps.pop(0)
            first, rows = step.place.first_row, step.place.rows
            taken = self._rows[first - self._first : first - self._first + rows]
            self._rows = self._rows[first - self._first + rows :]
            self._first = first + rows
            ordinals = {no: n for no, n in self._ordinals.items() if first <= int(no) < first + rows}
            self._ordinals = {no: n for no, n in self._ordinals.items() if int(no) >= first + rows}
            data = {"first_row": first, "rows": taken, "ordinals": ordinals, "context": context}
            yield self._repeater.again(step, data)
        if self._steps:
            self._drop(self._steps[0].place.first_row)
        else:
            self._rows = []

    def _drop(self, until: int) -> None:
        """Rows before the next batch are nobody's."""
        over = min(until - self._first, len(self._rows))
        self._rows = self._rows[over:]
        self._first += over
