"""A task as its workers see it, out of what was submitted and what an attempt does otherwise."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from jobs.base import TaskSpec


def spec_of(task_id: str, attempt: int, spec: Mapping[str, Any]) -> TaskSpec:
    """``spec`` as ``infra.task_texts.spec_with_texts`` finds it."""
    return TaskSpec(
        task_id=task_id,
        attempt=attempt,
        kind=spec["kind"],
        params=spec["params"],
        source=spec["source"],
        dry_run=spec["dry_run"],
        shadow_of=spec["source"].get("shadow_of"),
    )


def as_original(spec: TaskSpec) -> TaskSpec:
    """Whose rows a kind is to take for the task's own: a shadow writes, and takes back, as the task that it
    is a shadow of."""
    return spec if spec.shadow_of is None else replace(spec, task_id=spec.shadow_of)
