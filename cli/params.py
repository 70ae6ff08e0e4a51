"""``--param NAME=VALUE`` and ``--mapping FIELD=COLUMN``, as often as they are given."""

import json
from collections.abc import Iterable
from typing import Any

from cli.failures import Failure
from infra.wording import Language


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


def check_statement(params: dict[str, Any], where: str, language: Language) -> None:
    """What the server would refuse of a statement's ``params`` is refused without it too. Raises Failure
    (``request_invalid``)."""
    # Not with every command: the kinds bring a database's driver along.
    from pydantic import ValidationError

    from api.problems import worded
    from jobs.kinds.bank_transactions import StatementParams

    try:
        StatementParams.model_validate(params)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = ".".join(["params", *map(str, first["loc"])])
        raise Failure("request_invalid", where, field_name=field, reason=worded(first, language)) from error
