"""The simulator's $filter: what it understands, and 1C's refusal of everything else."""

import contextlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobs.sources.onec import literals
from stack.onec.expressions import parse
from stack.onec.filters import guid_order, predicate
from stack.onec.periods import Period, period_of
from stack.onec.problems import Refused
from stack.onec.schema import ENTITY_SETS, IN
from tests.onec.world import DAY, LAST, OneCBase

DOCUMENTS = ENTITY_SETS[IN]
PAYER = "1fa1a135-d89b-11e6-8343-40167e2531c3"
ELEMENT: dict[str, Any] = {
    "Ref_Key": "68c21aea-cd73-11e6-aede-5404a6b4b8ed", "Date": "2024-03-05T12:30:00", "Posted": True,
    "DeletionMark": False, "Number": "0000-000017", "СуммаДокумента": 100.5, "НомерСтроки": 3,
    "Комментарий": None, "НазначениеПлатежа": "Оплата O'Neil", "Контрагент": PAYER,
    "Контрагент_Type": "StandardODATA.Catalog_Контрагенты", "Организация_Key": PAYER,
}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Posted eq true", True),
        ("Posted", True),
        ("not Posted or not (DeletionMark eq true)", True),
        ("Posted eq true and DeletionMark eq true", False),
        ("DeletionMark and Posted or Posted", True),  # and binds more strongly
        ("СуммаДокумента gt 100 and СуммаДокумента le 100.5d", True),
        ("НомерСтроки eq 3 and НомерСтроки ne -3", True),
        ("100.5 ge СуммаДокумента", True),
        ("Date lt datetime'2024-03-05T12:30:01' and Date ge datetime'2024-03-05T12:30'", True),
        ("Комментарий eq null", True),
        ("Комментарий ne null", False),
        ("Комментарий gt 'a'", False),
        ("substringof('O''Neil', НазначениеПлатежа)", True),
        ("startswith(НазначениеПлатежа, 'Оплата') eq true", True),
        ("endswith(НазначениеПлатежа, 'x')", False),
        ("like(НазначениеПлатежа, 'Оплата%_eil')", True),
        ("year(Date) eq 2024 and month(Date) eq 3 and day(Date) eq 5", True),
        ("Организация_Key eq guid'1FA1A135-d89b-11e6-8343-40167e2531c3'", True),
        (f"Контрагент eq cast(guid'{PAYER}', 'Catalog_Контрагенты')", True),
        (f"Контрагент ne cast(guid'{PAYER}', 'Catalog_ФизическиеЛица')", True),
        ("(((Posted)))", True),
    ],
)
def test_filters_are_understood(text: str, expected: bool) -> None:
    assert predicate(parse(text), DOCUMENTS)(ELEMENT) is expected


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("contains(НазначениеПлатежа, 'x')", "14"),
        ("length(НазначениеПлатежа) gt 3", "14"),
        ("tolower(Number) eq 'x'", "14"),
        ("НетТакого eq 1", "10"),
        ("РасшифровкаПлатежа eq null", "10"),
        ("Number eq 5", "14"),
        ("Date gt '2024-03-05'", "14"),
        ("Date gt datetime'2024-02-31T00:00:00'", "14"),
        ("Ref_Key eq guid'x'", "14"),
        (f"Контрагент gt cast(guid'{PAYER}', 'Catalog_Контрагенты')", "14"),
        ("startswith(Date, 'x')", "14"),
        ("year(Number) eq 1", "14"),
        ("Number", "14"),
        ("Posted eq", "14"),
        ("Posted eq true Posted", "14"),
        ("(Posted", "14"),
        ("startswith(Number", "14"),
        ("Posted = true", "14"),
        ("(" * 200 + "Posted" + ")" * 200, "14"),
        ("not " * 200 + "Posted", "14"),
        (" or ".join(["Posted"] * 1_000), "14"),
    ],
)
def test_anything_else_is_refused_as_1c_does(text: str, code: str) -> None:
    with pytest.raises(Refused) as caught:
        predicate(parse(text), DOCUMENTS)
    assert (caught.value.status, caught.value.code) == (400, code)


@given(st.text(st.sampled_from("()' andorPosted eqtrue12.,guid-/"), max_size=40))
def test_nonsense_is_refused_and_never_breaks_the_parser(text: str) -> None:
    with contextlib.suppress(Refused):
        predicate(parse(text), DOCUMENTS)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (literals.period(DAY, LAST), Period("2024-03-01T00:00:00", "2024-03-03T23:59:59")),
        (
            f"{literals.period(DAY, LAST)} and {literals.after('2024-03-02T12:00:00', PAYER)}",
            Period("2024-03-02T12:00:00", "2024-03-03T23:59:59"),
        ),
        ("datetime'2024-03-02T12:00:00' gt Date", Period(last="2024-03-02T12:00:00")),
        ("Posted eq true", Period()),
        ("not (Date gt datetime'2024-03-02T12:00:00')", Period()),
        ("Date ne datetime'2024-03-02T12:00:00'", Period()),
    ],
)
def test_the_days_of_a_filter_are_known(text: str, expected: Period) -> None:
    assert period_of(parse(text)) == expected


MOMENTS = st.sampled_from([f"2024-03-0{day}T{hour}:00:00" for day in range(1, 5) for hour in ("00", "12")])
COMPARED = st.builds(
    lambda op, moment: f"Date {op} datetime'{moment}'",
    st.sampled_from(["eq", "ne", "gt", "ge", "lt", "le"]),
    MOMENTS,
)
FILTERS = st.recursive(
    COMPARED,
    lambda inner: st.builds(
        lambda op, one, two: f"({one} {op} {two})", st.sampled_from(["and", "or"]), inner, inner
    ),
    max_leaves=6,
)


@settings(max_examples=50, deadline=None)
@given(FILTERS)
def test_reading_only_the_days_of_a_filter_loses_nothing(text: str) -> None:
    world = OneCBase().simulator.world
    condition = parse(text)
    test = predicate(condition, DOCUMENTS)
    everything = [head for day in world.documents.days(IN, DAY, LAST) for head in day if test(head)]
    in_march = parse(f"{literals.period(DAY, LAST, only_posted=False)} and {text}")
    assert list(map(_ref, world.select(DOCUMENTS, in_march))) == list(map(_ref, everything))


def _ref(element: dict[str, Any]) -> str:
    return str(element["Ref_Key"])


def test_references_are_ordered_by_the_bytes_of_the_database() -> None:
    assert guid_order("aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee").hex() == "ddddeeeeeeeeeeeeccccbbbbaaaaaaaa"
