"""The text model: what it sees of a purpose, that order does not matter, how sure it is."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.learning.bayes import Bayes, learned, sureness
from jobs.learning.evaluating import evaluated, judge, quality
from jobs.learning.shelf import pack, unpack
from jobs.learning.tokens import tokens_of
from jobs.learning.training import trained
from jobs.purposes import without_numbers

LATIN = str.maketrans("асеорхукмт", "aceopxykmt")
russian = st.lists(st.text("абвгдежзиклмнопрстуфхцчшщэюя", min_size=3, max_size=9), min_size=1, max_size=8)
examples = st.lists(
    st.tuples(
        st.lists(st.sampled_from(["#out", "аренд", "услуг", "связь", "налог"]), min_size=1, unique=True),
        st.sampled_from(["Аренда", "Связь", "Налоги"]),
    ),
    min_size=1,
    max_size=30,
)


def tokens(purpose: str) -> tuple[str, ...]:
    return tokens_of(without_numbers(purpose), "out")


@given(russian, st.integers(1, 99_999))
def test_case_numbers_yo_and_spaces_do_not_matter(words: list[str], number: int) -> None:
    plain = " ".join(words)
    assert tokens(plain.upper()) == tokens(plain)
    assert tokens(f"  {plain} №{number} ".replace("е", "ё")) == tokens(plain)


@given(russian)
def test_latin_letters_within_russian_words_do_not_matter(words: list[str]) -> None:
    mixed = [word.translate(LATIN) if word.translate(LATIN) != word else word for word in words]
    told = [new for old, new in zip(words, mixed, strict=True) if not new.isascii()]
    kept = [old for old, new in zip(words, mixed, strict=True) if not new.isascii()]
    assert tokens(" ".join(told)) == tokens(" ".join(kept))


@pytest.mark.parametrize(
    "vat",
    [
        "В т.ч. НДС 20% - 250,00",
        "в том числе НДС (20%) 333-22 руб",
        "НДС не облагается",
        "Без налога (НДС)",
        "B т.ч. HДC 20%",
    ],
)
def test_vat_within_the_price_is_no_word_of_the_purpose(vat: str) -> None:
    assert {"ндс", "налог"}.isdisjoint(tokens(f"Оплата за товар. {vat}"))
    assert set(tokens("Оплата за товар")) <= set(tokens(f"Оплата за товар. {vat}"))


@given(examples, st.randoms(use_true_random=False))
def test_the_order_of_examples_does_not_matter(
    known: list[tuple[list[str], str]], chance: random.Random
) -> None:
    shuffled = list(known)
    chance.shuffle(shuffled)
    assert learned(shuffled) == learned(known)


@given(examples, st.lists(st.sampled_from(["аренд", "услуг", "нечто"]), min_size=1))
def test_a_model_is_the_same_when_it_was_kept_and_is_never_surer_than_sure(
    known: list[tuple[list[str], str]], asked: list[str]
) -> None:
    model = learned(known)
    kept = unpack(pack(model))
    assert kept == model
    assert kept.best(asked) == model.best(asked)
    found = model.best(asked)
    assert found is None or (found[0] in model.categories and 0 < found[1] <= 1)


def test_what_it_does_not_know_makes_it_unsure() -> None:
    model = learned([(tokens("аренда офиса"), "Аренда"), (tokens("услуги связи"), "Связь")] * 5)
    sure = [model.best(tokens(f"аренда офиса {more}")) for more in ("", "ремонт", "ремонт кровли цеха")]
    confidences = [found[1] for found in sure if found]
    assert sorted(confidences, reverse=True) == confidences
    assert len(set(confidences)) == 3
    assert model.best(tokens("нечто другое")) is None


def test_a_higher_temperature_is_less_sure_of_the_same_category() -> None:
    scores = [-1.0, -3.0, -7.0]
    assert sureness(scores, 1.0) > sureness(scores, 2.0) > 1 / 3


def test_the_rarest_tokens_are_left_out_where_there_are_too_many() -> None:
    model = learned([(("#out", "часто"), "А"), (("#out", "часто", "редко"), "Б")], most_tokens=2)
    assert set(model.found) == {"#out", "часто"}


def test_quality_counts_what_it_cannot_say_as_wrong() -> None:
    model = Bayes(("А", "Б"), (1, 1), (2, 2), {"#out": ((0, 1), (1, 1)), "а": ((0, 1),), "б": ((1, 1),)})
    found = quality(judge(model, [(("#out", "а"), "А"), (("#out", "х"), "А")]), 1.0, 0.6)
    assert found.accuracy == 0.5
    assert found.at[0.6] == (0.5, 1.0)
    assert found.at[0.99] == (0.0, None)


def test_texts_that_differ_in_numbers_only_count_once_and_are_never_asked_of_themselves() -> None:
    confirmed = [(without_numbers(f"Аренда офиса {n}"), "out", "Аренда") for n in range(50)]
    confirmed += [(without_numbers(f"Услуги связи {n}"), "out", "Связь") for n in range(50)]
    made = trained(confirmed, 0.95)
    assert (made.transactions, made.texts) == (100, 2)
    assert made.accuracy == 0
    assert made.categories == [
        {"category": "Аренда", "transactions": 50},
        {"category": "Связь", "transactions": 50},
    ]
    assert evaluated([]) == evaluated([])
