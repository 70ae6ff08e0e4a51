"""What 1C writes as XML: $metadata, and collections where JSON was not asked for."""

from collections.abc import Iterable
from xml.sax.saxutils import escape, quoteattr

from stack.onec.catalogues import Element
from stack.onec.schema import ENTITY_SETS, EntitySet, Field

_EDMX = "http://schemas.microsoft.com/ado/2007/06/edmx"
_M = "http://schemas.microsoft.com/ado/2007/08/dataservices/metadata"
_D = "http://schemas.microsoft.com/ado/2007/08/dataservices"
_EDM = "http://schemas.microsoft.com/ado/2009/11/edm"
_HEAD = '<?xml version="1.0" encoding="utf-8"?>'


def metadata() -> str:
    """The EDMX of everything that is published."""
    types = "".join(_types(entity) for entity in ENTITY_SETS.values())
    sets = "".join(
        f"<EntitySet Name={quoteattr(name)} EntityType={quoteattr(f'StandardODATA.{name}')}/>"
        for name in ENTITY_SETS
    )
    return (
        f'{_HEAD}<edmx:Edmx xmlns:edmx="{_EDMX}" Version="1.0">'
        f'<edmx:DataServices m:DataServiceVersion="3.0" xmlns:m="{_M}">'
        f'<Schema Namespace="StandardODATA" xmlns="{_EDM}">{types}'
        f'<EntityContainer Name="StandardODATA" m:IsDefaultEntityContainer="true">{sets}</EntityContainer>'
        "</Schema></edmx:DataServices></edmx:Edmx>"
    )


def service(base: str) -> str:
    """The service document as AtomPub."""
    collections = "".join(
        f"<collection href={quoteattr(name)}><atom:title>{escape(name)}</atom:title></collection>"
        for name in ENTITY_SETS
    )
    return (
        f'{_HEAD}<service xmlns="http://www.w3.org/2007/app" xmlns:atom="http://www.w3.org/2005/Atom" '
        f"xml:base={quoteattr(base)}><workspace><atom:title>Default</atom:title>{collections}</workspace></service>"
    )


def feed(entity: EntitySet, elements: Iterable[Element]) -> str:
    """A collection as Atom."""
    entries = "".join(
        f'<entry><content type="application/xml"><m:properties>{_properties(element)}</m:properties>'
        "</content></entry>"
        for element in elements
    )
    return (
        f'{_HEAD}<feed xmlns="http://www.w3.org/2005/Atom" xmlns:m="{_M}" xmlns:d="{_D}">'
        f"<title>{escape(entity.name)}</title>{entries}</feed>"
    )


def _properties(element: Element) -> str:
    plain = {name: value for name, value in element.items() if "@" not in name}
    return "".join(f"<d:{name}>{_content(value)}</d:{name}>" for name, value in plain.items())


def _content(value: object) -> str:
    if isinstance(value, list):
        return "".join(f"<d:element>{_properties(row)}</d:element>" for row in value)
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else escape(str(value))


def _types(entity: EntitySet) -> str:
    parts = "".join(_row_type(entity, field) for field in entity.fields.values() if field.rows)
    properties = "".join(_property(entity, field) for field in entity.fields.values())
    return (
        f'<EntityType Name={quoteattr(entity.name)}><Key><PropertyRef Name="Ref_Key"/></Key>{properties}'
        f"</EntityType>{parts}"
    )


def _row_type(entity: EntitySet, field: Field) -> str:
    properties = "".join(_property(entity, part) for part in field.rows)
    return f"<ComplexType Name={quoteattr(f'{entity.name}_{field.name}_RowType')}>{properties}</ComplexType>"


def _property(entity: EntitySet, field: Field) -> str:
    of = f"Collection(StandardODATA.{entity.name}_{field.name}_RowType)" if field.rows else field.type
    nullable = str(field.nullable).lower()
    return f'<Property Name={quoteattr(field.name)} Type={quoteattr(of)} Nullable="{nullable}"/>'
