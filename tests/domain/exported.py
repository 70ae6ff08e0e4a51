"""An exported history, made of nothing but values."""

from collections.abc import Sequence
from hashlib import sha256
from typing import Any

from domain.chain import BEGINNING, FIELDS, leaf, link, path, root
from domain.sealing import FORMAT, Sealer
from events.audit import RootSigned
from infra.signing import Signer

SIGNER = Signer.of_seed("11" * 32)
TASK = "01990000-0000-7000-8000-000000000001"
OTHER = "01990000-0000-7000-8000-000000000002"
Line = dict[str, Any]


def history(events: int, tasks: Sequence[str] = (TASK,)) -> list[Line]:
    """Events of these tasks by turns, chained."""
    heads = dict.fromkeys(tasks, (0, BEGINNING))
    lines = []
    for offset in range(events):
        task_id = tasks[offset % len(tasks)]
        number, previous = heads[task_id]
        line: Line = {
            "partition": 3,
            "offset": offset,
            "task_id": task_id,
            "number": number + 1,
            "id": f"event-{offset}",
            "type": "task.progressed.v1",
            "time": f"2026-03-03T09:00:{offset % 60:02}.000000Z",
            "actor": "system:reader",
            "correlation_id": task_id,
            "causation_id": None,
            "source": "/tidemark/reader",
            "value": f'{{"attempt":1,"processed":{offset},"message":"чтение"}}',
        }
        heads[task_id] = (number + 1, hashed(line, previous))
        lines.append(line | {"previous": previous.hex(), "hash": heads[task_id][1].hex()})
    return lines


def hashed(line: Line, previous: bytes) -> bytes:
    return link(previous, (None if line[name] is None else str(line[name]) for name in FIELDS))


def signed(lines: Sequence[Line], ends: Sequence[int], task_id: str | None = TASK) -> list[Line]:
    """The events with a root after each offset of ``ends``."""
    made: list[Line] = []
    before: RootSigned | None = None
    for number, last in enumerate(ends, 1):
        first = 0 if before is None else before.last + 1
        window = {line["task_id"]: line for line in lines if first <= line["offset"] <= last}
        leaves = [
            leaf(task, line["number"], bytes.fromhex(line["hash"])) for task, line in sorted(window.items())
        ]
        before = _root(number, first, last, leaves, before)
        wanted = [line for line in lines if first <= line["offset"] <= last]
        made += [line for line in wanted if task_id in (None, line["task_id"])]
        said: Line = {"root": before.model_dump(mode="json", exclude={"type"})}
        made.append(said | ({"path": path(leaves, sorted(window).index(task_id))} if task_id else {}))
    rest = [line for line in lines if line["offset"] > ends[-1]] if ends else lines
    return made + [line for line in rest if task_id in (None, line["task_id"])]


def file_of(lines: Sequence[Line], task_id: str | None = TASK, *, complete: bool = True) -> list[bytes]:
    """The lines of the file, sealed and signed."""
    sealer = Sealer()
    head = {"format": FORMAT, "key": SIGNER.public, "at": "", "task_id": task_id, "complete": complete}
    roots = sum("root" in line for line in lines)
    end = {"events": len(lines) - roots, "roots": roots}
    return [
        sealer.line(head),
        *[sealer.line(line) for line in lines],
        sealer.last(end, SIGNER.sign),
    ]


def _root(
    number: int, first: int, last: int, leaves: Sequence[bytes], before: RootSigned | None
) -> RootSigned:
    draft = RootSigned(
        partition=3,
        number=number,
        first=first,
        last=last,
        tasks=len(leaves),
        root=root(leaves).hex(),
        previous="0" * 64 if before is None else sha256(before.signed).hexdigest(),
        at="2026-03-03T10:00:00.000000Z",
        key=SIGNER.public,
        signature="0" * 128,
    )
    return draft.model_copy(update={"signature": SIGNER.sign(draft.signed)})
