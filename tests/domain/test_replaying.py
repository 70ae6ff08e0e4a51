"""What a further attempt does again: nothing twice, nothing left out, and a row's latest correction."""

from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.plans import Correction, Mended, Outcome, Past, Place, Plan, Row
from domain.replaying import changed_since, plan
from domain.work import SourceFacts, Work, next_work
from events.records import VERDICTS, Counts
from events.tasks import Input, Scope

BATCH, BATCHES = 3, 4
LAST = BATCH * BATCHES
ALL = range(1, LAST + 1)
WHOLE = SourceFacts(rows=LAST, batches=BATCHES)


def place(batch_no: int, attempt: int = 1) -> Place:
    first = (batch_no - 1) * BATCH + 1
    return Place(
        batch_no=batch_no,
        topic="batches.normal",
        partition=0,
        offset=100 * attempt + batch_no,
        first_row=first,
        rows=BATCH,
        content_hash="00",
    )


def rows_of(batch_no: int) -> range:
    return range((batch_no - 1) * BATCH + 1, batch_no * BATCH + 1)


@dataclass
class Task:
    """A task as its rows have it, beside what the plans are made from."""

    work: Work = field(default_factory=Work)
    pasts: list[Past] = field(default_factory=list)
    verdicts: dict[int, str] = field(default_factory=dict)
    loaded: dict[int, Row] = field(default_factory=dict)
    corrections: dict[int, Correction] = field(default_factory=dict)
    told: dict[int, Row] = field(default_factory=dict)
    told_by: int = 0

    def run(self, made: Plan, bad: set[int], most: int) -> None:
        """Import ``most`` batches of an attempt; of the rows ``bad`` those that nobody corrected fail."""
        work, outcomes, places = self.work, list[Outcome](), list[Place]()
        again = [(step.place.batch_no, step.only or rows_of(step.place.batch_no)) for step in made.steps]
        behind = range(made.after_batch + 1, BATCHES + 1) if made.behind else range(0)
        batches = [*again, *((no, rows_of(no)) for no in behind if no not in made.sparing)]
        befores = {step.place.batch_no: step.before for step in made.steps} | made.befores
        for batch_no, rows in batches[:most]:
            outcomes.append(self.imported(batch_no, rows, befores.get(batch_no), made, bad))
            places.append(place(batch_no, work.attempt))
        if len(batches) <= most:
            self.tell(made)
        self.pasts.append(Past(work.attempt, work.origin, work.scope, places, outcomes, made.corrected))
        if len(batches) <= most and (made.behind or work.scope == "all"):
            of = None if work.scope == "all" else (LAST, BATCHES)
            self.work = work.model_copy(update={"source": WHOLE.model_copy(update={"of": of})})

    def tell(self, made: Plan) -> None:
        """What the rows say in the end: as the source was read, or as was told last and changed since."""
        if made.behind:
            self.told = {row: made.corrected[row].row if row in made.corrected else {"n": row} for row in ALL}
        elif self.told:
            for was, now in changed_since(self.told_by, self.pasts, made, self.work.origin):
                [row] = [row for row, said in self.told.items() if said == was]
                self.told[row] = now
        self.told_by = self.work.attempt

    def imported(
        self, batch_no: int, rows: tuple[int, ...] | range, before: Counts | None, made: Plan, bad: set[int]
    ) -> Outcome:
        was = [self.verdicts[row] for row in rows if row in self.verdicts]
        if self.work.origin == 1:
            assert before == (counted(was) if was else None)
        rejected: dict[int, Row] = {}
        for row in rows:
            assert self.verdicts.get(row) != "created" or self.work.scope != "rejected"
            raw = made.corrected[row].row if row in made.corrected else {"n": row}
            if row in bad and row not in made.corrected:
                rejected[row], self.verdicts[row] = raw, "rejected"
            else:
                self.verdicts[row], self.loaded[row] = "created", raw
        said = counted([self.verdicts[row] for row in rows])
        return Outcome(batch_no, said, before, rejected)

    def ask(self, scope: Scope, source: Input) -> Plan:
        self.work = next_work(self.work, self.work.attempt + 1, scope, source)
        return plan(self.work, self.pasts, self.corrections)

    def latest(self) -> Counts:
        """As whoever reads the log adds it up."""
        sums = dict.fromkeys(VERDICTS, 0)
        for past in self.pasts:
            for outcome in past.outcomes:
                for name in VERDICTS:
                    sums[name] += getattr(outcome.counts, name)
                    sums[name] -= getattr(outcome.before, name) if outcome.before else 0
        return Counts(**sums)


def counted(verdicts: list[str]) -> Counts:
    return Counts(created=verdicts.count("created"), rejected=verdicts.count("rejected"))


def first(bad: set[int], most: int = BATCHES) -> Task:
    task = Task()
    task.run(Plan(behind=True), bad, most)
    return task


@settings(max_examples=300, deadline=None)
@given(st.data(), st.sets(st.integers(1, LAST)), st.integers(0, BATCHES + 1))
def test_whatever_was_stopped_and_corrected_each_row_counts_once(
    data: st.DataObject, bad: set[int], most: int
) -> None:
    task = first(bad, most)
    for _ in range(data.draw(st.integers(0, 4))):
        for row in data.draw(st.sets(st.integers(1, LAST), max_size=3)):
            if task.verdicts.get(row) == "rejected":
                version = data.draw(st.integers(1, 3))
                task.corrections[row] = Correction(task.work.attempt, {"n": row, "mended": version})
        scopes: list[Scope] = ["all"] if task.work.complete else ["all", "unfinished"]
        scope = data.draw(st.sampled_from([*scopes, "rejected"] if task.work.complete else scopes))
        task.run(task.ask(scope, "recorded"), bad, data.draw(st.integers(0, BATCHES + 1)))
        assert task.latest() == counted(list(task.verdicts.values()))
        if task.told_by == task.work.attempt:
            assert all(task.told[row] == loaded for row, loaded in task.loaded.items())
    task.run(task.ask("unfinished", "recorded"), bad, LAST)
    assert set(task.verdicts) == set(range(1, LAST + 1))
    assert task.latest().total == LAST


def test_what_goes_on_sends_no_batch_that_is_in() -> None:
    task = first(set(), 2)
    made = task.ask("unfinished", "recorded")
    assert (made.steps, made.behind, made.after_batch, made.after_row) == ((), True, 2, 6)


def test_a_batch_that_was_recorded_and_not_imported_comes_from_the_log() -> None:
    past = Past(1, places=[place(1), place(2)], outcomes=[Outcome(1, Counts(created=3))])
    made = plan(next_work(Work(), 2, "unfinished", "recorded"), [past], {})
    assert [step.place for step in made.steps] == [place(2)]
    assert (made.behind, made.after_batch) == (True, 2)


def test_a_batch_is_taken_from_where_it_was_recorded_last() -> None:
    task = first(set())
    task.run(task.ask("all", "recorded"), set(), BATCHES)
    made = task.ask("all", "recorded")
    assert [step.place for step in made.steps] == [place(no, attempt=2) for no in range(1, BATCHES + 1)]
    assert not made.behind


def test_only_rejected_rows_come_again_and_in_their_latest_form() -> None:
    task = first({2, 7})
    task.corrections = {2: Correction(1, {"n": "two"}), 5: Correction(1, {"n": "nobody asked"})}
    made = task.ask("rejected", "recorded")
    assert [(step.place.batch_no, step.only) for step in made.steps] == [(1, (2,)), (3, (7,))]
    assert [step.before for step in made.steps] == [Counts(rejected=1)] * 2
    assert made.corrected == {2: Mended(row={"n": "two"})}


def test_a_loaded_correction_stays_and_one_that_came_too_late_changes_nothing() -> None:
    task = first({2})
    task.corrections = {2: Correction(1, {"n": "two"})}
    task.run(task.ask("rejected", "recorded"), {2}, 1)
    task.corrections = {2: Correction(1, {"n": "too late"})}
    assert task.ask("all", "recorded").corrected == {2: Mended(row={"n": "two"})}


def test_read_anew_a_correction_belongs_to_the_row_that_was_rejected() -> None:
    task = first({2})
    task.corrections = {2: Correction(1, {"n": "two"})}
    made = task.ask("all", "source")
    assert (made.steps, made.behind) == ((), True)
    assert made.corrected == {2: Mended(row={"n": "two"}, instead_of=({"n": 2},))}
    task.run(made, {2}, BATCHES)
    task.corrections = {}
    assert task.ask("all", "recorded").corrected == made.corrected


def test_a_correction_of_another_numbering_is_nobodys() -> None:
    task = first({2})
    task.run(task.ask("all", "source"), {2}, BATCHES)
    task.corrections = {2: Correction(1, {"n": "two"})}
    assert task.ask("rejected", "recorded").corrected == {}
