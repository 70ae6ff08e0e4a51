"""How well the text model classifies after so many confirmed transactions, and what asking it costs.

The purposes are made by ``benchmarks.purposes``. Near-duplicates (four fifths of their stems in common) are
removed among all of them, so that nothing is asked that was as good as learned. Wordings that nobody has
confirmed are asked apart.
"""

import time
from collections import Counter
from collections.abc import Iterator

from benchmarks.bench import Bench
from benchmarks.purposes import Purpose, purposes
from benchmarks.report import Figure, Outcome
from jobs.classify import THRESHOLD
from jobs.learning.bayes import Bayes, Example
from jobs.learning.evaluating import Quality, evaluated, judge, quality
from jobs.learning.tokens import tokens_of
from jobs.purposes import without_numbers

SEED, ASKED, NEW = 7, 1_500, 1_000
CONFIRMED = (100, 200, 500, 1_000, 2_000)
ALIKE, PRECISION = 0.8, 0.95
HEAD = ("confirmed", "right", "decided at 0.95", "of these right", "new wordings decided", "of these right")


def measure(bench: Bench) -> Outcome:
    """The learning curve; the same figures on every machine, but for the times."""
    bench.say("making purposes and removing near-duplicates")
    learned, asked, new = _split()
    judged = [_example(one, one.truth) for one in asked]
    unseen = [_example(one, one.truth) for one in new]
    rows: list[tuple[str, ...]] = [HEAD]
    outcome = Outcome(details={"Learning curve of the text model": rows})
    for count in CONFIRMED:
        began = time.perf_counter()
        model, _ = evaluated([_example(one, one.category) for one in learned[:count]])
        trained = time.perf_counter() - began
        found = quality(judge(model, judged), model.temperature)
        apart = quality(judge(model, unseen), model.temperature)
        rows.append((f"{count:,}", _share(found.accuracy), *_at(found), *_at(apart)))
        bench.say(f"{count:,} confirmed: {_share(found.accuracy)} right, trained in {trained:.2f} s")
    coverage, precision = found.at[THRESHOLD]
    outcome.figures = [
        Figure(
            f"Untidy purposes after {row[0]} confirmed: right",
            f"{row[1]}; {row[2]} decided, {row[3]} rightly",
        )
        for row in rows[1:]
    ]
    outcome.figures.append(
        Figure(
            f"Precision at confidence {THRESHOLD}, {CONFIRMED[-1]:,} confirmed, {_share(coverage)} covered",
            _share(precision),
            asked=f"at least {PRECISION:.0%}",
            met=precision is not None and precision >= PRECISION,
        )
    )
    outcome.figures.append(_cost(model, asked))
    return outcome


def _split() -> tuple[list[Purpose], list[Purpose], list[Purpose]]:
    """Those that are confirmed, those that are asked, and those in wordings that nobody has confirmed."""
    learned: list[Purpose] = []
    asked: list[Purpose] = []
    new: list[Purpose] = []
    for one in different(purposes(SEED)):
        if one.new:
            new.append(one)
        elif len(asked) < ASKED:
            asked.append(one)
        else:
            learned.append(one)
        if len(learned) >= CONFIRMED[-1] and len(new) >= NEW:
            break
    return learned, asked, new[:NEW]


def different(found: Iterator[Purpose]) -> Iterator[Purpose]:
    """Without those that are nearly the same as one before."""
    kept: list[frozenset[str]] = []
    having: dict[str, list[int]] = {}
    for one in found:
        stems = frozenset(token for token in _tokens(one) if token[0] != "#" and " " not in token)
        common = Counter(place for stem in stems for place in having.get(stem, ()))
        if not stems or any(
            both / (len(stems) + len(kept[place]) - both) >= ALIKE for place, both in common.items()
        ):
            continue
        for stem in stems:
            having.setdefault(stem, []).append(len(kept))
        kept.append(stems)
        yield one


def _cost(model: Bayes, asked: list[Purpose]) -> Figure:
    """Of a purpose that was not asked before: the ones that were are remembered."""
    words = [(without_numbers(one.text), one.direction) for one in asked]
    model.best(tokens_of(*words[0]))
    began = time.perf_counter()
    for text, direction in words:
        model.best(tokens_of(text, direction))
    each = (time.perf_counter() - began) / len(words)
    return Figure("Asking the text model for a purpose it has not met", f"{each * 1e6:.0f} µs")


def _tokens(one: Purpose) -> tuple[str, ...]:
    return tokens_of(without_numbers(one.text), one.direction)


def _example(one: Purpose, category: str) -> Example:
    return _tokens(one), category


def _at(found: Quality) -> tuple[str, str]:
    coverage, precision = found.at[THRESHOLD]
    return _share(coverage), _share(precision)


def _share(value: float | None) -> str:
    return "" if value is None else f"{value:.1%}"
