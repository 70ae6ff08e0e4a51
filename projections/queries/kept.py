"""Until when the log keeps what a task has recorded, where a replay of it is still wanted."""

# Each batch where it was recorded last; a redrive records rows, not batches.
_UNTIL = """
SELECT min(k.until) AS recorded_until,
    coalesce(bool_or(k.until > now() AND k.until <= now() + least(interval '7 days', k.kept_for / 4)), false)
        AS input_expires_soon
FROM (
    SELECT DISTINCT ON (r.batch_no) r.recorded_at + m.kept_for AS until, m.kept_for
    FROM recorded_batch r JOIN topic_retention m ON m.topic = r.topic
    LEFT JOIN replay_plan p ON p.task_id = r.task_id AND p.attempt = r.attempt
    WHERE r.task_id = t.id AND p.scope IS DISTINCT FROM 'rejected'
    ORDER BY r.batch_no, r.attempt DESC
) k
"""
# Whoever has failed, was stopped, or has rows that stand rejected may still be run again.
_MATTERS = """
NOT t.dry_run AND t.outcome IS DISTINCT FROM 'undone'
AND (t.status IN ('failed', 'cancelled') OR t.outcome = 'partial')
"""
JOIN = f"LEFT JOIN LATERAL ({_UNTIL} HAVING {_MATTERS}) kept ON true"
# Nothing that ended longer ago than the log keeps anything, so that old tasks are not looked at.
EXPIRES_SOON = f"""
(t.finished_at > now() - (SELECT max(kept_for) FROM topic_retention) AND {_MATTERS}
 AND (SELECT u.input_expires_soon FROM ({_UNTIL}) u))
"""
