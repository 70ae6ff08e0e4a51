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
    """The classifier for one batch, whose counterparties have ``inns``; two short queries a batch."""
    if not automatic:
        return Classifier(automatic=False)
    rules = [Rule(*row) for row in await (await connection.execute(_RULES)).fetchall()]
    history: dict[tuple[str, str], dict[str, int]] = {}
    async for inn, direction, category, times in await connection.execute(_HISTORY, [list(inns)]):
        history.setdefault((inn, direction), {})[category] = times
    return Classifier(rules, history)
