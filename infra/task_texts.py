"""What a person wrote beside a file: kept in PostgreSQL by task, never in the log, which has its keyed hash.

A cleanup takes it. Tasks of earlier versions have theirs in ``params`` of the event.
"""

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

import orjson

# The member of ``params`` that has the hash.
HASHED = "texts"
KEEP = "INSERT INTO task_text (task_id, texts) VALUES (:task_id, CAST(:texts AS jsonb))"


def keyed_hash(key: bytes, said: Mapping[str, Any]) -> str:
    """HMAC-SHA256, 32 hexadecimal digits, whatever the order of the members."""
    packed = orjson.dumps(said, option=orjson.OPT_SORT_KEYS)
    return hmac.new(key, packed, hashlib.sha256).hexdigest()[:32]


def spec_with_texts(state: str) -> str:
    """A task's spec as a worker takes it, in SQL: ``params`` with its texts, or still with their hash where
    they are gone. ``state`` is ``task_state``."""
    texts = f"(SELECT x.texts FROM task_text x WHERE x.task_id = {state}.task_id)"
    params = f"({state}.spec -> 'params') - '{HASHED}' || {texts}"
    return (
        f"CASE WHEN {state}.spec -> 'params' ? '{HASHED}'"
        f" THEN coalesce(jsonb_set({state}.spec, '{{params}}', {params}), {state}.spec)"
        f" ELSE {state}.spec END AS spec"
    )
