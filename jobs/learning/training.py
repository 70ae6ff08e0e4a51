"""From confirmed transactions to a model that is ready to be kept."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from jobs.learning.bayes import Bayes
from jobs.learning.evaluating import evaluated, quality
from jobs.learning.shelf import pack
from jobs.learning.tokens import tokens_of

# The newest; more make no better model, and training has to end within the 30 s of a transaction.
MOST = 20_000


@dataclass(frozen=True, slots=True)
class Trained:
    """A model and what is known of it. ``coverage`` and ``precision`` are at the threshold asked for,
    ``quality`` has them at others."""

    bayes: Bayes
    parameters: bytes
    transactions: int
    texts: int
    categories: list[dict[str, Any]]
    accuracy: float
    coverage: float
    precision: float | None
    quality: list[dict[str, Any]]


def trained(confirmed: Sequence[tuple[str, str, str]], threshold: float) -> Trained:
    """``confirmed`` are words (a purpose without numbers), direction and category. Texts that differ in
    numbers only count once for each category, so that a monthly payment does not drown the others."""
    times = Counter(category for _, _, category in confirmed)
    distinct = sorted({(tokens_of(words, direction), category) for words, direction, category in confirmed})
    bayes, judged = evaluated(distinct)
    found = quality(judged, bayes.temperature, threshold)
    coverage, precision = found.at[threshold]
    return Trained(
        bayes=bayes,
        parameters=pack(bayes),
        transactions=len(confirmed),
        texts=len(distinct),
        categories=[{"category": name, "transactions": count} for name, count in sorted(times.items())],
        accuracy=round(found.accuracy, 4),
        coverage=round(coverage, 4),
        precision=None if precision is None else round(precision, 4),
        quality=[
            {"confidence": at, "coverage": round(one, 4), "precision": None if two is None else round(two, 4)}
            for at, (one, two) in sorted(found.at.items())
        ],
    )
