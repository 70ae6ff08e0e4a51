"""The model learns from untidy purposes, and where it is sure it is right."""

from itertools import islice

from benchmarks.parts.learning import different
from benchmarks.purposes import Purpose, purposes
from benchmarks.wordings import WORDINGS
from jobs.learning.bayes import Example
from jobs.learning.evaluating import evaluated, judge, quality
from jobs.learning.tokens import tokens_of
from jobs.purposes import without_numbers


def example(one: Purpose, category: str) -> Example:
    return tokens_of(without_numbers(one.text), one.direction), category


def test_the_same_seed_makes_the_same_purposes_of_every_category() -> None:
    first, second = (list(islice(purposes(3), 1_000)) for _ in range(2))
    assert first == second
    assert {one.truth for one in first} == set(WORDINGS)
    assert 0 < sum(one.category != one.truth for one in first) < 30


def test_after_600_confirmed_it_decides_half_and_19_of_20_of_those_rightly() -> None:
    known = [one for one in islice(different(purposes(3)), 1_300) if not one.new]
    model, judged = evaluated([example(one, one.category) for one in known[:600]])
    asked = quality(judge(model, [example(one, one.truth) for one in known[600:]]), model.temperature)
    assert asked.accuracy > 0.85
    coverage, precision = asked.at[0.95]
    assert coverage > 0.5
    assert precision is not None
    assert precision > 0.95
    # Cross-validation says before what then comes true.
    expected = quality(judged, model.temperature)
    assert abs(expected.accuracy - asked.accuracy) < 0.06
    assert abs(expected.at[0.95][0] - coverage) < 0.12
