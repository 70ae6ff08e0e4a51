"""The statements of leases: who holds one, how far its reader is, where its batches lie."""

from infra.task_texts import spec_with_texts

OFFER = """
INSERT INTO read_lease (task_id, attempt, tries) VALUES (:task, :attempt, :tries)
ON CONFLICT (task_id, attempt) DO UPDATE
    SET tries = excluded.tries, state = 'waiting', holder = NULL, expires_at = NULL,
        queued_at = clock_timestamp(), takeovers = 0
    WHERE read_lease.tries < excluded.tries
"""
# A worker's successor has its name and another token: it need not wait until the lease runs out.
CLAIM = f"""
WITH next AS (
    SELECT l.task_id, l.attempt, l.holder, {spec_with_texts("s")}, s.state AS known
    FROM read_lease l JOIN attempt a USING (task_id, attempt) JOIN task_state s USING (task_id)
    WHERE l.state <> 'done' AND a.state = 'current'
      AND l.task_id::text || '/' || l.attempt <> ALL (:mine)
      AND (NOT :urgent OR s.spec ->> 'priority' = 'high')
      AND (l.state = 'waiting' OR l.expires_at < clock_timestamp()
           OR split_part(l.holder, '/', 1) = :worker)
    ORDER BY CASE s.spec ->> 'priority' WHEN 'high' THEN 0 WHEN 'normal' THEN 1 ELSE 2 END, l.queued_at
    LIMIT 1 FOR UPDATE OF l SKIP LOCKED
)
UPDATE read_lease l
SET state = 'held', holder = :token,
    takeovers = CASE WHEN next.holder IS NULL THEN l.takeovers ELSE l.takeovers + 1 END,
    expires_at = clock_timestamp() + make_interval(secs => :seconds)
FROM next WHERE l.task_id = next.task_id AND l.attempt = next.attempt
RETURNING l.task_id, l.attempt, l.tries, l.cursor, l.takeovers, next.spec, next.known AS state,
    next.holder AS taken_from
"""
RENEW = """
UPDATE read_lease l SET expires_at = clock_timestamp() + make_interval(secs => :seconds)
WHERE task_id = :task AND attempt = :attempt AND holder = :token AND state = 'held'
  AND EXISTS (SELECT FROM attempt a WHERE a.task_id = l.task_id AND a.attempt = l.attempt
              AND a.state = 'current')
"""
MOVE = """
UPDATE read_lease SET cursor = CAST(:cursor AS jsonb), takeovers = 0
WHERE task_id = :task AND attempt = :attempt AND holder = :token AND state = 'held'
"""
RECORD = """
INSERT INTO recorded_batch
    (task_id, attempt, batch_no, topic, partition, "offset", first_row, rows, content_hash, recorded_at)
VALUES (:task, :attempt, :batch_no, :topic, :partition, :offset, :first_row, :rows, :hash,
    to_timestamp(CAST(:timestamp AS bigint) / 1000.0))
ON CONFLICT (task_id, attempt, batch_no) DO UPDATE
    SET topic = excluded.topic, partition = excluded.partition, "offset" = excluded."offset",
        recorded_at = excluded.recorded_at
"""
FINISH = """
UPDATE read_lease SET state = 'done', holder = NULL, expires_at = NULL
WHERE task_id = :task AND attempt = :attempt AND holder = :token
"""
