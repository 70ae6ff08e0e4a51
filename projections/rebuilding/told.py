"""What is known of each task of a partition while its events are read from the first to the last."""

import pickle
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Self

from projections.record import Head
from projections.rows import Row
from projections.view import View

# A task is some 6 KB here; those that were not told of for longest go to a file.
MOST_NEAR = 20_000


@dataclass(slots=True)
class Told:
    """A task so far: ``state`` is its latest row of ``task_standing``, still open."""

    head: Head = field(default_factory=Head)
    view: View | None = None
    state: Row | None = None
    purged: bool = False
    batches: set[tuple[int, int]] = field(default_factory=set)


class Tasks:
    """By id. Few of them are in memory, whatever there are."""

    def __init__(self, most: int = MOST_NEAR) -> None:
        self._most = most
        self._near: dict[str, Told] = {}
        self._far: dict[str, int] = {}
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the tasks

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def these(self, ids: Iterable[str]) -> dict[str, Told]:
        """Some of them, to be changed in place; tasks that nothing was known of begin here. Valid until the
        next call."""
        found = {}
        for task_id in ids:
            told = self._near.pop(task_id, None)
            if told is None:
                place = self._far.pop(task_id, None)
                told = Told() if place is None else self._read(place)
            found[task_id] = told
        self._make_room()
        # The latest last: who goes is whom the dictionary has had for longest.
        self._near |= found
        return found

    def all(self) -> Iterator[tuple[str, Told]]:
        """Every one, once."""
        yield from self._near.items()
        for task_id, place in self._far.items():
            yield task_id, self._read(place)

    def _make_room(self) -> None:
        if len(self._near) <= self._most:
            return
        self._file.seek(0, 2)
        for task_id in list(self._near)[: len(self._near) - self._most // 2]:
            self._far[task_id] = self._file.tell()
            pickle.dump(self._near.pop(task_id), self._file, pickle.HIGHEST_PROTOCOL)

    def _read(self, place: int) -> Told:
        self._file.seek(place)
        found = pickle.load(self._file)
        assert isinstance(found, Told)
        return found
