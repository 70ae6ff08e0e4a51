"""What a kind calls the counts of its result, beside the names that all results have."""

from collections.abc import Mapping

from events.records import Counts

# By kind: its own name → a count of ``Counts``, or ``total``.
NAMES: Mapping[str, Mapping[str, str]] = {
    "recalculate": {"components_total": "total", "without_quotes": "skipped"},
    "pricelist_create": {"items_total": "total"},
    "classifier_train": {"transactions_total": "total"},
    "transactions_reclassify": {"transactions_total": "total"},
}


def named_results(kind: str, counts: Counts) -> dict[str, int]:
    """The kind's own names with their numbers."""
    return {name: getattr(counts, count) for name, count in NAMES.get(kind, {}).items()}
