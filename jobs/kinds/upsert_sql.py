"""The statements that write rows of a file into a table by their key."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from jobs.kinds import layers
from jobs.kinds.images import image
from jobs.kinds.repeating import Repeating


@dataclass(frozen=True, slots=True)
class Said:
    """Which columns the rows of a batch say, and which of them only some rows say."""

    columns: tuple[str, ...]
    partly: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Upsert:
    """``columns`` of ``table`` and, for each, what a new row gets where the file says nothing (SQL); what is
    there already stays then. ``key`` columns are among them, and always said.

    Of rows with one key in a file the last counts, whatever order its batches are written in.
    """

    table: str
    key: tuple[str, ...]
    columns: Mapping[str, str]
    repeating: Repeating = field(default_factory=Repeating, init=False, repr=False, compare=False)
    _written: dict[Said, str] = field(default_factory=dict, init=False, repr=False, compare=False)

    @cached_property
    def temp(self) -> str:
        return (
            f"CREATE TEMP TABLE IF NOT EXISTS incoming_{self.table} ON COMMIT DELETE ROWS"
            f" AS SELECT row_no, {', '.join(self.columns)} FROM {self.table} WITH NO DATA"
        )

    def new_value(self, name: str) -> str | None:
        """What a new row gets where it says nothing, as COPY takes it."""
        new = self.columns[name]
        return None if new == "NULL" else new.strip("'")

    def straight(self, columns: Sequence[str]) -> str:
        """Row number, ``columns`` (all that there are), task."""
        return f"COPY {self.table} (row_no, {', '.join(columns)}, task_id) FROM STDIN"

    def copy(self, said: Said) -> str:
        """Row number, then what the batch says."""
        return f"COPY incoming_{self.table} (row_no, {', '.join(said.columns)}) FROM STDIN"

    def write(self, said: Said) -> str:
        """``written`` (row_no, is_new) of the rows that were new or differed. A row that is there already is
        found by the conflict wherever that will do: joined, a table of 100,000 rows was read through for
        each batch of 4,000."""
        if said not in self._written:
            self._written[said] = self._made(said)
        return self._written[said]

    def _made(self, said: Said) -> str:
        sets = {name: self._kept(name, said) for name in said.columns if name not in self.key}
        old = ", ".join(f"t.{name}" for name in sets)
        order = ", ".join(f"i.{name}" for name in self.key)
        return (
            f"WITH written AS (INSERT INTO {self.table} AS t ({', '.join(self.columns)}, task_id, row_no)"
            f" SELECT {', '.join(self._new(name, said) for name in self.columns)}, %(task)s, i.row_no"
            f" FROM incoming_{self.table} i{self._looked(said)} ORDER BY {order}"
            f" ON CONFLICT ({', '.join(self.key)}) DO UPDATE SET"
            f" {''.join(f'{name} = {value}, ' for name, value in sets.items())}"
            "task_id = excluded.task_id, row_no = excluded.row_no"
            f" WHERE ROW({old}) IS DISTINCT FROM ROW({', '.join(sets.values())})"
            " AND NOT (t.task_id IS NOT DISTINCT FROM excluded.task_id AND t.row_no > excluded.row_no)"
            f" RETURNING new.id, new.row_no, old.id IS NULL AS is_new, {layers.before(layers.LAST)}"
            f"), kept AS ({layers.keep(self.table)})"
        )

    def _kept(self, name: str, said: Said) -> str:
        """What a row that is there already gets. NULL comes only from a row that does not say the column."""
        unsaid = name in said.partly and self.columns[name] == "NULL"
        return f"coalesce(excluded.{name}, t.{name})" if unsaid else f"excluded.{name}"

    def _new(self, name: str, said: Said) -> str:
        if name not in said.columns:
            return self.columns[name]
        if name in self._unclear(said):
            return f"coalesce(i.{name}, there.{name}, {self.columns[name]})"
        return f"i.{name}"

    def _unclear(self, said: Said) -> list[str]:
        """Columns of which ``excluded`` could not tell whether their row says them."""
        return [name for name in said.columns if name in said.partly and self.columns[name] != "NULL"]

    def _looked(self, said: Said) -> str:
        """What is there already, row by row (OFFSET 0 keeps it so)."""
        if not (unclear := self._unclear(said)):
            return ""
        there = f"SELECT {', '.join(unclear)} FROM {self.table} t WHERE {self._same} OFFSET 0"
        return f" LEFT JOIN LATERAL ({there}) there ON true"

    @property
    def _same(self) -> str:
        return " AND ".join(f"t.{name} = i.{name}" for name in self.key)

    @cached_property
    def carry(self) -> str:
        """Rows that are as another import has left them."""
        return layers.carry(self.table, f"incoming_{self.table}", self._same, layers.LAST)

    @cached_property
    def standing(self) -> str:
        """Rows that are there, as they stand."""
        there = f"SELECT * FROM {self.table} t WHERE {self._same} OFFSET 0"
        return f"SELECT i.row_no, {image('t')} FROM incoming_{self.table} i CROSS JOIN LATERAL ({there}) t"

    @property
    def told(self) -> tuple[str, ...]:
        """The columns that mean something to a person."""
        return tuple(name for name in self.columns if not f"_{name}".endswith("_key"))

    @cached_property
    def replaced(self) -> str:
        """Rows of this task that came later in its file and were written before."""
        return (
            f"SELECT i.row_no, t.row_no AS by FROM incoming_{self.table} i"
            f" CROSS JOIN LATERAL (SELECT row_no FROM {self.table} t"
            f" WHERE {self._same} AND t.task_id = %(task)s AND t.row_no > i.row_no OFFSET 0) t"
        )
