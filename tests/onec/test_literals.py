"""Literals and query strings, by property: whatever is asked arrives as it was meant."""

from datetime import date
from urllib.parse import parse_qsl
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.sources.onec import literals
from stack.onec.expressions import Binary, Literal, Property, parse

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))


@given(TEXTS)
def test_a_text_literal_comes_back_whatever_quotes_it_has(value: str) -> None:
    assert parse(f"Description eq {literals.text(value)}") == Binary(
        "eq", Property("Description"), Literal("string", value)
    )


@given(st.uuids())
def test_a_guid_literal_comes_back(value: UUID) -> None:
    assert parse(f"Ref_Key eq {literals.guid(str(value))}") == Binary(
        "eq", Property("Ref_Key"), Literal("guid", str(value))
    )


@given(st.datetimes())
def test_a_moment_literal_comes_back(value: object) -> None:
    said = str(value)[:10] + "T" + str(value)[11:19]
    assert parse(f"Date gt {literals.moment(said)}") == Binary(
        "gt", Property("Date"), Literal("datetime", said)
    )


@given(st.dictionaries(st.sampled_from(["$filter", "$select", "$orderby"]), TEXTS.filter(bool), min_size=1))
def test_a_query_string_is_ascii_without_plus_and_decodes_to_what_was_meant(options: dict[str, str]) -> None:
    query = literals.query(options)
    assert query.isascii()
    assert not set(query) & set("+ '\"#<>")
    assert dict(parse_qsl(query, keep_blank_values=True)) == options


@pytest.mark.parametrize("value", ["", "x", "1fa1a135-d89b-11e6-8343-40167e2531c3' or true", "{1fa1a135}"])
def test_what_is_no_guid_never_becomes_a_literal(value: str) -> None:
    with pytest.raises(ValueError, match="not a guid"):
        literals.guid(value)


@pytest.mark.parametrize("value", ["", "2024-01-01", "2024-01-01T00:00:00' or true", "01.01.2024"])
def test_what_is_no_moment_never_becomes_a_literal(value: str) -> None:
    with pytest.raises(ValueError, match="not a moment"):
        literals.moment(value)


def test_a_period_is_both_days_whole_posted_and_not_deleted() -> None:
    assert literals.period(date(2024, 1, 1), date(2024, 1, 31)) == (
        "Date ge datetime'2024-01-01T00:00:00' and Date le datetime'2024-01-31T23:59:59'"
        " and Posted eq true and DeletionMark eq false"
    )


def test_the_next_page_begins_behind_the_last_document() -> None:
    ref = "1fa1a135-d89b-11e6-8343-40167e2531c3"
    assert literals.after("2024-01-05T12:00:00", ref) == (
        "(Date gt datetime'2024-01-05T12:00:00' or "
        f"(Date eq datetime'2024-01-05T12:00:00' and Ref_Key gt guid'{ref}'))"
    )
