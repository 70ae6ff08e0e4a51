"""A shadow as it is submitted, and the replay that makes true what it has said."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from domain.shadows import shadow_refusal, staleness
from domain.states import Absent, Known, State, Undone
from domain.task import load
from events.records import Priority
from events.tasks import Input, TaskReplayRequested, TaskSubmitted
from infra.task_texts import spec_with_texts
from jobs.params import TableWishes
from producers.replays import Replays, Wish
from producers.submission import Submission

# What a person says of how a table is read; named anew it takes the place of all that was said with the file.
WISHES = frozenset({*TableWishes.model_fields, "template"})
_ORIGINAL = f"""
SELECT s.state, {spec_with_texts("s")}, i.file_name FROM task_state s LEFT JOIN intake i USING (task_id)
WHERE task_id = :task
"""
_UNDER_KEY = "SELECT value FROM intake WHERE actor = :actor AND idempotency_key = :key"


class ShadowRefused(Exception):
    """There is nothing to be a shadow of, or what it has said no longer holds."""

    def __init__(self, reason: str, state: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.state = state


@dataclass(frozen=True, slots=True)
class Original:
    """The task whose input runs once more; ``spec`` is what was submitted."""

    state: State
    spec: Mapping[str, Any]
    file_name: str | None


class Shadows:
    """Makes shadows and promotes them. What the conductor cannot know is looked at here."""

    def __init__(self, engine: AsyncEngine, kafka: str) -> None:
        self._engine = engine
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
        return Submission(
            kind=spec["kind"],
            params=_params(original, wishes),
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
            value = await connection.scalar(text(_UNDER_KEY), key)
        said = TaskSubmitted.model_validate_json(value) if value is not None else None
        if said is None or said.source.get("shadow_of") != task_id or _wishes_of(said) != dict(wishes):
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
        self, shadow_id: str, source: Mapping[str, Any], params: Mapping[str, Any]
    ) -> TaskReplayRequested:
        """The replay that does what the shadow has said, and names what became of rows otherwise. Raises
        ShadowRefused where the original has moved on, InputGone, and LogUnavailable."""
        original = await self.original(str(source["shadow_of"]))
        stale = staleness(original.state, int(source["attempt"]), undone=bool(source["undone"]))
        if stale is not None:
            raise ShadowRefused(stale, original.state.name)
        otherwise = {name: params.get(name) for name in WISHES} if source["input"] == "source" else {}
        wish = Wish("all", source["input"], otherwise | {"preview": shadow_id})
        asked = await self._replays.request(str(source["shadow_of"]), wish)
        if asked.attempt != int(source["attempt"]) + 1:
            raise ShadowRefused("replayed_since", original.state.name)
        return asked


def _wishes_of(said: TaskSubmitted) -> dict[str, Any]:
    """What a shadow was told of how its table is read; of a recording nothing, whatever stands there."""
    read_anew = said.source["input"] == "source"
    return {name: said.params[name] for name in WISHES & said.params.keys()} if read_anew else {}


def _params(original: Original, wishes: Mapping[str, Any]) -> dict[str, Any]:
    """Those of the original as its latest attempt had them, and how its table is to be read."""
    state = original.state
    attempts = state.work.params if isinstance(state, Known) else {}
    params = {**original.spec["params"], **attempts}
    left_out = {"preview"} | (WISHES if wishes else set())
    kept = {name: said for name, said in params.items() if name not in left_out and said is not None}
    return kept | dict(wishes)


async def _original(connection: AsyncConnection, task_id: str) -> Original:
    row = (await connection.execute(text(_ORIGINAL), {"task": task_id})).one_or_none()
    if row is None:
        return Original(Absent(), {}, None)
    return Original(load(row.state), row.spec, row.file_name)
