"""The statements of a projection. Rows come as one JSON document each; names follow the search path."""

from jobs.cleaning import BESIDE, SHOWN

_TASK = (
    'partition, "offset", seq, kind, status, outcome, attempt, priority, dry_run, submitted_by,'
    " correlation_id, created_at, seen_at, started_at, finished_at, failure, params, source, counts,"
    " progress, result, error, retry, settled"
)
_ATTEMPT = (
    "status, outcome, scope, input, tries, worker, rows, batches, skipped, batched, before, origin, version,"
    " totals, controls, notes, error, queued_at, started_at, finished_at"
)
TASK, ATTEMPT = f"id, {_TASK}", f"task_id, attempt, {_ATTEMPT}"
EVENT = (
    'partition, "offset", task_id, number, kind, repeated, id, type, time, actor, correlation_id,'
    " causation_id, source, value, hash"
)
STATE = (
    'task_id, "offset", partition, at, until, status, before, outcome, failure, retry, kind, submitted_by,'
    " created_at"
)


def _excluded(columns: str) -> str:
    return ", ".join(f"EXCLUDED.{name.strip()}" for name in columns.split(","))


LOCK_OFFSETS = """
SELECT topic, partition, "offset" FROM projection_offset
WHERE (topic, partition) IN (SELECT * FROM unnest(%s::text[], %s::int[]))
ORDER BY topic, partition FOR UPDATE
"""

# Only rows that were not there come back: everything else is a repeat.
ADD_BATCHES = """
INSERT INTO batch
SELECT * FROM jsonb_populate_recordset(NULL::batch, %s::jsonb) b
WHERE NOT EXISTS (SELECT FROM purged_task p WHERE p.id = b.task_id)
ON CONFLICT DO NOTHING
RETURNING task_id::text, attempt, batch_no
"""

READ_TASKS = "SELECT to_jsonb(t) FROM task t WHERE id = ANY(%s::uuid[])"
READ_ATTEMPTS = "SELECT to_jsonb(a) FROM attempt a WHERE task_id = ANY(%s::uuid[])"
READ_PURGED = "SELECT id::text FROM purged_task WHERE id = ANY(%s::uuid[])"

WRITE_TASKS = f"""
INSERT INTO task ({TASK})
SELECT {TASK} FROM jsonb_populate_recordset(NULL::task, %s::jsonb)
ON CONFLICT (id) DO UPDATE SET ({_TASK}) = ROW({_excluded(_TASK)})
"""
WRITE_ATTEMPTS = f"""
INSERT INTO attempt ({ATTEMPT})
SELECT {ATTEMPT} FROM jsonb_populate_recordset(NULL::attempt, %s::jsonb)
ON CONFLICT (task_id, attempt) DO UPDATE SET ({_ATTEMPT}) = ROW({_excluded(_ATTEMPT)})
"""
READ_HEADS = """
SELECT h.task_id::text, h.number, h.hash, h.kind FROM unnest(%s::uuid[]) wanted (id)
CROSS JOIN LATERAL (
    SELECT task_id, number, hash, kind FROM task_event WHERE task_id = wanted.id
    ORDER BY "offset" DESC LIMIT 1
) h
"""
WRITE_EVENTS = f"""
INSERT INTO task_event ({EVENT}) SELECT {EVENT} FROM jsonb_populate_recordset(NULL::task_event, %s::jsonb)
"""
# Before the states that follow are written: of each task the first of those.
CLOSE_STATES = """
UPDATE task_standing s SET until = n.at
FROM jsonb_populate_recordset(NULL::task_standing, %s::jsonb) n
WHERE s.task_id = n.task_id AND s.until IS NULL
"""
WRITE_STATES = """
INSERT INTO task_standing SELECT * FROM jsonb_populate_recordset(NULL::task_standing, %s::jsonb)
"""
WRITE_COUNT_CHANGES = """
INSERT INTO task_count_change SELECT * FROM jsonb_populate_recordset(NULL::task_count_change, %s::jsonb)
ON CONFLICT (grain, bucket, partition, status) DO UPDATE SET n = task_count_change.n + EXCLUDED.n
"""
WRITE_SNAPSHOTS = """
INSERT INTO task_snapshot SELECT * FROM jsonb_populate_recordset(NULL::task_snapshot, %s::jsonb)
"""
# Most of them are there.
WRITE_PROCESS_HOURS = """
INSERT INTO process_hour (actor, hour, partition)
SELECT actor, hour, partition FROM jsonb_populate_recordset(NULL::process_hour, %s::jsonb)
ON CONFLICT DO NOTHING
"""
WRITE_UNREADABLE = """
INSERT INTO unreadable SELECT * FROM jsonb_populate_recordset(NULL::unreadable, %s::jsonb)
"""
# An importer that is redelivered a batch publishes its rejects again.
WRITE_REJECTS = """
INSERT INTO reject SELECT * FROM jsonb_populate_recordset(NULL::reject, %s::jsonb) r
WHERE NOT EXISTS (SELECT FROM purged_task p WHERE p.id = r.task_id)
ON CONFLICT DO NOTHING
"""
# One that was swept may come after a later one of the same row.
WRITE_CORRECTIONS = """
UPDATE reject r SET corrected = c.corrected, corrected_by = c.corrected_by, corrected_at = c.corrected_at
FROM jsonb_populate_recordset(NULL::reject, %s::jsonb) c
WHERE (r.task_id, r.attempt, r.row_no) = (c.task_id, c.attempt, c.row_no)
  AND (r.corrected_at IS NULL OR r.corrected_at < c.corrected_at)
"""
WRITE_COUNTS = """
INSERT INTO task_count SELECT * FROM jsonb_populate_recordset(NULL::task_count, %s::jsonb)
ON CONFLICT (partition, status) DO UPDATE SET n = task_count.n + EXCLUDED.n
"""
WRITE_PURGED = """
INSERT INTO purged_task SELECT * FROM jsonb_populate_recordset(NULL::purged_task, %s::jsonb)
"""
# The audit trail stays: what leaves are the lists and, with the rejects, row data and what a person wrote.
PURGE = tuple(f"DELETE FROM {table} WHERE {which}" for table, which in {**SHOWN, **BESIDE}.items())

WRITE_OFFSETS = """
UPDATE projection_offset o SET "offset" = n."offset"
FROM unnest(%s::text[], %s::int[], %s::bigint[]) n (topic, partition, "offset")
WHERE (o.topic, o.partition) = (n.topic, n.partition)
RETURNING o.topic, o.partition, o."offset"
"""
NOTIFY = "SELECT pg_notify(%s, %s)"

READ_OFFSETS = """
SELECT partition, topic_id, "offset" FROM projection_offset WHERE topic = %s AND partition = ANY(%s::int[])
"""
FIRST_OFFSETS = """
INSERT INTO projection_offset (topic, partition, topic_id, "offset")
SELECT %s, n.partition, %s, n."offset" FROM unnest(%s::int[], %s::bigint[]) n (partition, "offset")
ON CONFLICT DO NOTHING
"""
SEEN = """
UPDATE projection_offset o SET seen_at = clock_timestamp() - make_interval(secs => %s), log_end = n.log_end
FROM unnest(%s::text[], %s::int[], %s::bigint[]) n (topic, partition, log_end)
WHERE (o.topic, o.partition) = (n.topic, n.partition)
RETURNING o.topic, o.partition, o."offset"
"""
