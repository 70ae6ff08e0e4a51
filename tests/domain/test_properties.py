"""Everybody acts whenever they like, says things twice, and the task still tells the truth."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any, get_args

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from domain.commands import RetryDue, Start
from domain.states import Absent, Known, State
from domain.task import decide, dump, evolve, lifecycle, load, react
from events.base import Event
from events.records import Counts, ErrorInfo, Outcome
from events.registry import TASK_EVENTS, is_task_event
from events.tasks import (
    Deferred,
    Input,
    Request,
    Scope,
    TaskBatchImported,
    TaskCancelled,
    TaskCancelRequested,
    TaskCleanupRequested,
    TaskCompleted,
    TaskEvent,
    TaskFailed,
    TaskReplayRequested,
    TaskSourceRead,
    TaskStarted,
    TaskUndoRequested,
)
from tests.domain.spec import DOWN, NO_DATABASE, NOW, REFUSED, batch, source_read, submitted, work_failed

ATTEMPTS = st.integers(1, 3)
BATCHES = st.integers(1, 4)


class Log(RuleBasedStateMachine):
    """One task's partition of the log, its conductor somewhere behind the end, and all who write to it."""

    def __init__(self) -> None:
        super().__init__()
        self.log: list[TaskEvent] = []
        self.position = 0
        self.state: State = Absent()
        self.now = NOW

    def say(self, events: list[TaskEvent]) -> None:
        for event in events:
            self.state = evolve(self.state, event)
        self.log += events

    @initialize(started=st.sampled_from([True, True, False]))
    def begin(self, started: bool) -> None:
        self.submit()
        if started:
            self.conduct_all()

    @rule(admitted=st.booleans())
    @precondition(lambda self: self.position < len(self.log))
    def conduct(self, admitted: bool) -> None:
        event = self.log[self.position]
        self.position += 1
        self.state = evolve(self.state, event)
        self.say(react(self.state, event, self.now, admitted=admitted))

    @rule()
    def conduct_all(self) -> None:
        while self.position < len(self.log):
            self.conduct(True)

    @rule()
    def room(self) -> None:
        self.say(decide(self.state, Start(), self.now))

    @rule(seconds=st.integers(0, 400))
    def time_passes(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)
        self.say(decide(self.state, RetryDue(), self.now))

    @rule()
    def conductor_restarts(self) -> None:
        self.state = load(dump(self.state))

    @rule()
    def submit(self) -> None:
        self.log.append(submitted())

    def was_started(self) -> bool:
        return any(isinstance(event, TaskStarted) for event in self.log)

    def started(self, attempt: int) -> int:
        """Workers know of an attempt by its start in the log, and may be late by any number of them."""
        return min(attempt, max(event.attempt for event in self.log if isinstance(event, TaskStarted)))

    @precondition(was_started)
    @rule(order=st.permutations(range(4)), until=st.sampled_from([4, 4, 3]))
    def work_goes_well(self, order: list[int], until: int) -> None:
        """As it mostly does; chance alone would complete one task in a hundred."""
        attempt = self.started(3)
        facts: list[TaskEvent] = [source_read(30, 3, attempt=attempt)]
        facts += [batch(number, attempt=attempt) for number in (1, 2, 3)]
        self.log += [facts[place] for place in order[:until]]

    @precondition(was_started)
    @rule(attempt=ATTEMPTS, batches=BATCHES, missing=st.sampled_from([0, 0, 0, 1]))
    def reader_ends(self, attempt: int, batches: int, missing: int) -> None:
        self.log.append(source_read(10 * batches + missing, batches, attempt=self.started(attempt)))

    @precondition(was_started)
    @rule(attempt=ATTEMPTS, batch_no=BATCHES, rejected=st.sampled_from([0, 0, 1]))
    def import_batch(self, attempt: int, batch_no: int, rejected: int) -> None:
        self.log.append(batch(batch_no, 10 - rejected, rejected, attempt=self.started(attempt)))

    @precondition(was_started)
    @rule(error=st.sampled_from([DOWN, NO_DATABASE, REFUSED]), tries=ATTEMPTS, attempt=ATTEMPTS)
    def worker_fails(self, error: ErrorInfo, tries: int, attempt: int) -> None:
        self.log.append(work_failed(error, tries=tries, attempt=self.started(attempt)))

    @rule(fact=st.sampled_from([TaskCancelRequested(), TaskUndoRequested(), TaskCleanupRequested()]))
    def ask(self, fact: TaskEvent) -> None:
        self.log.append(fact)

    @rule(attempt=ATTEMPTS, scope=st.sampled_from(get_args(Scope)))
    def replay(self, attempt: int, scope: Scope) -> None:
        self.log.append(TaskReplayRequested(attempt=attempt, scope=scope, input="source"))

    @rule(data=st.data())
    @precondition(lambda self: self.log)
    def say_again(self, data: st.DataObject) -> None:
        self.log.append(self.log[data.draw(st.integers(0, len(self.log) - 1))])

    @invariant()
    def an_attempt_ends_once(self) -> None:
        """By ``seq``, for a repeated event of the conductor is the same event."""
        ends = {
            (event.seq, event.attempt)
            for event in self.log
            if isinstance(event, TaskCompleted | TaskFailed | TaskCancelled)
        }
        assert max(Counter(attempt for _, attempt in ends).values(), default=0) <= 1

    @invariant()
    def the_conductor_counts_without_gaps(self) -> None:
        numbers = {event.seq for event in self.log if lifecycle(event)}
        assert numbers == set(range(1, self.state.seq + 1))

    @invariant()
    def success_adds_up(self) -> None:
        for event in self.log:
            if isinstance(event, TaskCompleted):
                self.check_success(event)

    def check_success(self, success: TaskCompleted) -> None:
        """Recomputed from the log alone: the first word about each batch is the one that counts."""
        read: TaskSourceRead | None = None
        counts: dict[int, Counts] = {}
        for event in self.log:
            if isinstance(event, TaskSourceRead) and event.attempt == success.attempt:
                read = read or event
            if isinstance(event, TaskBatchImported) and event.attempt == success.attempt:
                counts.setdefault(event.batch_no, event.counts)
        assert read is not None
        assert success.totals.total == read.rows
        assert len(counts) >= read.batches
        assert success.outcome == "partial" or success.totals.rejected == 0

    @invariant()
    def whoever_reads_the_log_sees_the_same_end(self) -> None:
        """A reader without any state of its own, after the conductor has caught up."""
        if self.position < len(self.log) or not isinstance(self.state, Known):
            return
        reader: State = Absent()
        for event in self.log:
            reader = evolve(reader, event)
        assert isinstance(reader, Known)
        assert (reader.name, reader.seq, reader.work.attempt) == (
            self.state.name,
            self.state.seq,
            self.state.work.attempt,
        )


Log.TestCase.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
TestLog = Log.TestCase

VALUES: dict[object, st.SearchStrategy[object]] = {
    int: st.integers(1, 3),
    bool: st.booleans(),
    str: st.just("x"),
    datetime: st.just(NOW),
    dict[str, Any]: st.just({}),
    Counts: st.builds(Counts, created=st.integers(0, 3)),
    ErrorInfo: st.sampled_from([DOWN, NO_DATABASE, REFUSED]),
    Scope: st.sampled_from(get_args(Scope)),
    Input: st.sampled_from(get_args(Input)),
    Request: st.sampled_from(get_args(Request)),
    Deferred: st.sampled_from(get_args(Deferred)),
    Outcome: st.sampled_from(get_args(Outcome)),
}


def made(kind: type[Event]) -> st.SearchStrategy[Event]:
    """Any event of a kind, in small numbers so that they meet; optional fields as by default."""
    fields = {name: VALUES[f.annotation] for name, f in kind.model_fields.items() if f.annotation in VALUES}
    return st.fixed_dictionaries(fields).map(kind.model_validate)


any_event = st.one_of(*(made(kind) for kind in TASK_EVENTS.values()))


@settings(max_examples=300, deadline=None)
@given(st.lists(any_event, max_size=12))
def test_no_event_in_any_order_raises(events: list[Event]) -> None:
    state: State = Absent()
    for event in events:
        assert is_task_event(event)
        for said in react(state := evolve(state, event), event, NOW):
            state = evolve(state, said)
        assert load(dump(state)) == state
