"""A task as its workers see it, out of what was submitted and what an attempt does otherwise."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from jobs.base import TaskSpec


def spec_of(
    task_id: str, attempt: int, submitted: Mapping[str, Any], otherwise: Mapping[str, Any]
) -> TaskSpec:
    """``submitted`` is ``task_state.spec``, ``otherwise`` the params of the attempt (``domain.work``)."""
    shadow_of = submitted["source"].get("shadow_of")
    return TaskSpec(
        task_id=task_id,
        attempt=attempt,
        kind=submitted["kind"],
        params={**submitted["params"], **otherwise},
        source=submitted["source"],
        dry_run=submitted["dry_run"],
        shadow_of=shadow_of,
    )


def as_original(spec: TaskSpec) -> TaskSpec:
    """Whose rows a kind is to take for the task's own: a shadow writes, and takes back, as the task that it
    is a shadow of."""
    return spec if spec.shadow_of is None else replace(spec, task_id=spec.shadow_of)
