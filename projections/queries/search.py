"""Events of all tasks and who read what, newest first.

Every filter has an index of its own, or for processes the hours in which they wrote; where several types or
kinds are asked for, each is walked by itself and the first rows of all are merged, so that a page costs the
same among twenty million events as among ten.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import product
from typing import Any, TypeGuard
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from projections.queries import paging, processes

ACCESS = "access."
# Their index leaves these out, see p002_audit.sql.
COMMON = ("task.batch_imported.v1", "task.progressed.v1")
_RARE = "e.type NOT IN ('task.batch_imported.v1', 'task.progressed.v1')"
_WORDY = (
    "e.type NOT IN ('task.batch_imported.v1', 'task.progressed.v1', 'task.started.v1', 'task.source_read.v1')"
)
_WORDS = "to_tsvector('simple', left(e.value, 20000)) @@ websearch_to_tsquery('simple', :q)"
# The same said as no index has it: of an hour the few events of a process are read.
_READ = _WORDS.replace("left(e.value, 20000)", "left(e.value, 20000) || ''")
# Chosen by what the indexes have; the table is read for those that are shown.
_EVENT = """
(SELECT e.partition, e."offset", e.task_id, e.number, e.kind, e.repeated, e.id, e.type, e.time, e.actor,
        e.correlation_id, e.causation_id, e.source, e.value, e.hash
 FROM ({chosen}) w JOIN task_event e ON e.partition = w.chosen AND e."offset" = w.at)
"""
_WALK = """
SELECT e.partition AS chosen, e."offset" AS at FROM task_event e WHERE {where}
ORDER BY e.time DESC, e.partition DESC, e."offset" DESC LIMIT :most
"""
# Reads have no position in the log: they stand before partition 0, by their own number.
_ACCESS = """
(SELECT -1 AS partition, a.id AS "offset", a.task_id, 0 AS number, NULL AS kind, false AS repeated,
        'access-' || a.id AS id, a.type, a.time, a.actor, a.correlation_id, NULL AS causation_id,
        '/tidemark/api' AS source, a.data::text AS value, ''::bytea AS hash
 FROM access_event a WHERE {where} ORDER BY a.time DESC, a.id DESC LIMIT :most)
"""
_ALL = """
SELECT e.*, u.name AS actor_name FROM ({branches}) e
LEFT JOIN users u ON u.id = CASE WHEN e.actor LIKE 'user:%' THEN substr(e.actor, 6)::uuid END
ORDER BY e.time DESC, e.partition DESC, e."offset" DESC LIMIT :most
"""
_ACTOR = "SELECT 'user:' || id FROM users WHERE name = :name OR id::text = :name"


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Each one that is set must hold. ``actor`` is a user's name or id, or ``system:<process>``; ``q`` are
    words, all of which must be in an event; times include ``time_from`` and exclude ``time_to``."""

    type: Sequence[str] = ()
    kind: Sequence[str] = ()
    actor: str | None = None
    task_id: UUID | None = None
    time_from: datetime | None = None
    time_to: datetime | None = None
    q: str | None = None

    @property
    def names(self) -> list[str]:
        """Which are set."""
        return [name for name in self.__slots__ if getattr(self, name) not in (None, ())]


async def events(
    connection: AsyncConnection, wanted: EventFilter, cursor: str | None = None, limit: int = 50
) -> paging.Page:
    """A page of events, newest first. Raises BadCursor."""
    parameters: dict[str, Any] = {"most": limit + 1}
    if cursor is not None:
        parameters |= zip(
            ("at", "partition", "offset"),
            paging.decode(cursor, paging.moment, paging.number, paging.number),
            strict=True,
        )
    actor = await _actor(connection, wanted.actor)
    branches = list(_access_branches(wanted, actor, parameters))
    span = await processes.span(connection, actor) if _is_process(actor) else None
    if span is not None:
        wanted = _bounded(wanted, span, parameters.get("at"))
    if span is not None or not _is_process(actor):
        branches += _event_branches(wanted, actor, parameters, _chosen(wanted, span))
    if not branches:
        return paging.Page([], None)
    statement = _ALL.format(branches=" UNION ALL ".join(branches))
    found = await connection.execute(text(statement), parameters)
    rows = [dict(row) for row in found.mappings()]
    return paging.page(rows, limit, lambda row: (row["time"], row["partition"], row["offset"]))


async def _actor(connection: AsyncConnection, said: str | None) -> str | None:
    if said is None:
        return None
    found = await connection.scalar(text(_ACTOR), {"name": said.removeprefix("user:")})
    return said if found is None else str(found)


def _is_process(actor: str | None) -> TypeGuard[str]:
    return actor is not None and not actor.startswith("user:")


def _bounded(wanted: EventFilter, span: processes.Span, at: datetime | None) -> EventFilter:
    """The filter with no more time than a process wrote in, up to ``at`` where a page begins there."""
    ends = [span.until, wanted.time_to, at and at + timedelta.resolution]
    return replace(
        wanted,
        time_from=max(span.first, wanted.time_from or span.first),
        time_to=min(end for end in ends if end is not None),
    )


def _chosen(wanted: EventFilter, span: processes.Span | None) -> str:
    """How events are chosen: a task, words, a type and a kind have indexes, to be looked up once and not for
    each of many hours."""
    if span is None or wanted.task_id is not None:
        return _WALK
    return processes.BY_HOUR if span.few or not (wanted.type or wanted.kind or wanted.q) else _WALK


def _event_branches(
    wanted: EventFilter, actor: str | None, parameters: dict[str, Any], chosen: str
) -> Iterator[str]:
    types = [name for name in wanted.type if not name.startswith(ACCESS)]
    if wanted.type and not types:
        return
    shared = list(_shared(wanted, actor, parameters, "e", '(e.time, e.partition, e."offset")'))
    if wanted.q is not None:
        parameters["q"] = wanted.q
        shared += [_WORDY, _WORDS if chosen == _WALK else _READ]
    every: list[str | None] = [None]
    for number, (name, kind) in enumerate(product(types or every, wanted.kind or every)):
        mine = list(shared)
        if name is not None:
            parameters[f"type_{number}"] = name
            mine += [f"e.type = :type_{number}", *([] if name in COMMON else [_RARE])]
        if kind is not None:
            parameters[f"kind_{number}"] = kind
            mine.append(f"e.kind = :kind_{number}")
        yield _EVENT.format(chosen=chosen.format(where=" AND ".join(mine) or "true"))


def _access_branches(wanted: EventFilter, actor: str | None, parameters: dict[str, Any]) -> Iterator[str]:
    types = [name for name in wanted.type if name.startswith(ACCESS)]
    if wanted.kind or wanted.q is not None or (wanted.type and not types):
        return
    mine = list(_shared(wanted, actor, parameters, "a", "(a.time, -1, a.id)"))
    if types:
        parameters["access"] = types
        mine.append("a.type = ANY(:access)")
    yield _ACCESS.format(where=" AND ".join(mine) or "true")


def _shared(
    wanted: EventFilter, actor: str | None, parameters: dict[str, Any], table: str, key: str
) -> Iterator[str]:
    simple: Mapping[str, Any] = {"task_id": wanted.task_id, "actor": actor}
    for name, value in simple.items():
        if value is not None:
            parameters[name] = value
            yield f"{table}.{name} = :{name}"
    if actor is not None and actor.startswith("user:"):
        yield f"{table}.actor LIKE 'user:%'"
    for name, value, sign in (("from", wanted.time_from, ">="), ("to", wanted.time_to, "<")):
        if value is not None:
            parameters[f"{name}_{table}"] = value
            yield f"{table}.time {sign} :{name}_{table}"
    if "at" in parameters:
        # The first half is an index's, the second is true.
        yield f"{table}.time <= :at AND {key} < (:at, :partition, CAST(:offset AS bigint))"
