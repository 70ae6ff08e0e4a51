"""Multinomial naive Bayes over the tokens of a text, each counted once a text."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Any

SMOOTHING = 0.05
# Of a text whose words are mostly unknown nobody may be sure: what its known ones say counts by their share,
# raised to this power.
CAUTION = 2
Example = tuple[Sequence[str], str]


@dataclass(frozen=True)
class Bayes:
    """What was counted: ``texts`` and ``tokens`` by category, in whole numbers, so that the same examples
    give the same model. ``found`` has, by token, pairs of a category's place and how many texts have it.

    Naive Bayes is too sure of itself: ``temperature`` divides its scores, found by ``learning.evaluating``.
    """

    categories: tuple[str, ...]
    texts: tuple[int, ...]
    tokens: tuple[int, ...]
    found: Mapping[str, tuple[tuple[int, int], ...]]
    temperature: float = 1.0

    @cached_property
    def _priors(self) -> list[float]:
        total = sum(self.texts)
        return [math.log(count / total) for count in self.texts]

    @cached_property
    def _absent(self) -> list[float]:
        """What a known token costs a category that has never had it."""
        size = SMOOTHING * len(self.found)
        return [math.log(SMOOTHING / (count + size)) for count in self.tokens]

    @cached_property
    def _gains(self) -> dict[str, tuple[tuple[int, float], ...]]:
        """How much more a token is worth to the categories that have had it."""
        return {
            token: tuple((place, math.log((count + SMOOTHING) / SMOOTHING)) for place, count in pairs)
            for token, pairs in self.found.items()
        }

    def scores(self, tokens: Sequence[str]) -> list[float] | None:
        """A score for each category, of which only the differences mean anything; None where no token but the
        direction is known."""
        gains = self._gains
        known = [gains[token] for token in tokens if token in gains]
        if len(known) <= 1:
            return None
        number = len(known)
        scores = [prior + number * absent for prior, absent in zip(self._priors, self._absent, strict=True)]
        for pairs in known:
            for place, gain in pairs:
                scores[place] += gain
        share = (number / len(tokens)) ** CAUTION
        return [score * share for score in scores]

    def best(self, tokens: Sequence[str]) -> tuple[str, float] | None:
        """The likeliest category and how sure, 0 … 1."""
        scores = self.scores(tokens)
        if scores is None:
            return None
        place = max(range(len(scores)), key=scores.__getitem__)
        return self.categories[place], sureness(scores, self.temperature)

    def packed(self) -> dict[str, Any]:
        """As JSON can hold it."""
        return {
            "categories": self.categories,
            "texts": self.texts,
            "tokens": self.tokens,
            "found": {token: [*chain.from_iterable(pairs)] for token, pairs in self.found.items()},
            "temperature": self.temperature,
        }

    @classmethod
    def unpacked(cls, packed: Mapping[str, Any]) -> "Bayes":
        found = {
            token: tuple(zip(flat[::2], flat[1::2], strict=True)) for token, flat in packed["found"].items()
        }
        return cls(
            categories=tuple(packed["categories"]),
            texts=tuple(packed["texts"]),
            tokens=tuple(packed["tokens"]),
            found=found,
            temperature=packed["temperature"],
        )


def sureness(scores: Sequence[float], temperature: float) -> float:
    """How likely the best score is the right one, beside all others."""
    best = max(scores)
    return 1.0 / sum(math.exp((score - best) / temperature) for score in scores)


def learned(examples: Iterable[Example], *, most_tokens: int = 100_000) -> Bayes:
    """The model of ``examples``, the same in whatever order they come. Of more than ``most_tokens`` the
    rarest are left out."""
    texts: Counter[str] = Counter()
    seen: dict[str, Counter[str]] = {}
    for tokens, category in examples:
        texts[category] += 1
        for token in tokens:
            if (by_category := seen.get(token)) is None:
                by_category = seen[token] = Counter()
            by_category[category] += 1
    if len(seen) > most_tokens:
        order = sorted(seen, key=lambda token: (-seen[token].total(), token))
        seen = {token: seen[token] for token in order[:most_tokens]}
    categories = tuple(sorted(texts))
    places = {category: place for place, category in enumerate(categories)}
    found = {
        token: tuple(sorted((places[category], count) for category, count in seen[token].items()))
        for token in sorted(seen)
    }
    counted = [0] * len(categories)
    for pairs in found.values():
        for place, count in pairs:
            counted[place] += count
    return Bayes(categories, tuple(texts[name] for name in categories), tuple(counted), found)
