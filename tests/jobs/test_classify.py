"""Which category a transaction gets, by what, and which comes first."""

from decimal import Decimal

import pytest

from jobs.classify import NONE, TRANSFER, Classifier, Rule
from jobs.presets import preset_category
from stack.onec.catalogues import PURPOSES
from tests.jobs.booking import ROW


@pytest.mark.parametrize(
    ("purpose", "category"),
    [
        ("Оплата по счету 12 от 03.03.2025 за товары. В т.ч. НДС 20% - 250,00", "Оплата поставщикам"),
        ("Оплата за услуги, в том числе НДС 20 % 333,22 руб.", "Оплата поставщикам"),
        ("НДС за 1 квартал 2025 года, уплата налога", "Налоги и взносы"),
        ("Единый налоговый платеж", "Налоги и взносы"),
        ("Заработная плата за январь, НДС не облагается", "Заработная плата"),
        ("Страховые взносы за февраль", "Налоги и взносы"),
        ("Комиссия за ведение счета", "Услуги банка"),
        ("Аренда офиса по договору 7", "Аренда"),
        ("Перечисление", None),
    ],
)
def test_presets_name_what_the_purpose_says_outright(purpose: str, category: str | None) -> None:
    assert preset_category(purpose, "out") == category


def test_vat_within_the_price_pays_no_tax() -> None:
    assert preset_category("Платеж, в т.ч. НДС (20%) 100-00", "out") != "Налоги и взносы"


def test_what_comes_in_and_goes_out_has_the_names_of_1c() -> None:
    for purpose, received, paid in (
        ("Оплата по счету 7 за товар", "Оплата от покупателей", "Оплата поставщикам"),
        ("Возврат по договору 7", "Возврат от поставщиков", "Возврат покупателям"),
    ):
        assert (preset_category(purpose, "in"), preset_category(purpose, "out")) == (received, paid)


@pytest.mark.parametrize(
    ("direction", "article", "purpose"),
    [(direction, *trade) for direction, trades in PURPOSES.items() for trade in trades],
)
def test_a_bank_and_1c_say_one_name_of_one_payment(direction: str, article: str, purpose: str) -> None:
    assert preset_category(purpose.format(n=1, d="03.03.2025", vat="1"), direction) == article


def test_salary_is_nothing_that_comes_in() -> None:
    assert preset_category("Заработная плата за январь", "in") is None


def test_an_own_transfer_needs_no_rule() -> None:
    rule = Rule("1", "Аренда", purpose="аренд")
    assert Classifier([rule]).decide(ROW._replace(direction="transfer")).category == TRANSFER


def test_a_rule_comes_before_history_and_history_before_presets() -> None:
    history = {("7700000005", "out"): {"Склад": 3, "Офис": 1}}
    by_rule = Classifier([Rule("9", "Помещения", inn="7700000005")], history).decide(ROW)
    assert (by_rule.category, by_rule.how, by_rule.confidence) == ("Помещения", "rule:9", 1.0)
    by_history = Classifier([], history).decide(ROW)
    assert (by_history.category, by_history.how, by_history.confidence) == ("Склад", "history", 0.75)
    assert Classifier().decide(ROW).how == "preset"


def test_without_stop_a_later_rule_decides() -> None:
    first = Rule("1", "Прочее", direction="out", stop=False)
    second = Rule("2", "Аренда", purpose="арендная", stop=True)
    third = Rule("3", "Никогда", direction="out")
    assert Classifier([first, second, third]).decide(ROW).category == "Аренда"


@pytest.mark.parametrize(
    "rule",
    [
        Rule("1", "x", inn="500100732259"),
        Rule("1", "x", account="40702810000000000009"),
        Rule("1", "x", direction="in"),
        Rule("1", "x", purpose="зарплата"),
        Rule("1", "x", purpose=r"договору \d{3}", is_pattern=True),
        Rule("1", "x", amount_from=Decimal("1500.01")),
        Rule("1", "x", amount_to=Decimal("1499.99")),
    ],
)
def test_every_condition_of_a_rule_must_hold(rule: Rule) -> None:
    assert not rule.holds(ROW)


def test_what_the_source_says_is_kept_without_automatic_classification() -> None:
    off = Classifier(automatic=False)
    assert off.decide(ROW) == NONE
    assert off.decide(ROW._replace(category="Аренда")).how == "source"


@pytest.mark.timeout(20)
@pytest.mark.parametrize("purpose", ["Без НДС " + "1 " * 100_000, "заработн" * 100_000, "в" + " " * 100_000])
def test_a_long_purpose_takes_no_longer(purpose: str) -> None:
    assert preset_category(purpose, "out") is None
