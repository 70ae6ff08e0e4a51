"""What becomes of each table's rows when cleanup takes a task out of the lists: one place for all of them.

Nothing can be asked of such a task any more, so that what only a replay or an undo of it would need goes,
and row data goes. Its events, what it has imported, and what other tasks need stay.
"""

from collections.abc import Mapping

_OF_THESE = "task_id = ANY(%(tasks)s::uuid[])"
# By the projection, in the transaction that takes in task.purged.v1; tables of the schema ``read``. By table:
# which of its rows go.
SHOWN: Mapping[str, str] = {
    "task": "id = ANY(%(tasks)s::uuid[])",
    **dict.fromkeys(("attempt", "batch", "reject"), _OF_THESE),
}
# With them, of the schema ``public``: what a person wrote, also for one of its replays, and how a table was
# read with its first rows. Texts of a shadow that was promoted are kept for the original under an id of their
# own: whichever of the two goes first, the other can do without it.
BESIDE: Mapping[str, str] = {
    "task_text": (
        f"{_OF_THESE} OR task_id IN (SELECT (e.data #>> '{{params,texts_of}}')::uuid FROM task_event e"
        f" WHERE e.{_OF_THESE} AND e.type = 'task.replay_requested.v1')"
    ),
    "table_mapping": _OF_THESE,
}

_OF_TASK = "task_id = %(task)s"
_LIVING = "SELECT FROM task_state s WHERE s.task_id = {other} AND s.state ->> 'name' <> 'purged'"
# By importers, some rows a transaction. By table: which of its rows go.
GOING: Mapping[str, str] = {
    # What a replay reads.
    "recorded_batch": _OF_TASK,
    "replay_plan": _OF_TASK,
    "correction": _OF_TASK,
    "read_lease": _OF_TASK,
    # What came of its batches, rejected rows and all: the fence keeps later deliveries out.
    "applied_batch": _OF_TASK,
    "batch_delivery": _OF_TASK,
    "preview_batch": _OF_TASK,
    "preview_key": _OF_TASK,
    "warned_row": _OF_TASK,
    "reconciliation": _OF_TASK,
    "error_detail": _OF_TASK,
    # What nobody has published yet still is.
    "bulk_target": "bulk_id = %(task)s AND (event_id IS NULL OR published_at IS NOT NULL)",
    # What an undo of it would need. Where it stands over another task's row that may still be undone, and
    # where it brought one, it stays until that one has gone too.
    "undo": _OF_TASK,
    "undo_row": _OF_TASK,
    "undo_conflict": _OF_TASK,
    "row_before": (
        f"({_OF_TASK} AND NOT EXISTS ({_LIVING.format(other='x.owner')}))"
        f" OR (owner = %(task)s AND NOT EXISTS ({_LIVING.format(other='x.task_id')}))"
    ),
    "carried_row": "owner = %(task)s",
}

# Tables of the schema ``public`` that cleanup leaves alone, and why.
STAYING: Mapping[str, str] = {
    **dict.fromkeys(
        (
            *("bank_transaction", "contractor", "component", "part_number", "quote", "stock_lot"),
            *(
                "currency_rate",
                "price_history",
                "recalculated_day",
                "pricelist",
                "pricelist_item",
                "statement_period",
            ),
            *("contractor_change", "classifier_model", "classifier_activation", "classifier_example"),
        ),
        "what was imported or made of it",
    ),
    **dict.fromkeys(
        (
            *("duplicate_decision", "confirmed_category", "category_choice", "classification_rule"),
            *("classification_rule_change", "table_template"),
        ),
        "what persons decided",
    ),
    "repeated_transaction": "protects rows of other tasks that this one brought too",
    "unknown_before": "says what is not known of rows that stay",
    "intake": "the same key and the same file still have their answer",
    "task_state": "says that it was removed, and numbers its events",
    "attempt": "the fence: a batch that is delivered late writes nothing",
    "outbox": "leaves with the broker's ack",
    "leftover": "the list of what is to be removed",
    **dict.fromkeys(("closed_period", "closed_period_override", "access_event", "audit_root"), "the trail"),
    **dict.fromkeys(("users", "secret_key", "topic_retention"), "of no task"),
    "conductor_offset": "where processes are",
}
# The same of the schema ``read``.
STAYING_SHOWN: Mapping[str, str] = {
    **dict.fromkeys(
        ("task_event", "task_standing", "task_snapshot", "task_count_change", "process_hour"), "the trail"
    ),
    **dict.fromkeys(("purged_task", "task_count", "projection_offset", "unreadable"), "of the projection"),
}
