"""What a kind calls the counts of its result, beside the names that all results have."""

from collections.abc import Mapping

from events.records import Counts

# By kind: its own name → the counts of ``Counts`` that it adds up, or ``total``.
NAMES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "recalculate": {"components_total": ("total",), "without_quotes": ("skipped",)},
    "pricelist_create": {"items_total": ("created", "unchanged"), "without_price": ("skipped",)},
    "classifier_train": {"transactions_total": ("total",)},
    "transactions_reclassify": {"transactions_total": ("total",)},
}


def named_results(kind: str, counts: Counts) -> dict[str, int]:
    """The kind's own names with their numbers."""
    return {
        name: sum(getattr(counts, count) for count in added) for name, added in NAMES.get(kind, {}).items()
    }
