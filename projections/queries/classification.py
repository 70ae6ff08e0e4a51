"""Rules and their history, text models, and which categories there are."""

from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from jobs.classify import TRANSFER
from jobs.presets import preset_categories
from projections.queries import paging
from projections.queries.lists import Listing

_RULE = """
SELECT r.*, c.name AS created_by_name, u.name AS updated_by_name FROM classification_rule r
LEFT JOIN users c ON c.id::text = r.created_by LEFT JOIN users u ON u.id::text = r.updated_by
"""
RULES = Listing(
    _RULE,
    {
        "category": "r.category = :category",
        "inn": "r.inn = :inn",
        "direction": "r.direction = :direction",
        "enabled": "r.enabled = :enabled",
        "q": "(r.name ILIKE :q OR r.category ILIKE :q OR r.purpose ILIKE :q)",
    },
    {"r.priority": paging.number, "r.id": paging.identity},
)
CHANGES = Listing(
    "SELECT c.*, u.name AS author_name FROM classification_rule_change c"
    " LEFT JOIN users u ON u.id::text = c.author",
    {"rule_id": "c.rule_id = :rule_id"},
    {"c.id": paging.number},
    descending=True,
)
_MODEL = """
SELECT m.id AS task_id, m.version, m.active, m.created_at, m.threshold, m.transactions, m.texts, m.categories,
    m.accuracy, m.coverage, m.precision, m.quality, m.temperature, length(m.parameters) AS bytes,
    a.activated_at, a.activated_by_name
FROM classifier_model m LEFT JOIN LATERAL (
    SELECT a.at AS activated_at, u.name AS activated_by_name FROM classifier_activation a
    LEFT JOIN users u ON u.id::text = a.author WHERE a.version = m.version ORDER BY a.id DESC LIMIT 1
) a ON true
"""
MODELS = Listing(_MODEL, {}, {"m.version": paging.number}, descending=True, always="m.version IS NOT NULL")
CHOICES = Listing(
    "SELECT c.*, u.name AS author_name FROM category_choice c LEFT JOIN users u ON u.id::text = c.author",
    {"transaction_id": "c.transaction_id = :transaction_id"},
    {"c.id": paging.number},
    descending=True,
)
# Reads every transaction once: 0.2 s for a million.
_CATEGORIES = """
SELECT category, sum(transactions)::bigint AS transactions, sum(confirmed)::bigint AS confirmed,
    sum(rules)::bigint AS rules
FROM (
    SELECT category, count(*) AS transactions, count(*) FILTER (WHERE classified_by = 'person') AS confirmed,
        0 AS rules FROM bank_transaction WHERE category IS NOT NULL AND NOT retracted GROUP BY category
    UNION ALL SELECT category, 0, 0, count(*) FROM classification_rule GROUP BY category
    UNION ALL SELECT DISTINCT category, 0, 0, 0 FROM confirmed_category WHERE times > 0
    UNION ALL SELECT unnest(CAST(:presets AS text[])), 0, 0, 0
) known GROUP BY category ORDER BY category LIMIT 2000
"""


async def rule(connection: AsyncConnection, rule_id: UUID) -> dict[str, Any] | None:
    """One rule."""
    found = await connection.execute(text(f"{_RULE} WHERE r.id = :id"), {"id": rule_id})
    row = found.mappings().one_or_none()
    return None if row is None else dict(row)


async def model(connection: AsyncConnection, version: int) -> dict[str, Any] | None:
    """One version of the text model."""
    found = await connection.execute(text(f"{_MODEL} WHERE m.version = :version"), {"version": version})
    row = found.mappings().one_or_none()
    return None if row is None else dict(row)


async def categories(connection: AsyncConnection) -> list[dict[str, Any]]:
    """Every category in use or known, by name: of transactions, rules, what was confirmed, presets."""
    presets = [TRANSFER, *preset_categories()]
    found = await connection.execute(text(_CATEGORIES), {"presets": presets})
    return [dict(row) for row in found.mappings()]


async def transaction_known(connection: AsyncConnection, transaction_id: UUID) -> bool:
    found = await connection.execute(
        text("SELECT 1 FROM bank_transaction WHERE id = :id"), {"id": transaction_id}
    )
    return found.first() is not None
