"""Numbers, dates and times as each language writes them; the reader's language itself."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli import figures
from cli.language import language_from
from infra.wording import Language


def test_money_in_russian_has_no_break_spaces_and_a_real_minus() -> None:
    assert figures.money(Decimal("-1234567.89"), "ru") == "\u22121\u00a0234\u00a0567,89"
    assert figures.money("0", "ru") == "0,00"


def test_money_in_english() -> None:
    assert figures.money(Decimal("1234567.8"), "en") == "1,234,567.80"


def test_a_booking_date_is_a_calendar_date() -> None:
    assert figures.day(date(2025, 3, 3), "ru") == "03.03.2025"
    assert figures.day(date(2025, 3, 3), "en") == "3 Mar 2025"


def test_a_moment_is_shown_in_the_zone_of_the_terminal() -> None:
    assert figures.moment(None, "en") == ""
    shown = figures.moment("2025-03-03T10:00:00Z", "en")
    assert shown == figures.moment("2025-03-03T13:00:00+03:00", "en")
    assert figures.clock("2025-03-03T10:00:00Z") == figures.clock("2025-03-03T10:00:00")


@given(
    st.floats(631_152_000, 4_102_444_800).map(lambda seconds: datetime.fromtimestamp(seconds, UTC)),
    st.sampled_from(["ru", "en"]),
)
def test_a_time_that_was_shown_can_be_said_back(time: datetime, language: Language) -> None:
    iso = time.isoformat()
    exact = datetime.fromisoformat(figures.said(figures.exact(iso, language)))
    assert timedelta(0) <= exact - time < timedelta(milliseconds=1)
    rough = datetime.fromisoformat(figures.said(figures.moment(iso, language)))
    assert timedelta(0) <= rough - time < timedelta(seconds=1)


@pytest.mark.parametrize(
    "text", ["2026-03-03T09:00:00Z", "3:41", "31 Feb 2026 09:00:00", "3 Foo 2026 09:00:00", ""]
)
def test_other_times_are_said_as_they_are(text: str) -> None:
    assert figures.said(text) == text


@pytest.mark.parametrize(("seconds", "text"), [(7, "0:07"), (760, "12:40"), (3723, "1:02:03"), (-1, "0:00")])
def test_a_span(seconds: float, text: str) -> None:
    assert figures.span(seconds) == text


@pytest.mark.parametrize(
    ("option", "environment", "language"),
    [
        ("ru", {"LANG": "en_US.UTF-8"}, "ru"),
        (None, {"LANG": "ru_RU.UTF-8"}, "ru"),
        (None, {"LC_ALL": "C", "LANG": "ru_RU.UTF-8"}, "en"),
        (None, {"LC_MESSAGES": "ru_RU", "LANG": "en_US"}, "ru"),
        (None, {}, "en"),
        ("RU-ru", {}, "ru"),
        ("de", {}, "en"),
    ],
)
def test_the_readers_language(option: str | None, environment: dict[str, str], language: str) -> None:
    assert language_from(option, environment) == language
