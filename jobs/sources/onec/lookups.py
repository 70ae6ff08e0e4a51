"""Names behind references: a page's worth in few requests, the recent ones remembered."""

from collections import OrderedDict, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from jobs.sources.onec import parsing
from jobs.sources.onec.client import OneC

# (entity set, reference); an element that 1C did not return is an empty mapping.
Ref = tuple[str, str]
Found = Mapping[Ref, Mapping[str, str]]

REMEMBERED = 20_000  # at about 500 bytes each: 10 MB


class Lookups:
    """Elements by reference from the catalogues that ``wanted`` names, with the fields it names."""

    def __init__(self, onec: OneC, wanted: Mapping[str, Sequence[str]], remembered: int = REMEMBERED) -> None:
        self._onec = onec
        self._wanted = wanted
        self._remembered = remembered
        self._known: OrderedDict[Ref, Mapping[str, str]] = OrderedDict()

    async def find(self, refs: Iterable[Ref]) -> Found:
        """Every reference asked for whose catalogue is wanted; those of other catalogues are left out."""
        asked = {ref for ref in refs if ref[0] in self._wanted}
        found = {ref: self._known[ref] for ref in asked if ref in self._known}
        missing: dict[str, list[str]] = defaultdict(list)
        for entity, ref in sorted(asked - found.keys()):
            missing[entity].append(ref)
        for entity, absent in missing.items():
            found |= await self._ask(entity, absent)
        self._remember(found)
        return found

    async def _ask(self, entity: str, refs: Sequence[str]) -> dict[Ref, Mapping[str, str]]:
        names = self._wanted[entity]
        found: dict[Ref, Mapping[str, str]] = {(entity, ref): {} for ref in refs}
        for element in await self._onec.by_refs(entity, refs, ("Ref_Key", *names)):
            found[entity, parsing.ref(element.get("Ref_Key")) or ""] = _fields(element, names)
        return found

    def _remember(self, found: Found) -> None:
        for ref, fields in found.items():
            self._known[ref] = fields
            self._known.move_to_end(ref)
        while len(self._known) > self._remembered:
            self._known.popitem(last=False)


def _fields(element: Mapping[str, Any], names: Sequence[str]) -> Mapping[str, str]:
    return {name: parsing.text(element.get(name)) for name in names}
