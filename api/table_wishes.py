"""What is said of a table beside it: refused where it names what is not there, before anything begins."""

from collections.abc import Mapping

from sqlalchemy.ext.asyncio import AsyncConnection

from api.problems import Problem
from domain.errors import Fatal, written_of
from jobs.formats.tables.finding import check_fields
from jobs.kinds.registry import kind_named
from projections.queries import tables


def check_mapping(kind: str, mapping: Mapping[str, str] | None, field: str) -> None:
    """422 ``mapping_field_unknown``, with the fields that the kind has. ``field`` is where it was said."""
    upload = kind_named(kind).upload
    if not mapping or upload is None or upload.layout is None:
        return
    try:
        check_fields(upload.layout, mapping)
    except Fatal as error:
        args = {**error.arguments, **(written_of(error.detail) or {})}
        raise Problem(422, error.code, field=field, args=args) from error


async def check_template(connection: AsyncConnection, kind: str, name: str | None, field: str) -> None:
    """422 ``template_not_saved``, with those that are; ``no_template_saved`` where there is none."""
    if name is None or await tables.template(connection, kind, name) is not None:
        return
    saved = await tables.template_names(connection, kind)
    if not saved:
        raise Problem(422, "no_template_saved", field=field, template=name)
    raise Problem(422, "template_not_saved", field=field, template=name, known=", ".join(saved))
