"""What the classifier needs from the database: the user's rules and what persons confirmed."""

from collections.abc import Collection
from typing import Any

import psycopg

from jobs.classify import Classifier, Rule

_RULES = """
SELECT id::text, category, inn, account, direction, purpose, is_pattern, amount_from, amount_to, stop
FROM classification_rule WHERE enabled ORDER BY priority, id
"""
_HISTORY = "SELECT inn, direction, category, times FROM confirmed_category WHERE inn = ANY(%s)"


async def load_classifier(
    connection: psycopg.AsyncConnection[Any], inns: Collection[str], *, automatic: bool
) -> Classifier:
    """The classifier for one batch, whose counterparties have ``inns``; one round trip a batch."""
    if not automatic:
        return Classifier(automatic=False)
    async with connection.pipeline():
        found = await connection.execute(_RULES)
        confirmed = await connection.execute(_HISTORY, [list(inns)])
    rules = [Rule(*row) for row in await found.fetchall()]
    history: dict[tuple[str, str], dict[str, int]] = {}
    for inn, direction, category, times in await confirmed.fetchall():
        history.setdefault((inn, direction), {})[category] = times
    return Classifier(rules, history)
