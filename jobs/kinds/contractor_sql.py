"""The statements by which contractors find their rows.

A reference (Ref_Key of 1C, Ид of CommerceML) is an identity; ИНН and КПП find the row of who has none. A key
made of numbers or a name is told from a reference by its version, 8 (``jobs.contractors.reading``).
"""

from jobs.kinds import layers
from jobs.kinds.images import image

FIELDS = "code, name, full_name, kind, inn, kpp, okpo, data_version, retracted, warnings"
COLUMNS = f"key, row_no, {FIELDS}"
STRAIGHT = f"COPY contractor ({COLUMNS}, task_id) FROM STDIN"
TEMP = f"""
CREATE TEMP TABLE IF NOT EXISTS incoming_contractor ON COMMIT DELETE ROWS
AS SELECT {COLUMNS}, key AS adopted FROM contractor WITH NO DATA
"""
EMPTY = "DELETE FROM incoming_contractor"
COPY = f"COPY incoming_contractor ({COLUMNS}) FROM STDIN"
# Who is looked for by ИНН and КПП must not come, or change its key, between the look and the write: two
# imports at the same time would make two of one. Batches of one task come one after the other anyway.
ALONE = "SELECT pg_advisory_xact_lock(hashtext('contractor'))"
# Is there anybody with one of these ИНН?
ANY_KNOWN = "SELECT EXISTS (SELECT FROM contractor WHERE inn = ANY(%s) AND inn <> '' AND NOT retracted)"
# A row that a file made without a reference becomes the one of 1C: one contractor, not two. Also where the
# file had no КПП for it and nobody else has the ИНН; of several elements the exact one, else the first. They
# are looked for one by one: joined, a table without statistics was read through for each (0.8 s a batch).
ADOPT = """
WITH pair AS MATERIALIZED (
    SELECT DISTINCT ON (f.key) i.key AS reference, f.key FROM incoming_contractor i, LATERAL (
        SELECT c.key, c.kpp <> i.kpp AS filled_in FROM contractor c
        WHERE c.inn = i.inn AND c.inn <> '' AND NOT c.retracted AND uuid_extract_version(c.key) = 8
          AND c.data_version IS NULL -- a reference of 1C may look like a key of ours
          AND (c.kpp = i.kpp OR c.kpp = ''
            AND NOT EXISTS (SELECT FROM contractor o
                            WHERE o.inn = c.inn AND o.inn <> '' AND NOT o.retracted AND o.key <> c.key)
            AND NOT EXISTS (SELECT FROM incoming_contractor e WHERE e.inn = i.inn AND e.row_no < i.row_no))
        ORDER BY filled_in, c.key LIMIT 1) f
    WHERE i.inn <> '' AND NOT i.retracted AND uuid_extract_version(i.key) IS DISTINCT FROM 8
      AND NOT EXISTS (SELECT FROM contractor k WHERE k.key = i.key)
    ORDER BY f.key, f.filled_in, i.row_no
)
, made AS (
    UPDATE contractor c SET key = pair.reference FROM pair WHERE c.key = pair.key
    RETURNING new.key, old.key AS adopted
)
UPDATE incoming_contractor i SET adopted = made.adopted FROM made WHERE made.key = i.key
"""
# And a row without a reference means who has its ИНН and КПП; without a КПП, who has its ИНН in 1C.
FIND = """
UPDATE incoming_contractor i SET key = f.key FROM incoming_contractor w, LATERAL (
    SELECT c.key FROM contractor c
    WHERE c.inn = w.inn AND c.inn <> '' AND NOT c.retracted
      AND (c.kpp = w.kpp OR w.kpp = '' AND c.data_version IS NOT NULL)
    ORDER BY c.data_version IS NULL, c.kpp <> w.kpp, c.key LIMIT 1) f
WHERE w.row_no = i.row_no AND i.inn <> '' AND uuid_extract_version(i.key) = 8 AND f.key <> i.key
RETURNING i.row_no, i.key
"""
# A row with a КПП means who has its ИНН without one, here or further up in the batch, if nobody else has it:
# the КПП was filled in. Those are few, and looked for first.
FILLED_IN = """
WITH bare AS MATERIALIZED (
    SELECT inn FROM incoming_contractor WHERE kpp = '' AND inn <> ''
    UNION
    SELECT i.inn FROM incoming_contractor i, LATERAL (
        SELECT FROM contractor c
        WHERE c.inn = i.inn AND c.inn <> '' AND c.kpp = '' AND NOT c.retracted LIMIT 1) c
    WHERE i.kpp <> ''
), wanted AS MATERIALIZED (
    SELECT row_no, inn FROM incoming_contractor JOIN bare USING (inn)
    WHERE kpp <> '' AND uuid_extract_version(key) = 8
)
UPDATE incoming_contractor i SET key = f.key FROM wanted w, LATERAL (
    SELECT (array_agg(o.key))[1] AS key FROM (
        SELECT c.key, c.kpp FROM contractor c WHERE c.inn = w.inn AND c.inn <> '' AND NOT c.retracted
        UNION
        SELECT e.key, e.kpp FROM incoming_contractor e WHERE e.inn = w.inn AND e.row_no < w.row_no
    ) o HAVING count(DISTINCT o.key) = 1 AND max(o.kpp) = '') f
WHERE w.row_no = i.row_no AND f.key <> i.key
RETURNING i.row_no, i.key
"""
# Of rows that mean one contractor now, a later one without a КПП leaves that of the earlier one.
KPP_STAYS = """
UPDATE incoming_contractor i SET kpp = e.kpp FROM incoming_contractor e
WHERE e.key = i.key AND e.row_no < i.row_no AND e.kpp <> '' AND i.kpp = '' AND e.inn = i.inn
"""
# Rows of a batch that mean one contractor: the last counts.
TWICE = """
DELETE FROM incoming_contractor i USING (
    SELECT key, max(row_no) AS row_no FROM incoming_contractor GROUP BY key HAVING count(*) > 1) last
WHERE last.key = i.key AND last.row_no > i.row_no
RETURNING i.row_no, last.row_no
"""
# A file does not touch what 1C has, not even what 1C has deleted.
OF_1C = """
DELETE FROM incoming_contractor i USING contractor c
WHERE c.key = i.key AND c.data_version IS NOT NULL
RETURNING i.row_no
"""
NEVER_IMPORTED = """
SELECT i.key FROM incoming_contractor i
WHERE i.retracted AND NOT EXISTS (SELECT FROM contractor c WHERE c.key = i.key)
"""
_EMPTY_STAYS = ("code", "kind", "okpo")
_CHANGES = ("code", "name", "full_name", "kind", "inn", "kpp", "okpo", "retracted", "warnings")


def _said(field: str) -> str:
    """What a file does not say leaves what is there; a full name that is only the name says nothing, and
    follows the name where it was made of it before."""
    if field in _EMPTY_STAYS:
        return f"coalesce(nullif(excluded.{field}, ''), contractor.{field})"
    if field == "full_name":
        return (
            "CASE WHEN excluded.full_name = excluded.name"
            " AND contractor.full_name NOT IN ('', contractor.name)"
            " THEN contractor.full_name ELSE excluded.full_name END"
        )
    if field == "kpp":
        return (
            "CASE WHEN excluded.kpp = '' AND excluded.inn = contractor.inn"
            " THEN contractor.kpp ELSE excluded.kpp END"
        )
    return f"excluded.{field}"


_OF_FILE = {field: _said(field) for field in _CHANGES}
_SETS = ", ".join(
    f"{field} = CASE WHEN excluded.data_version IS NULL THEN {said} ELSE excluded.{field} END"
    for field, said in _OF_FILE.items()
)
# 1C's rows follow their DataVersion; a file's row has none and follows its content. Of rows of one file the
# last counts, in whatever order its batches are written.
UPSERT = f"""
WITH written AS (
INSERT INTO contractor ({COLUMNS}, task_id)
SELECT {COLUMNS}, %(task)s FROM incoming_contractor i
WHERE NOT i.retracted OR EXISTS (SELECT FROM contractor c WHERE c.key = i.key)
ORDER BY i.key
ON CONFLICT (key) DO UPDATE SET {_SETS}, data_version = excluded.data_version, updated_at = now(),
    changed_by = excluded.task_id, changed_row = excluded.row_no
WHERE CASE WHEN excluded.data_version IS NOT NULL
    THEN contractor.data_version IS DISTINCT FROM excluded.data_version
        OR contractor.retracted <> excluded.retracted
    ELSE ({", ".join(f"contractor.{field}" for field in _OF_FILE)})
        IS DISTINCT FROM ({", ".join(_OF_FILE.values())})
        AND NOT (coalesce(contractor.changed_by, contractor.task_id) = excluded.task_id
            AND coalesce(contractor.changed_row, contractor.row_no) > excluded.row_no)
    END
RETURNING new.id, new.key, new.changed_row AS row_no, old.id IS NULL AS is_new, new.retracted,
    {layers.before(layers.MADE_AND_CHANGED)}
), adopting AS (
SELECT w.id, w.owner, w.row_no, CASE WHEN i.adopted IS NULL THEN w.before
    ELSE (w.before::jsonb || jsonb_build_object('key', i.adopted))::json END AS before
FROM written w JOIN incoming_contractor i USING (key)
), kept AS ({layers.keep("contractor", written="adopting")}
), changed AS (
INSERT INTO contractor_change (task_id, contractor_id) SELECT %(task)s, id FROM written WHERE NOT is_new
ON CONFLICT DO NOTHING
)
SELECT key, is_new, retracted FROM written
"""
STANDING = f"SELECT i.row_no, {image('t')} FROM incoming_contractor i JOIN contractor t USING (key)"
TOLD = (*_CHANGES, "data_version")
CARRY = layers.carry("contractor", "incoming_contractor", "t.key = i.key", layers.MADE_AND_CHANGED)
RETRACT = f"""
WITH gone AS (
    UPDATE contractor SET retracted = true, updated_at = now(), changed_by = %(task)s, changed_row = NULL
    WHERE NOT retracted AND data_version IS NOT NULL AND key IN (
        SELECT key FROM contractor WHERE key = ANY(%(keys)s) ORDER BY key FOR UPDATE)
    RETURNING new.id, new.key, {layers.before(layers.MADE_AND_CHANGED)}
), kept AS ({layers.keep("contractor", row_no="NULL", written="gone")}
), changed AS (
    INSERT INTO contractor_change (task_id, contractor_id) SELECT %(task)s, id FROM gone
    ON CONFLICT DO NOTHING
)
SELECT key FROM gone
"""
STORED = "SELECT key FROM contractor WHERE key = ANY(%(keys)s)"
