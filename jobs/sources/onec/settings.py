"""Where 1C is and how its configuration names things."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from dataclasses import fields as dataclass_fields
from typing import Literal, Self

# IIS refuses a query of more than 2,048 characters (404.15); Apache takes 8,190 for the whole line.
SHORT_QUERY = 2_000
LONG_QUERY = 4_000


@dataclass(frozen=True, slots=True)
class DocumentSet:
    """An entity set of bank documents; the set alone says the direction, sums are always positive."""

    name: str
    direction: Literal["in", "out"]


@dataclass(frozen=True, slots=True)
class OneCMapping:
    """How this configuration names its entity sets and fields; defaults are Бухгалтерия 3.0's.

    ``fields`` gives another name for a field, or ``""`` where the configuration has none:
    ``{"Контрагент": "Контрагент_Key", "Контрагент_Type": ""}`` where the counterparty is always
    a contractor.
    """

    incoming: str = "Document_ПоступлениеНаРасчетныйСчет"
    outgoing: str = "Document_СписаниеСРасчетногоСчета"
    contractors: str = "Catalog_Контрагенты"
    accounts: str = "Catalog_БанковскиеСчета"
    categories: str = "Catalog_СтатьиДвиженияДенежныхСредств"
    currencies: str = "Catalog_Валюты"
    organisations: str = "Catalog_Организации"
    fields: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """From ``{"incoming": "Document_…", "fields": {"Контрагент": "…"}}``, empty = the defaults.

        Raises ValueError and names what is not known.
        """
        known = json.loads(text or "{}")
        if not isinstance(known, dict):
            raise ValueError("a mapping of 1C's names is a JSON object")
        names, renamed = {name: known[name] for name in known if name != "fields"}, known.get("fields", {})
        if unknown := names.keys() - {one.name for one in dataclass_fields(cls)}:
            raise ValueError(f"1C's names: {', '.join(sorted(unknown))} is not known")
        if not isinstance(renamed, dict) or not all(
            isinstance(one, str) for one in (*names.values(), *renamed.values())
        ):
            raise ValueError("1C's names are texts")
        return cls(**names, fields=renamed)

    @property
    def documents(self) -> tuple[DocumentSet, DocumentSet]:
        """Both sets, in the order in which they are read."""
        return DocumentSet(self.incoming, "in"), DocumentSet(self.outgoing, "out")

    @property
    def entity_sets(self) -> tuple[str, ...]:
        """All that has to be published for an import of bank transactions."""
        lookups = (self.contractors, self.accounts, self.categories, self.currencies, self.organisations)
        return (self.incoming, self.outgoing, *lookups)

    def field(self, name: str) -> str:
        """What this configuration calls a field; empty where it has none."""
        return self.fields.get(name, name)


@dataclass(frozen=True, slots=True)
class OneCSettings:
    """One 1C infobase. ``base_url`` goes up to and including ``/odata/standard.odata``.

    Timeouts are seconds; 1C may think for a minute about a page of 1,000 documents. With
    ``allowed_only`` 1C leaves out what the user may not see instead of refusing the request, and says
    nothing about it: the result then carries the note ``onec_allowed_only``. A query longer than
    ``query_limit`` characters is not sent; the limit falls to 2,000 by itself behind IIS.
    """

    base_url: str
    user: str
    password: str = field(repr=False)
    timezone: str = "Europe/Moscow"
    page_size: int = 1_000
    connect_timeout: float = 10.0
    read_timeout: float = 60.0
    allowed_only: bool = False
    query_limit: int = LONG_QUERY
    mapping: OneCMapping = field(default_factory=OneCMapping)
