"""Whether an exported history is what was written down at the time, without asking anybody."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256

from pydantic import ValidationError

from domain.chain import BEGINNING, FIELDS, climbed, leaf, link, root
from domain.sealing import FORMAT, unsealed, unsigned
from domain.tampering import Line, Tampered, broken, parsed, refuse_foreign, rewritten, with_next
from events.audit import RootSigned

SignedBy = Callable[[str, str, bytes], bool]


@dataclass(frozen=True, slots=True)
class Verified:
    """What the file holds. ``roots`` are the signed roots that its chains were held against; ``covered`` the
    events up to the last of them; ``key`` signed all of it."""

    events: int
    tasks: int
    roots: int
    covered: int
    key: str
    complete: bool


@dataclass(slots=True)
class Chain:
    """One task so far: its last event's number, hash, the hash before it, its offset; what a root covered."""

    number: int
    hash: bytes
    previous: bytes
    offset: int
    covered: int = 0


@dataclass(slots=True)
class Verifier:
    """Reads a file line by line; raises Tampered at the first fault.

    ``key`` and ``trusted`` come from elsewhere, if they are known: the public key, and roots by partition
    and number as they were published.
    """

    signed_by: SignedBy
    key: str | None = None
    trusted: Mapping[tuple[int, int], RootSigned] = field(default_factory=dict)
    complete: bool = False
    task_id: str | None = None
    events: int = 0
    roots: int = 0
    place: tuple[int, int] = (-1, -1)
    chains: dict[str, Chain] = field(default_factory=dict)
    window: dict[str, Chain] = field(default_factory=dict)
    ends: dict[int, RootSigned] = field(default_factory=dict)

    def verify(self, lines: Iterable[bytes]) -> Verified:
        """Everything, to the signature at the end."""
        seal = bytes(32)
        for number, (line, following) in enumerate(with_next(lines), 1):
            if number == 1:
                refuse_foreign(line, following)
            if following is None:
                return self._ended(line, seal, number)
            opened = unsealed(line, seal)
            if opened is None:
                raise broken(line, following, seal, number, self._latest())
            body, seal = opened
            self._read(parsed(body, number), number)
        raise Tampered("empty", 1)

    def _read(self, content: Line, number: int) -> None:
        try:
            if number == 1:
                self._begin(content)
            elif "root" in content:
                self._root(content, number)
            else:
                self._event(content, number)
        except (KeyError, TypeError, ValueError, AttributeError, ValidationError) as error:
            raise Tampered("format", number, self._latest(), type(error).__name__) from error

    def _begin(self, content: Line) -> None:
        if content["format"] != FORMAT:
            raise Tampered("format", 1, detail=str(content["format"]))
        if self.key is not None and content["key"] != self.key:
            raise Tampered("key", 1, detail=str(content["key"]))
        self.key, self.complete, self.task_id = content["key"], content["complete"], content["task_id"]

    def _event(self, content: Line, number: int) -> None:
        partition, offset, task_id = content["partition"], content["offset"], content["task_id"]
        event = f"{partition}:{offset}"
        previous = bytes.fromhex(content["previous"])
        values = (None if content[name] is None else str(content[name]) for name in FIELDS)
        if link(previous, values).hex() != content["hash"]:
            raise Tampered("changed", number, event)
        if content["number"] == 1 and previous != BEGINNING:
            raise Tampered("changed", number, event)
        known = self.chains.get(task_id) or (Chain(0, BEGINNING, BEGINNING, -1) if self.complete else None)
        if known is not None:
            (self._follows if self.complete else self._fits)(content, known, number, event)
        if partition != self.place[0]:
            self.window.clear()
        self.place = (partition, offset)
        self.events += 1
        covered = known.covered if known is not None else 0
        head = bytes.fromhex(content["hash"])
        self.chains[task_id] = Chain(content["number"], head, previous, offset, covered)
        if self.complete:
            self.window[task_id] = self.chains[task_id]

    def _follows(self, content: Line, known: Chain, number: int, event: str) -> None:
        """Of a whole history every event is there, in the order of the log."""
        if self.task_id is not None and content["task_id"] != self.task_id:
            raise Tampered("added", number, event)
        if (content["partition"], content["offset"]) <= self.place or content["number"] <= known.number:
            raise Tampered("moved" if content["number"] > known.number else "added", number, event)
        if content["number"] > known.number + 1:
            raise Tampered("removed", number, self._latest())
        if content["previous"] != known.hash.hex():
            raise Tampered("changed", number, event)

    def _fits(self, content: Line, known: Chain, number: int, event: str) -> None:
        """Of a selection those that are neighbours in their chain belong together, in either order."""
        step = content["number"] - known.number
        if step == 0:
            raise Tampered("added", number, event)
        after = step == 1 and content["previous"] != known.hash.hex()
        before = step == -1 and content["hash"] != known.previous.hex()
        if after or before:
            raise Tampered("changed", number, event)

    def _root(self, content: Line, number: int) -> None:
        signed = RootSigned.model_validate(content["root"])
        where = f"{signed.partition}:{signed.first}-{signed.last}"
        if signed.key != self.key or not self.signed_by(signed.key, signed.signature, signed.signed):
            raise Tampered("signature", number, where)
        known = self.trusted.get((signed.partition, signed.number))
        if self.trusted and known != signed:
            raise Tampered("root", number, where)
        if self._found(content, signed, number) != signed.root:
            raise Tampered("root", number, where)
        self._in_order(signed, number, where)
        self.roots += 1
        for chain in self.window.values():
            chain.covered = chain.number
        self.window.clear()

    def _found(self, content: Line, signed: RootSigned, number: int) -> str:
        """The root that the events of this file lead to."""
        late = [chain for chain in self.window.values() if chain.offset > signed.last]
        if not self.window or late:
            raise Tampered("moved", number, f"{signed.partition}:{signed.last}")
        leaves = [leaf(task, chain.number, chain.hash) for task, chain in sorted(self.window.items())]
        return climbed(leaves[0], content["path"]).hex() if self.task_id else root(leaves).hex()

    def _in_order(self, signed: RootSigned, number: int, where: str) -> None:
        before = self.ends.get(signed.partition)
        if before is not None and signed.number <= before.number:
            raise Tampered("moved", number, where)
        next_one = before is not None and signed.number == before.number + 1
        if (
            before is not None
            and next_one
            and (signed.previous != sha256(before.signed).hexdigest() or signed.first != before.last + 1)
        ):
            raise Tampered("root", number, where)
        self.ends[signed.partition] = signed

    def _ended(self, line: bytes, seal: bytes, number: int) -> Verified:
        opened = unsigned(line, seal)
        if opened is None:
            if (whole := unsealed(line, seal)) is not None:
                self._read(parsed(whole[0], number), number)
            raise Tampered("cut", number, self._latest())
        body, what, signature = opened
        if self.key is None or not self.signed_by(self.key, signature, what):
            raise rewritten(body, number, self._latest())
        end = parsed(body, number)
        if end.get("line") != number or (end.get("events"), end.get("roots")) != (self.events, self.roots):
            raise Tampered("removed", number, self._latest())
        covered = sum(chain.covered for chain in self.chains.values())
        return Verified(self.events, len(self.chains), self.roots, covered, self.key, self.complete)

    def _latest(self) -> str:
        return "" if self.place == (-1, -1) else "{}:{}".format(*self.place)
