"""The state machine found by walking it: every state that can be reached × everything that can happen.

One batch of one row and two attempts are enough of a world: the batch is in, missing, rejected, or one
row short of what the source had.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import product

from domain.commands import Cancel, Command, FinishUndo, Purge, Replay, RetryDue, Start, Undo
from domain.states import Absent, Known, Pending, Purged, Retrying, State
from domain.task import decide, evolve, react
from events.tasks import Scope, TaskEvent, TaskRequestRefused
from tests.domain.spec import DOWN, NOW, REFUSED, after, batch, source_read, submitted, work_failed

Edge = tuple[str, str, str]
FINITE = 5_000
SCOPES: tuple[Scope, ...] = ("all", "unfinished", "rejected")


def requests(state: State) -> dict[str, Command]:
    """What people can ask, as they would ask it now."""
    attempt = 1 if isinstance(state, Absent | Purged) else state.work.attempt + 1
    replays = {f"replay {scope}": Replay(attempt, scope) for scope in SCOPES}
    return {"cancel": Cancel(), **replays, "undo": Undo(), "cleanup": Purge()}


def commands(state: State) -> Iterable[Command]:
    clock: tuple[Command, ...] = (Start(), RetryDue(), FinishUndo(removed=1, restored=0, conflicts=0))
    # A third attempt shows nothing that the second has not.
    return clock + tuple(
        command
        for command in requests(state).values()
        if not isinstance(command, Replay) or command.attempt <= 2
    )


def facts(state: State) -> Iterator[TaskEvent]:
    """What workers say: of an attempt that was started, the current one or an earlier one."""
    yield submitted()
    if isinstance(state, Absent | Purged | Pending):
        return
    for attempt in range(1, state.work.attempt + 1):
        yield from (source_read(rows, 1, attempt=attempt) for rows in (1, 2))
        yield from (batch(1, 1 - rejected, rejected, attempt=attempt) for rejected in (0, 1))
        yield from (work_failed(e, tries=state.work.tries, attempt=attempt) for e in (DOWN, REFUSED))


def _moves(state: State) -> Iterator[tuple[State, State, TaskEvent]]:
    for fact, admitted in product(facts(state), (True, False)):
        taken = evolve(state, fact)
        if taken is not state:
            yield state, taken, fact
        yield from _said(taken, react(taken, fact, NOW, admitted=admitted))
    for command in commands(state):
        yield from _said(state, decide(state, command, after(3600)))


def _said(state: State, events: Iterable[TaskEvent]) -> Iterator[tuple[State, State, TaskEvent]]:
    for event in events:
        before, state = state, evolve(state, event)
        yield before, state, event


def _forget_numbers(state: State) -> State:
    """What only counts up would make the world infinite; how often is tried, other tests know."""
    fixed: dict[str, object] = {"seq": 0}
    if isinstance(state, Known):
        fixed["work"] = state.work.model_copy(update={"tries": 1, "faults": 0})
    if isinstance(state, Retrying):
        fixed["at"] = NOW
    return state.model_copy(update=fixed)


@cache
def _walked() -> tuple[frozenset[Edge], tuple[State, ...]]:
    edges: set[Edge] = set()
    seen: dict[str, State] = {Absent().model_dump_json(): Absent()}
    queue: deque[State] = deque(seen.values())
    while queue:
        assert len(seen) < FINITE, "something counts that should not"
        for before, state, event in _moves(queue.popleft()):
            edges.add((before.name, state.name, event.type))
            fixed = _forget_numbers(state)
            key = fixed.model_dump_json()
            if key not in seen:
                seen[key] = fixed
                queue.append(fixed)
    return frozenset(edges), tuple(seen.values())


def transitions() -> frozenset[Edge]:
    """Every (state, next state, the event between them)."""
    return _walked()[0]


def reachable() -> tuple[State, ...]:
    """Every state of that world, nearest to nothing first."""
    return _walked()[1]


def answers() -> dict[tuple[str, str], set[str]]:
    """What (request, state) is answered with: an event, a reason in words of code, or nothing."""
    found: dict[tuple[str, str], set[str]] = {}
    for state in reachable():
        for name, command in requests(state).items():
            said = decide(state, command, NOW)
            words = found.setdefault((name, state.name), set())
            words.add(_word(said[0]) if said else "nothing to do")
    return found


def _word(event: TaskEvent) -> str:
    return event.reason if isinstance(event, TaskRequestRefused) else f"**{event.type.split('.')[1]}**"
