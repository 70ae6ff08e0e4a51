"""What a person wrote beside a file: kept in PostgreSQL by task, never in the log, which has its keyed hash.

A replay that reads a table otherwise has texts of its own, under an id that its ``params`` name. A cleanup
takes both. Tasks and replays of earlier versions have theirs in ``params`` of the event.
"""

import hashlib
import hmac
from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID, uuid5

import orjson

# The member of ``params`` that has the hash, null where an attempt has no texts.
HASHED = "texts"
# The member of an attempt's ``params`` that says whose texts take the place of all that were submitted.
TEXTS_OF = "texts_of"
# However often the same is asked for.
KEEP = """
INSERT INTO task_text (task_id, texts) VALUES (:task_id, CAST(:texts AS jsonb)) ON CONFLICT DO NOTHING
"""


def keyed_hash(key: bytes, said: Mapping[str, Any]) -> str:
    """HMAC-SHA256, 32 hexadecimal digits, whatever the order of the members."""
    packed = orjson.dumps(said, option=orjson.OPT_SORT_KEYS)
    return hmac.new(key, packed, hashlib.sha256).hexdigest()[:32]


def apart(
    key: bytes, params: Mapping[str, Any], free: Collection[str]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """``params`` as the log may have them, and the texts among them: those named ``free``."""
    texts = {name: said for name, said in params.items() if name in free}
    rest = {name: said for name, said in params.items() if name not in free}
    return rest | ({HASHED: keyed_hash(key, texts)} if texts else {}), texts


def copy_id(task_id: str, of: str) -> str:
    """Under which the texts of task ``of`` are kept for an attempt of ``task_id``."""
    return str(uuid5(UUID(task_id), f"texts/{of}"))


def spec_with_texts(state: str) -> str:
    """A task's spec as a worker of its latest attempt takes it, in SQL: ``params`` with what attempts do
    otherwise and with the texts, or still with their hash where those are gone. ``state``: ``task_state``."""
    submitted = f"({state}.spec -> 'params')"
    otherwise = f"coalesce({state}.state #> '{{work,params}}', '{{}}')"
    own = f"{_resolved(submitted, f'{state}.task_id')} || {otherwise}"
    other = _resolved(f"({submitted} || {otherwise})", f"({otherwise} ->> '{TEXTS_OF}')::uuid")
    return (
        f"jsonb_set({state}.spec, '{{params}}', CASE WHEN {otherwise} ? '{TEXTS_OF}'"
        f" THEN {other} - '{TEXTS_OF}' ELSE {own} END) AS spec"
    )


def _resolved(params: str, holder: str) -> str:
    texts = f"(SELECT x.texts FROM task_text x WHERE x.task_id = {holder})"
    return (
        f"(CASE WHEN {params} ->> '{HASHED}' IS NULL THEN {params} - '{HASHED}'"
        f" ELSE coalesce({params} - '{HASHED}' || {texts}, {params}) END)"
    )
