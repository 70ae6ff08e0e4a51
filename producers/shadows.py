"""A shadow as it is submitted, and the replay that makes true what it has said."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from domain.shadows import shadow_refusal, staleness
from domain.states import Absent, State, Undone
from domain.task import load
from events.records import Priority
from events.tasks import Input, TaskReplayRequested, TaskSubmitted
from infra.task_texts import HASHED, KEEP, TEXTS_OF, apart, copy_id, spec_with_texts
from jobs.kinds.registry import kind_named
from jobs.params import TableWishes
from producers.replays import Replays, Wish
from producers.submission import Submission

# What a person says of how a table is read; named anew it takes the place of all that was said with the file.
WISHES = frozenset({*TableWishes.model_fields, "template"})
_ORIGINAL = f"""
SELECT s.state, {spec_with_texts("s")}, i.file_name FROM task_state s LEFT JOIN intake i USING (task_id)
WHERE task_id = :task
"""
_UNDER_KEY = """
SELECT i.value, x.texts FROM intake i LEFT JOIN task_text x USING (task_id)
WHERE i.actor = :actor AND i.idempotency_key = :key
"""


class ShadowRefused(Exception):
    """There is nothing to be a shadow of, or what it has said no longer holds."""

    def __init__(self, reason: str, state: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.state = state


@dataclass(frozen=True, slots=True)
class Original:
    """The task whose input runs once more; ``spec`` is that of its latest attempt, texts and all."""

    state: State
    spec: Mapping[str, Any]
    file_name: str | None


class Shadows:
    """Makes shadows and promotes them. What the conductor cannot know is looked at here. ``key`` is that of
    hashes of what a person wrote."""

    def __init__(self, engine: AsyncEngine, kafka: str, key: bytes) -> None:
        self._engine = engine
        self._key = key
        self._replays = Replays(engine, kafka)

    async def original(self, task_id: str) -> Original:
        """As it stands now."""
        async with self._engine.connect() as connection:
            return await _original(connection, task_id)

    async def submission(
        self, task_id: str, original: Original, wishes: Mapping[str, Any], asked: Mapping[str, Any]
    ) -> Submission:
        """A dry run of what the task has recorded, or, where ``wishes`` say that its table is to be read
        otherwise, of its file; ``asked``: by whom, under which key. Raises ShadowRefused, InputGone, and
        LogUnavailable."""
        state, spec = original.state, original.spec
        source: Input = "source" if wishes else "recorded"
        if (reason := shadow_refusal(state, source)) is not None or isinstance(state, Absent):
            raise ShadowRefused(reason or "unknown_task", state.name)
        next_attempt = await self._replays.request(task_id, Wish("all", source))
        priority: Priority = spec["priority"]
        params, texts = apart(self._key, _params(spec["params"], wishes), _free(spec))
        return Submission(
            kind=spec["kind"],
            params=params,
            texts=texts,
            source={
                **spec["source"],
                "shadow_of": task_id,
                "attempt": next_attempt.attempt - 1,
                "undone": isinstance(state, Undone),
                "input": source,
            },
            priority=priority,
            dry_run=True,
            file_name=original.file_name,
            **asked,
        )

    async def repeated(
        self, task_id: str, wishes: Mapping[str, Any], asked: Mapping[str, Any]
    ) -> Submission | None:
        """What was submitted under the same key for the same, however the original has moved on since."""
        key = {"actor": asked["actor"], "key": asked["idempotency_key"]}
        async with self._engine.connect() as connection:
            row = (await connection.execute(text(_UNDER_KEY), key)).one_or_none()
        if row is None:
            return None
        said = TaskSubmitted.model_validate_json(row.value)
        if said.source.get("shadow_of") != task_id or _wishes_of(said, row.texts or {}) != dict(wishes):
            return None
        return Submission(
            kind=said.kind,
            params=said.params,
            source=said.source,
            priority=said.priority,
            dry_run=True,
            **asked,
        )

    async def stale(self, source: Mapping[str, Any]) -> str | None:
        """Why what a shadow has said no longer holds, as far as its original is asked."""
        original = await self.original(str(source["shadow_of"]))
        return staleness(original.state, int(source["attempt"]), undone=bool(source["undone"]))

    async def promotion(
        self, shadow_id: str, source: Mapping[str, Any], override: str | None = None
    ) -> TaskReplayRequested:
        """The replay that does what the shadow has said, and names what became of rows otherwise;
        ``override`` as ``closed_period_override``. Raises ShadowRefused where the original has moved on,
        InputGone, and LogUnavailable."""
        original = await self.original(str(source["shadow_of"]))
        stale = staleness(original.state, int(source["attempt"]), undone=bool(source["undone"]))
        if stale is not None:
            raise ShadowRefused(stale, original.state.name)
        task_id, read_anew = str(source["shadow_of"]), source["input"] == "source"
        otherwise = await self._otherwise(task_id, shadow_id) if read_anew else {}
        wish = Wish("all", source["input"], otherwise | {"preview": shadow_id}, override)
        asked = await self._replays.request(task_id, wish)
        if asked.attempt != int(source["attempt"]) + 1:
            raise ShadowRefused("replayed_since", original.state.name)
        return asked

    async def _otherwise(self, task_id: str, shadow_id: str) -> dict[str, Any]:
        """How the shadow read its table, as params of an attempt: all that a person wrote by its hash, kept
        for the attempt before the log names it. What events of earlier versions have in plain is over."""
        spec = (await self.original(shadow_id)).spec
        if HASHED in spec["params"]:
            raise ShadowRefused("purged", "purged")
        params, texts = apart(self._key, spec["params"], _free(spec))
        otherwise = {name: params.get(name) for name in (*WISHES, HASHED)}
        if not texts:
            return otherwise | {TEXTS_OF: None}
        copy = copy_id(task_id, shadow_id)
        async with self._engine.begin() as connection:
            said = {"task_id": copy, "texts": orjson.dumps(texts).decode()}
            await connection.execute(text(KEEP), said)
        return otherwise | {TEXTS_OF: copy}


def _free(spec: Mapping[str, Any]) -> frozenset[str]:
    """Params of the kind in which a person may write anything."""
    upload = kind_named(spec["kind"]).upload
    return upload.params.free if upload is not None else frozenset()


def _wishes_of(said: TaskSubmitted, texts: Mapping[str, Any]) -> dict[str, Any]:
    """What a shadow was told of how its table is read; of a recording nothing, whatever stands there."""
    params = {**said.params, **texts}
    return {name: params[name] for name in WISHES & params.keys()} if said.source["input"] == "source" else {}


def _params(params: Mapping[str, Any], wishes: Mapping[str, Any]) -> dict[str, Any]:
    """Those of the original as its latest attempt had them, and how its table is to be read."""
    left_out = {"preview"} | (WISHES if wishes else set())
    kept = {name: said for name, said in params.items() if name not in left_out and said is not None}
    return kept | dict(wishes)


async def _original(connection: AsyncConnection, task_id: str) -> Original:
    row = (await connection.execute(text(_ORIGINAL), {"task": task_id})).one_or_none()
    if row is None:
        return Original(Absent(), {}, None)
    return Original(load(row.state), row.spec, row.file_name)
