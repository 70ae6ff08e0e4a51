"""Pages go forward, or the import stops."""

import pytest

from domain.errors import SourceRefused
from jobs.sources.onec.paging import Circle, Key, last_key

REF = "1fa1a135-d89b-11e6-8343-40167e2531c{}"


def page(*documents: tuple[str, int]) -> list[dict[str, str]]:
    return [{"Date": f"2024-03-{day}T12:00:00", "Ref_Key": REF.format(number)} for day, number in documents]


def test_pages_that_go_forward_pass_in_whatever_order_references_stand() -> None:
    circle = Circle()
    for documents in (page(("01", 9), ("01", 2)), page(("01", 5)), page(("02", 1)), []):
        circle.check(documents, "Document_X")
        circle.note(documents)


@pytest.mark.parametrize(
    "second",
    [
        page(("01", 1), ("02", 2)),  # the same page
        page(("02", 2), ("03", 3)),  # an overlap
        page(("01", 7), ("03", 3)),  # an older moment
        page(("03", 3), ("02", 4)),  # not in order
        page(("03", 3), ("03", 3)),  # a document twice
    ],
)
def test_a_page_seen_before_is_refused(second: list[dict[str, str]]) -> None:
    circle = Circle()
    circle.note(page(("01", 1), ("02", 2)))
    with pytest.raises(SourceRefused, match="onec_page_repeated"):
        circle.check(second, "Document_X")


def test_a_page_ends_at_its_last_document() -> None:
    assert last_key(page(("01", 1), ("02", 2)), "X") == Key("2024-03-02T12:00:00", REF.format(2))


@pytest.mark.parametrize("broken", [{}, {"Date": "2024-03-01T12:00:00"}, {"Ref_Key": REF.format(1)}])
def test_without_a_key_there_is_no_way_on(broken: dict[str, str]) -> None:
    with pytest.raises(SourceRefused, match="onec_unexpected"):
        last_key([broken], "X")
