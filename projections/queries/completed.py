"""Imports that count: completed ones that were no dry run and were not undone.

A replay of a completed task hides nothing, and neither does a cleanup: the audit trail says what a purged
task was. One that was undone and then replayed to its end counts again.
"""

COUNTING = """(
    SELECT t.id, t.params, t.created_at FROM task t
    WHERE t.kind = 'bank_transactions' AND NOT t.dry_run
      AND coalesce(t.settled ->> 'status', t.status) = 'completed'
      AND coalesce(t.settled ->> 'outcome', t.outcome) IS DISTINCT FROM 'undone'
    UNION ALL
    SELECT p.id, s.data -> 'params', s.time FROM purged_task p
    JOIN task_event s ON s.task_id = p.id AND s.type = 'task.submitted.v1'
    WHERE s.data ->> 'kind' = 'bank_transactions' AND s.data ->> 'dry_run' IS DISTINCT FROM 'true'
      AND EXISTS (SELECT FROM task_event e WHERE e.task_id = p.id AND e.type = 'task.completed.v1')
      AND NOT EXISTS (
        SELECT FROM task_event e WHERE e.task_id = p.id AND e.type = 'task.undone.v1' AND NOT EXISTS (
            SELECT FROM task_event c
            WHERE c.task_id = p.id AND c.type = 'task.completed.v1' AND c."offset" > e."offset"))
)"""
