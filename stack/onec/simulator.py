"""What the simulator is while it runs, and how one OData request is answered."""

import random
import re
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from starlette.responses import PlainTextResponse, Response

from stack.onec import markup, problems
from stack.onec.catalogues import EMPTY_REF, ERASED, Element, data_version
from stack.onec.faults import Faults
from stack.onec.queries import Query, shown
from stack.onec.schema import ENTITY_SETS, EntitySet
from stack.onec.sessions import Sessions
from stack.onec.world import World

_ONE = re.compile(r"(?P<name>\w+)\((?:Ref_Key=)?guid'(?P<ref>[0-9a-fA-F-]{36})'\)(?:/(?P<link>\w+))?")
CHANGES: Mapping[str, Element] = {
    "changed": {"НазначениеПлатежа": "Исправлено бухгалтером"},
    "unposted": {"Posted": False},
    "deleted": {"DeletionMark": True, "Posted": False},
    # Удаление помеченных объектов: it leaves nothing behind.
    "erased": {ERASED: True},
}


@dataclass(frozen=True, slots=True)
class Seen:
    """A request as it arrived, for tests: the path without the prefix, the query undecoded."""

    path: str
    query: str
    session: str


@dataclass
class Simulator:
    """One infobase and its web server. ``query_limit`` = 2048 makes the web server IIS."""

    user: str = "tidemark"
    password: str = "tidemark"
    world: World = field(default_factory=World)
    sessions: Sessions = field(default_factory=Sessions)
    query_limit: int | None = None
    unpublished: frozenset[str] = frozenset()
    faults: Faults = field(default_factory=Faults)
    seen: deque[Seen] = field(default_factory=lambda: deque(maxlen=1_000))
    pages: dict[str, list[Element]] = field(default_factory=dict)

    def answer(self, base: str, path: str, options: Mapping[str, str], as_json: bool, fault: str) -> Response:
        """A GET by somebody who may; raises Refused."""
        if path == "":
            return self._service(base, as_json)
        if path == "$metadata":
            return Response(markup.metadata(), media_type="application/xml")
        if one := _ONE.fullmatch(path):
            return self._one(base, one, options)
        name, _, rest = path.partition("/")
        entity = self.entity(name)
        query = Query.read(entity, options)
        if rest == "$count":
            return PlainTextResponse(str(self.world.count(entity, query.condition)))
        if rest:
            raise problems.no_entity_set(path)
        elements = self._page(entity, query, fault)
        if not as_json:
            return Response(markup.feed(entity, elements), media_type="application/atom+xml")
        return problems.json_response(self._collection(base, entity, query, elements))

    def entity(self, name: str) -> EntitySet:
        if name not in ENTITY_SETS or name in self.unpublished:
            raise problems.no_entity_set(name)
        return ENTITY_SETS[name]

    def change(self, what: str, refs: list[str]) -> list[str]:
        """Do to documents what a person in 1C would; returns their references."""
        for ref in refs:
            version = data_version(random.Random(f"{what}|{ref}"))
            before = self.world.changes.get(ref, {})
            self.world.changes[ref] = {**before, **CHANGES[what], "DataVersion": version}
        return refs

    def change_of_day(self, what: str, day: date, count: int) -> list[str]:
        """The same to the first posted documents of a day."""
        return self.change(what, [head["Ref_Key"] for _, head in self.world.of_day(day)][:count])

    def reset(self) -> None:
        """No faults, no changes, no sessions."""
        self.faults.reset()
        self.world.changes.clear()
        self.sessions.opened.clear()
        self.seen.clear()

    def _page(self, entity: EntitySet, query: Query, fault: str) -> list[Element]:
        if fault == "repeat" and entity.name in self.pages:
            return self.pages[entity.name]
        found = [shown(entity, element, query.select) for element in query.elements(self.world, entity)]
        if fault == "short":
            found = found[: (len(found) + 1) // 2]
        self.pages[entity.name] = found
        return found

    def _collection(
        self, base: str, entity: EntitySet, query: Query, elements: list[Element]
    ) -> dict[str, Any]:
        answer: dict[str, Any] = {"odata.metadata": f"{base}/$metadata#{entity.name}"}
        if query.inline_count:
            # All that satisfy the filter: $top and $skip are ignored, and it is an Int64.
            answer["odata.count"] = str(self.world.count(entity, query.condition))
        return answer | {"value": elements}

    def _service(self, base: str, as_json: bool) -> Response:
        if not as_json:
            return Response(markup.service(base), media_type="application/atomsvc+xml")
        published = [name for name in ENTITY_SETS if name not in self.unpublished]
        value = [{"name": name, "url": name} for name in published]
        return problems.json_response({"odata.metadata": f"{base}/$metadata", "value": value})

    def _one(self, base: str, path: re.Match[str], options: Mapping[str, str]) -> Response:
        entity = self.entity(path["name"])
        query = Query.read(entity, {name: text for name, text in options.items() if name != "$filter"})
        element = self.world.element(entity, path["ref"].lower())
        if element is not None and path["link"]:
            entity, element = self._linked(entity, element, path["link"])
        if element is None:
            raise problems.no_element()
        head = {"odata.metadata": f"{base}/$metadata#{entity.name}/@Element"}
        return problems.json_response(head | shown(entity, element, () if path["link"] else query.select))

    def _linked(self, entity: EntitySet, element: Element, link: str) -> tuple[EntitySet, Element | None]:
        field = entity.fields.get(f"{link}_Key") or entity.fields.get(link)
        if field is None or not (field.target or field.composite):
            raise problems.no_property(link)
        target = field.target or str(element[f"{link}_Type"]).removeprefix("StandardODATA.")
        ref = element[field.name]
        if ref in ("", EMPTY_REF):
            raise problems.no_element()
        return self.entity(target), self.world.element(self.entity(target), ref)
