"""The options of a request, and the elements they ask for."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from stack.onec import schema
from stack.onec.catalogues import EMPTY_REF, Element
from stack.onec.expressions import Expression, parse
from stack.onec.filters import compiled
from stack.onec.problems import bad_option, no_property, not_implemented
from stack.onec.schema import EntitySet, Field
from stack.onec.world import Order, World

_KNOWN = frozenset(
    {"$format", "$filter", "$select", "$orderby", "$top", "$skip", "$inlinecount", "allowedOnly"}
)
_NOT_HERE = frozenset({"$expand", "$metadata"})


@dataclass(frozen=True, slots=True)
class Query:
    """A request that was understood."""

    condition: Expression | None
    select: tuple[str, ...]
    order: tuple[Order, ...]
    top: int | None
    skip: int
    inline_count: bool

    @classmethod
    def read(cls, entity: EntitySet, options: Mapping[str, str]) -> "Query":
        """From the query string; raises Refused as 1C does."""
        for name in options:
            if name in _NOT_HERE:
                raise not_implemented()
            if name not in _KNOWN:
                raise bad_option(name, "неизвестная опция")
        condition = parse(options["$filter"]) if options.get("$filter", "").strip() else None
        if condition:
            compiled(condition, entity)
        return cls(
            condition,
            _selected(entity, options.get("$select", "")),
            _ordered(entity, options.get("$orderby", "")),
            _number("$top", options.get("$top")),
            _number("$skip", options.get("$skip")) or 0,
            options.get("$inlinecount") == "allpages",
        )

    def elements(self, world: World, entity: EntitySet) -> list[Element]:
        found = world.select(entity, self.condition, self.order)
        end = None if self.top is None else self.skip + self.top
        return [shown(entity, element, self.select) for element in islice(found, self.skip, end)]


def shown(entity: EntitySet, element: Element, select: tuple[str, ...] = ()) -> Element:
    """An element as JSON has it: Int64 as a string, and where a reference leads, unless it is empty."""
    fields = [entity.fields[name] for name in select] if select else list(entity.fields.values())
    out: Element = {field.name: _value(field, element[field.name]) for field in fields}
    for field in fields:
        name = field.name.removesuffix("_Key")
        if _is_link(field) and element[field.name] not in ("", EMPTY_REF):
            out[f"{name}@navigationLinkUrl"] = f"{entity.name}(guid'{element['Ref_Key']}')/{name}"
    return out


def _value(field: Field, value: Any) -> Any:
    if field.rows:
        return [{part.name: _value(part, row[part.name]) for part in field.rows} for row in value]
    return str(value) if field.type == schema.INT64 and value is not None else value


def _is_link(field: Field) -> bool:
    return bool(field.target) or field.composite


def _selected(entity: EntitySet, text: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in text.split(",") if name.strip())
    for name in names:
        if name != "*" and name not in entity.fields:
            raise no_property(name)
    return () if "*" in names else names


def _ordered(entity: EntitySet, text: str) -> tuple[Order, ...]:
    items = []
    for item in filter(None, (part.split() for part in text.split(","))):
        name, *way = item
        if way not in ([], ["asc"], ["desc"]):
            raise bad_option("$orderby", " ".join(item))
        if name not in entity.fields or entity.fields[name].rows:
            raise no_property(name)
        items.append(Order(name, way == ["desc"]))
    return tuple(items)


def _number(name: str, text: str | None) -> int | None:
    if text is None:
        return None
    if not (text.isascii() and text.isdigit()):
        raise bad_option(name, text)
    return int(text)
