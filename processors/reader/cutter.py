"""Source rows into batches: numbered from 1, small ones first, each below Kafka's limit once packed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

import orjson

from events.records import Counts
from infra.kafka import compress
from jobs.base import TOO_LARGE, Page, Row

# What is packed at once: bounds memory whatever the rows are.
MOST_UNPACKED = 8_000_000


@dataclass(frozen=True, slots=True)
class Sizes:
    """Rows a batch, and how many small ones come first so that a bar moves at once; bytes packed.

    Who has read ``large_after`` batches has a long file: larger ones save a seventh of the work.
    """

    rows: int = 1_000
    first_rows: int = 100
    first_batches: int = 3
    large_rows: int = 4_000
    large_after: int = 12
    packed: int = 900_000

    def for_one_importer(self) -> "Sizes":
        """Of a task that is written in order: there is nobody to share it with, so it gets long at once, and
        twice as long (a sixth less time for 100,000 rows of stock)."""
        return replace(self, large_rows=2 * self.large_rows, large_after=self.first_batches + 1)

    def of(self, batch_no: int) -> int:
        if batch_no <= self.first_batches:
            return min(self.rows, self.first_rows)
        return self.rows if batch_no <= self.large_after else max(self.rows, self.large_rows)


@dataclass(frozen=True, slots=True)
class CutBatch:
    """A batch ready to be sent: ``value`` is packed JSON, ``content_hash`` is of the JSON. ``last_row`` is
    its last row's number."""

    batch_no: int
    first_row: int
    last_row: int
    rows: int
    value: bytes
    content_hash: bytes


class Cutter:
    """Cuts the same rows the same way every time. ``after_row`` and ``after_batch`` are a cursor: rows up
    to it are passed over, because their batches are in the log already. ``befores``: verdicts that batches
    had by an earlier attempt."""

    def __init__(
        self,
        head: Mapping[str, Any],
        sizes: Sizes,
        *,
        after_row: int = 0,
        after_batch: int = 0,
        befores: Mapping[int, Counts] | None = None,
    ) -> None:
        self._head = dict(head)
        self._sizes = sizes
        self._befores = befores or {}
        self._seen = 0
        self._after_row = after_row
        self._batch_no = after_batch
        self._first_row = after_row + 1
        self._rows: list[Row] = []
        self._ordinals: dict[str, int] = {}

    @property
    def batches(self) -> int:
        return self._batch_no

    def add(self, page: Page) -> Iterator[CutBatch]:
        """Take a page, give the batches that are full."""
        first = self._seen + 1
        self._seen += len(page.rows)
        rows = page.rows
        if first <= self._after_row:
            rows = rows[self._after_row - first + 1 :]
        for row_no, before in page.ordinals.items():
            if row_no > self._after_row:
                self._ordinals[str(row_no)] = before
        self._rows.extend(rows)
        while len(self._rows) >= (size := self._sizes.of(self._batch_no + 1)):
            yield from self._cut(size)

    def close(self) -> Iterator[CutBatch]:
        """The rest."""
        while self._rows:
            yield from self._cut(min(self._sizes.of(self._batch_no + 1), len(self._rows)))

    def _cut(self, size: int) -> Iterator[CutBatch]:
        rows, self._rows = self._rows[:size], self._rows[size:]
        yield from self._pack(rows)

    def _pack(self, rows: list[Row]) -> Iterator[CutBatch]:
        """One batch, or its halves where it does not fit; halves are cut the same way next time."""
        value = self._encode(self._batch_no + 1, self._first_row, rows)
        packed = compress(value) if len(value) <= MOST_UNPACKED else b""
        if packed and len(packed) <= self._sizes.packed:
            first_row = self._first_row
            self._batch_no += 1
            self._first_row += len(rows)
            for row_no in [no for no in self._ordinals if int(no) < self._first_row]:
                del self._ordinals[row_no]
            last_row, content = first_row + len(rows) - 1, sha256(value).digest()
            yield CutBatch(self._batch_no, first_row, last_row, len(rows), packed, content)
        elif len(rows) > 1:
            middle = len(rows) // 2
            yield from self._pack(rows[:middle])
            yield from self._pack(rows[middle:])
        else:
            yield from self._pack([{TOO_LARGE: str(len(value))}])

    def _encode(self, batch_no: int, first_row: int, rows: list[Row]) -> bytes:
        ordinals = self._ordinals
        if ordinals:
            last = first_row + len(rows) - 1
            ordinals = {no: n for no, n in ordinals.items() if first_row <= int(no) <= last}
        before = self._befores.get(batch_no)
        return orjson.dumps(
            self._head
            | ({"before": before.model_dump()} if before and before.total == len(rows) else {})
            | {
                "batch_no": batch_no,
                "first_row": first_row,
                "rows": rows,
                "ordinals": ordinals,
                "reader": {"batch_no": batch_no, "row": first_row + len(rows) - 1},
            },
            default=str,
        )
