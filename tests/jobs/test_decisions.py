"""Which of all that can decide does, whatever there is of each; and patterns that cannot take for ever."""

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.classify import NONE, TRANSFER, Classifier, Rule
from jobs.patterns import LONGEST, BadPattern, compiled, weight
from jobs.presets import preset_category
from jobs.records import Transaction
from tests.jobs.booking import ROW


@dataclass(frozen=True)
class Model:
    """Says the same of every purpose."""

    said: tuple[str, float] | None
    version: int = 3
    threshold: float = 0.95

    def best(self, words: str, direction: str) -> tuple[str, float] | None:
        assert not any(letter.isdigit() for letter in words)
        return self.said


rows = st.builds(
    ROW._replace,
    direction=st.sampled_from(["in", "out", "transfer", "unknown"]),
    purpose=st.sampled_from(["Арендная плата 5", "Перечисление", "НДС 20%", ""]),
    counterparty_inn=st.sampled_from(["", "7700000005"]),
    category=st.none() | st.just("из 1С"),
)
rules = st.lists(
    st.builds(
        Rule,
        st.sampled_from("123"),
        st.just("по правилу"),
        direction=st.sampled_from(["in", "out", "transfer", None]),
        purpose=st.sampled_from([None, "арендная", "нет"]),
        stop=st.booleans(),
    ),
    max_size=3,
)
shares = st.sampled_from(
    [{}, {"по истории": 4}, {"по истории": 4, "иначе": 1}, {"по истории": 1, "иначе": 1}]
)
models = st.none() | st.builds(
    Model, st.none() | st.tuples(st.just("по модели"), st.sampled_from([0.5, 0.9499, 0.95, 1.0]))
)


@given(rows, rules, shares, models)
def test_each_decides_only_where_nobody_before_it_does(
    row: Transaction, made: list[Rule], seen: dict[str, int], model: Model | None
) -> None:
    history = {("7700000005", direction): seen for direction in ("in", "out")} if seen else {}
    found = Classifier(made, history, model).decide(row)
    known = seen if row.counterparty_inn and row.direction in ("in", "out") else {}
    share = max(known.values()) / sum(known.values()) if known else 0.0
    sure = model is not None and model.said is not None and model.said[1] >= 0.95
    text = row.direction in ("in", "out")
    if row.direction == "transfer":
        assert (found.category, found.how) == (TRANSFER, "transfer")
    elif any(rule.holds(row) for rule in made):
        assert (found.category, str(found.how)[:5]) == ("по правилу", "rule:")
    elif row.category:
        assert (found.category, found.how, found.confidence) == ("из 1С", "source", 1.0)
    elif share >= 0.8:
        assert (found.category, found.how, found.confidence) == ("по истории", "history", share)
    elif sure and text:
        assert (found.category, found.how) == ("по модели", "model:3")
    elif known:
        assert (found.how, found.confidence) == ("history", 0.5)
    elif preset := preset_category(row.purpose, row.direction):
        assert (found.category, found.how) == (preset, "preset")
    else:
        assert found == NONE


@pytest.mark.parametrize(
    ("purpose", "is_pattern", "text", "holds"),
    [
        ("Аренда  ОФИСА", False, "за аренда\nофиса 5", True),
        ("счёт", False, "Счет 5", True),
        ("а.б", False, "а-б", False),
        (r"\bсчёт\b", True, "Опл. СЧЕТ, 5", True),
        (r"\bсчет\b", True, "расчеты", False),
        (r"^аренда.*\d{2}$", True, "Аренда за 12", True),
        (r"[а-яё]+ № ?\d+", True, "договор №17", True),
        ("(a+)+$", True, "a" * 1_500 + "!", False),
    ],
)
def test_words_and_patterns_of_a_rule(purpose: str, is_pattern: bool, text: str, holds: bool) -> None:
    rule = Rule("1", "x", purpose=purpose, is_pattern=is_pattern)
    assert rule.holds(ROW._replace(purpose=text)) is holds


@pytest.mark.parametrize("pattern", ["(", "[", r"(.)\1", "(?=а)", r"(\w{99}){99}", "x" * (LONGEST + 1)])
def test_failing_a_pattern_that_could_take_for_ever_is_none(pattern: str) -> None:
    with pytest.raises(BadPattern) as refused:
        compiled(pattern)
    assert refused.value.code in ("pattern_invalid", "pattern_too_heavy")


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("абв", 3),
        (r"\w", 10),
        ("а{3}", 3),
        ("а{2,}", 3),
        ("а{0,7}", 7),
        ("(аб){4}", 8),
        ("((а{3})б){2}", 8),
        ("а{1}{5}{4}", 20),
        ("(а+){5}", 10),
        (r"[]а]{5}", 50),
        ("[[:alpha:]а]б", 11),
        (r"\p{L}", 13),
    ],
)
def test_what_is_repeated_weighs_as_often(pattern: str, expected: int) -> None:
    compiled(pattern)
    assert weight(pattern) == expected


@given(st.text(r"аб()[]{}|*+?\w.,:^135", max_size=30))
def test_any_text_is_a_pattern_or_is_refused(pattern: str) -> None:
    try:
        fits = compiled(pattern)
    except BadPattern:
        return
    assert fits("аб" * 100) in (True, False)
