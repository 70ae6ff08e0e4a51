"""Which component a file's row means: by its vendor's part number, else by the component's own code."""

from collections.abc import Collection
from typing import Any

import psycopg

from domain.errors import MalformedRow
from jobs.prices.matching import matched

# One text instead of an array of them saves 2 µs a key; what is compared never has the separator, for which
# it is a space.
_SEPARATOR = "\x1f"
_KEYS = f"ANY(string_to_array(%s, '{_SEPARATOR}'))"
_NUMBERS = f"""
SELECT p.number_key, p.vendor_key, c.id, c.unit FROM part_number p JOIN component c ON c.id = p.component_id
WHERE p.number_key = {_KEYS}
"""
_CODES = f"SELECT code_key, id, unit FROM component WHERE code_key = {_KEYS}"


class KnownParts:
    """What the numbers of one batch belong to. ``units`` are those of every component that may be meant, ''
    where it has none."""

    def __init__(
        self, numbers: dict[str, dict[str, int]], codes: dict[str, int], units: dict[int, str]
    ) -> None:
        self._numbers = numbers
        self._codes = codes
        self.units = units

    @classmethod
    async def of(cls, connection: psycopg.AsyncConnection[Any], names: Collection[Any]) -> "KnownParts":
        """Numbers and codes as they stand in the file; one round trip a batch."""
        keys = [_SEPARATOR.join({matched(str(name)) for name in names if name})]
        async with connection.pipeline():
            numbers = await connection.execute(_NUMBERS, keys)
            codes = await connection.execute(_CODES, keys)
        found: dict[str, dict[str, int]] = {}
        known: dict[str, int] = {}
        units: dict[int, str] = {}
        for number, vendor, component, unit in await numbers.fetchall():
            found.setdefault(number, {})[vendor] = component
            units[component] = unit
        for code, component, unit in await codes.fetchall():
            known[code] = component
            units[component] = unit
        return cls(found, known, units)

    def component(self, number: str, vendor: str, field: str = "number") -> int:
        """Raises MalformedRow where nobody knows the number, or several vendors do and none is named."""
        key = matched(number)
        vendors = self._numbers.get(key)
        if vendors is None and key in self._codes:
            return self._codes[key]
        vendors, vendor_key = vendors or {}, matched(vendor)
        if vendor_key:
            # A number that is mapped without a vendor is anybody's.
            found = {vendors[name] for name in (vendor_key, "") if name in vendors}
            found = {vendors[vendor_key]} if vendor_key in vendors else found
        else:
            found = set(vendors.values())
        if len(found) > 1:
            raise MalformedRow("part_number_ambiguous", field, number, number=number)
        if found:
            return found.pop()
        if key in self._codes:
            return self._codes[key]
        raise MalformedRow("part_number_unknown", field, number, number=number)

    def code(self, code: str, field: str = "code") -> int:
        """By the component's own code alone."""
        found = self._codes.get(matched(code))
        if found is None:
            raise MalformedRow("component_code_unknown", field, code, component=code)
        return found
