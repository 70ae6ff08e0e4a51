"""What the classifier needs from the database: the user's rules, what persons confirmed, the text model."""

import logging
from collections.abc import Collection, Sequence
from typing import Any

import psycopg

from jobs.classify import Classifier, Rule
from jobs.learning.shelf import ActiveModel, unpack
from jobs.patterns import BadPattern

log = logging.getLogger(__name__)

# Of ``stored_rule``.
RULE_COLUMNS = """
id::text, category, inn, account, direction, purpose, is_pattern, amount_from, amount_to, stop
"""
_RULES = f"SELECT {RULE_COLUMNS} FROM classification_rule WHERE enabled ORDER BY priority, id"
_HISTORY = "SELECT inn, direction, category, times FROM confirmed_category WHERE inn = ANY(%s) AND times > 0"
_ACTIVE = "SELECT id::text, version, threshold FROM classifier_model WHERE active"
_PARAMETERS = "SELECT parameters FROM classifier_model WHERE id = %s"


class ModelShelf:
    """The active model of this process: loaded when another one has become active, not for every batch."""

    def __init__(self) -> None:
        self._model: ActiveModel | None = None

    async def model(
        self, connection: psycopg.AsyncConnection[Any], active: tuple[str, int, float] | None
    ) -> ActiveModel | None:
        """The model that ``active`` (id, version, threshold) names."""
        if active is None:
            self._model = None
        elif self._model is None or (self._model.id, self._model.threshold) != (active[0], active[2]):
            found = await (await connection.execute(_PARAMETERS, [active[0]])).fetchone()
            self._model = ActiveModel(*active, unpack(found[0])) if found else None
        return self._model


_shelf = ModelShelf()


async def load_classifier(
    connection: psycopg.AsyncConnection[Any], inns: Collection[str], *, automatic: bool
) -> Classifier:
    """The classifier for one batch, whose counterparties have ``inns``; one round trip a batch."""
    if not automatic:
        return Classifier(automatic=False)
    async with connection.pipeline():
        found = await connection.execute(_RULES)
        active = await connection.execute(_ACTIVE)
        confirmed = await connection.execute(_HISTORY, [list(inns)])
    rules = [rule for row in await found.fetchall() if (rule := stored_rule(row))]
    history: dict[tuple[str, str], dict[str, int]] = {}
    for inn, direction, category, times in await confirmed.fetchall():
        history.setdefault((inn, direction), {})[category] = times
    return Classifier(rules, history, await _shelf.model(connection, await active.fetchone()))


def stored_rule(row: Sequence[Any]) -> Rule | None:
    """A pattern that was stored before patterns were checked must not stop every import."""
    try:
        return Rule(*row)
    except BadPattern as error:
        log.warning("rule %s is left out: %s %s", row[0], error.code, error.reason)
        return None
