"""How good a model is on texts it has not seen, and how sure it may say it is."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b

from jobs.learning.bayes import Bayes, Example, learned, sureness

FOLDS = 5
TEMPERATURES = (1.0, 1.25, 1.5, 1.75, 2.0, 2.5, 3.0, 3.5, 4.0, 5.0, 6.5, 8.0, 10.0)
AT = (0.8, 0.9, 0.95, 0.99)


@dataclass(frozen=True, slots=True)
class Judged:
    """One text that the model did not learn from: whether the best category was right, the scores."""

    right: bool
    place: int | None
    scores: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Quality:
    """``accuracy``: how many of all are right. ``at``, by confidence: coverage, how many of all are as
    sure as that, and precision, how many of those are right (None where there are none)."""

    accuracy: float
    at: dict[float, tuple[float, float | None]]


def evaluated(examples: Sequence[Example]) -> tuple[Bayes, list[Judged]]:
    """The model of all ``examples`` with its temperature, and what it says by cross-validation in five parts.

    Examples with the same tokens are in one part, so that nothing is asked that was learned.
    """
    parts = [_part(tokens) for tokens, _ in examples]
    judged: list[Judged] = []
    for part in range(FOLDS):
        rest = [example for place, example in zip(parts, examples, strict=True) if place != part]
        asked = [example for place, example in zip(parts, examples, strict=True) if place == part]
        if rest and asked:
            judged += judge(learned(rest), asked)
    temperature = min(TEMPERATURES, key=lambda one: (_surprise(judged, one), one))
    return replace(learned(examples), temperature=temperature), judged


def judge(model: Bayes, asked: Sequence[Example]) -> list[Judged]:
    """What the model says of each, beside what is right."""
    places = {category: place for place, category in enumerate(model.categories)}
    found = []
    for tokens, category in asked:
        scores = model.scores(tokens)
        if scores is None:
            found.append(Judged(False, None, ()))
            continue
        place = places.get(category)
        best = max(range(len(scores)), key=scores.__getitem__)
        found.append(Judged(best == place, place, tuple(scores)))
    return found


def quality(judged: Sequence[Judged], temperature: float, *more: float) -> Quality:
    """At the confidences of ``AT`` and ``more``."""
    sure = [(sureness(one.scores, temperature) if one.scores else 0.0, one.right) for one in judged]
    total = len(sure) or 1
    at = {}
    for threshold in (*AT, *more):
        covered = [right for confidence, right in sure if confidence >= threshold]
        at[threshold] = (len(covered) / total, sum(covered) / len(covered) if covered else None)
    return Quality(sum(right for _, right in sure) / total, at)


def _surprise(judged: Sequence[Judged], temperature: float) -> float:
    """Log loss of the right category; less is better calibrated."""
    total = 0.0
    for one in judged:
        if one.place is not None:
            best = max(one.scores)
            total += math.log(sum(math.exp((score - best) / temperature) for score in one.scores))
            total -= (one.scores[one.place] - best) / temperature
    return total


def _part(tokens: Sequence[str]) -> int:
    return blake2b("\n".join(tokens).encode(), digest_size=4).digest()[0] % FOLDS
