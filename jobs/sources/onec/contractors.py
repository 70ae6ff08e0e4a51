"""From an element of 1C's Справочник.Контрагенты to a contractor."""

from uuid import UUID

from domain.errors import MalformedRow
from jobs.base import Row
from jobs.formats.identifiers import party_warnings
from jobs.records import Contractor
from jobs.sources.onec import parsing

_KINDS = {
    "ЮридическоеЛицо": "company",
    "ФизическоеЛицо": "person",
    "ИндивидуальныйПредприниматель": "entrepreneur",
}


def to_contractor(raw: Row) -> Contractor:
    """What the row says; raises MalformedRow: ``onec_no_reference``, ``name_missing``, ``nul_byte``. A wrong
    ИНН or КПП is a warning."""
    ref = parsing.ref(raw.get("Ref_Key"))
    if ref is None:
        raise MalformedRow("onec_no_reference", "Ref_Key", parsing.text(raw.get("Ref_Key")))
    name = _text(raw, "Description")
    full_name = _text(raw, "НаименованиеПолное") or name
    if not full_name:
        raise MalformedRow("name_missing", "Description", "")
    inn, kpp = _text(raw, "ИНН"), _text(raw, "КПП")
    return Contractor(
        key=UUID(ref).bytes,
        code=_text(raw, "Code"),
        name=name or full_name,
        full_name=full_name,
        kind=_KINDS.get(_text(raw, "ЮридическоеФизическоеЛицо"), ""),
        inn=inn,
        kpp=kpp if kpp.strip("0") else "",
        okpo=_text(raw, "КодПоОКПО"),
        data_version=_text(raw, "DataVersion") or None,
        retracted=raw.get("DeletionMark") is True,
        warnings=party_warnings(inn, kpp if kpp.strip("0") else ""),
    )


def _text(raw: Row, field: str) -> str:
    found = parsing.text(raw.get(field))
    if "\0" in found:
        raise MalformedRow("nul_byte", field, found.replace("\0", "\N{SYMBOL FOR NULL}"))
    return found
