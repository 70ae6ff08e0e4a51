"""What an undo does with one row: the same decision for the preview and for the undo itself."""

from hypothesis import given
from hypothesis import strategies as st

from domain.undo import Standing, Verdict, verdict

standings = st.builds(
    Standing,
    **dict.fromkeys(
        ("mine", "made", "covered", "carried", "named", "by_person", "used", "unknown"), st.booleans()
    ),
)
OTHERS = frozenset({"changed_by_import", "also_in_import", "changed_by_person"})


def test_a_row_that_the_task_made_goes_and_one_that_it_changed_gets_back_what_it_was() -> None:
    assert verdict(Standing(made=True), force=False) == Verdict("remove")
    assert verdict(Standing(made=False), force=False) == Verdict("restore")


def test_what_two_imports_brought_becomes_the_other_s() -> None:
    overlapping = Standing(carried=True, named=True)
    assert verdict(overlapping, force=False) == Verdict("hand_over", "also_in_import")
    assert verdict(overlapping, force=True) == Verdict("remove", "also_in_import")


def test_what_others_wrote_over_stays_and_stands_on_what_was_before() -> None:
    assert verdict(Standing(covered=True), force=False) == Verdict("splice", "changed_by_import")


@given(standings, st.booleans())
def test_what_is_not_the_task_s_is_never_touched(row: Standing, force: bool) -> None:
    said = verdict(row, force=force)
    assert (said.action == "nothing") is not row.mine


@given(standings, st.booleans())
def test_only_what_the_task_made_is_ever_removed(row: Standing, force: bool) -> None:
    said = verdict(row, force=force)
    if said.action == "remove":
        assert row.made
        assert not row.used
        assert not row.unknown
    if said.action == "restore":
        assert not row.made


@given(standings)
def test_unforced_nothing_is_lost_that_others_did(row: Standing) -> None:
    said = verdict(row, force=False)
    if said.action in {"remove", "restore"}:
        assert not any((row.covered, row.carried, row.by_person))
        assert said.reason is None


@given(standings)
def test_force_changes_only_what_is_done_with_what_others_did(row: Standing) -> None:
    free, forced = verdict(row, force=False), verdict(row, force=True)
    if free.reason is None:
        assert forced == free
    if forced.action in {"remove", "restore"} and free.action not in {"remove", "restore"}:
        assert free.reason in OTHERS


@given(standings, st.booleans())
def test_whatever_is_not_done_has_a_reason(row: Standing, force: bool) -> None:
    said = verdict(row, force=force)
    if said.action in {"leave", "hand_over", "splice"}:
        assert said.reason is not None
