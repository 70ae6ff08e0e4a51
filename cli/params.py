"""``--param NAME=VALUE`` and ``--mapping FIELD=COLUMN``, as often as they are given."""

import json
from collections.abc import Iterable
from typing import Any

from cli.failures import Failure


def given(pairs: Iterable[str]) -> dict[str, Any]:
    """``NAME=VALUE``; a value in braces is JSON, as a mapping of columns is. The server knows the names."""
    params: dict[str, Any] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not name:
            raise Failure("cli.param_malformed", param=pair)
        try:
            params[name] = json.loads(value) if value.startswith("{") else value
        except json.JSONDecodeError as error:
            raise Failure("cli.param_malformed", param=pair) from error
    return params


def reading(
    pairs: list[str], template: str | None, sheet: str | None, header_row: int | None
) -> dict[str, Any]:
    """How a table is to be read, as the API takes it. ``--mapping quantity=B``; in braces all at once."""
    mapping: dict[str, str] = {}
    for pair in pairs:
        if pair.startswith("{"):
            mapping |= given([f"mapping={pair}"])["mapping"]
            continue
        field, equals, column = pair.partition("=")
        if not equals or not field.strip():
            raise Failure("cli.mapping.malformed", mapping=pair)
        mapping[field.strip()] = column.strip()
    said = {"template": template, "sheet": sheet, "header_row": header_row, "mapping": mapping or None}
    return {name: value for name, value in said.items() if value is not None}
