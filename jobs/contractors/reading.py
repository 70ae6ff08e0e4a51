"""From a row of a file to a contractor."""

import hashlib
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from uuid import UUID

from domain.errors import MalformedRow
from jobs.formats.identifiers import inn_problem, party_warnings
from jobs.records import Contractor

_LONGEST = 200
_REF = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
_KINDS = {
    **dict.fromkeys(
        ("ЮРИДИЧЕСКОЕЛИЦО", "ЮРЛИЦО", "ЮЛ", "ОРГАНИЗАЦИЯ", "КОМПАНИЯ", "COMPANY", "LEGALENTITY"), "company"
    ),
    **dict.fromkeys(("ИНДИВИДУАЛЬНЫЙПРЕДПРИНИМАТЕЛЬ", "ИП", "ENTREPRENEUR", "SOLETRADER"), "entrepreneur"),
    **dict.fromkeys(("ФИЗИЧЕСКОЕЛИЦО", "ФИЗЛИЦО", "ФЛ", "ЧАСТНОЕЛИЦО", "PERSON", "INDIVIDUAL"), "person"),
}
_FORMS = {
    "общество с ограниченной ответственностью": "ооо",
    "публичное акционерное общество": "пао",
    "закрытое акционерное общество": "зао",
    "открытое акционерное общество": "оао",
    "акционерное общество": "ао",
    "индивидуальный предприниматель": "ип",
}
# ``-``, ``нет``, ``н/д`` and zeros say that there is none: as a number they would make one firm of many.
_NUMBER = re.compile(r"[1-9]")
_ENTREPRENEUR = re.compile(r"ип\b|индивидуальный предприниматель\b", re.IGNORECASE)
_WORDS = re.compile(r"[^\W_]+")


def to_contractor(raw: Mapping[str, Any]) -> Contractor:
    """What the row says. Raises MalformedRow: ``name_missing``, ``value_too_long``, ``nul_byte``; a wrong
    ИНН or КПП is a warning, and the zero that a spreadsheet has cut off an ИНН is put back with one."""
    name, full_name = _text(raw, "name", 500), _text(raw, "full_name", 1_000)
    if not name and not full_name:
        raise MalformedRow("name_missing", "name", "")
    inn, kpp, warnings = _numbers(raw)
    name, full_name = name or full_name, full_name or name
    return Contractor(
        key=_key(_text(raw, "ref"), inn, kpp, name),
        code=_text(raw, "code"),
        name=name,
        full_name=full_name,
        kind=_kind(_text(raw, "kind"), inn, kpp, full_name),
        inn=inn,
        kpp=kpp,
        okpo=_text(raw, "okpo"),
        warnings=warnings,
    )


def _numbers(raw: Mapping[str, Any]) -> tuple[str, str, tuple[str, ...]]:
    """ИНН and КПП, which may stand in one column, and what looks wrong in them."""
    inn, kpp = _plain(_text(raw, "inn")), _plain(_text(raw, "kpp"))
    if "/" in inn:
        inn, _, rest = inn.partition("/")
        kpp = kpp or rest
    kpp = kpp.upper() if _NUMBER.search(kpp) else ""
    inn = inn if _NUMBER.search(inn) else ""
    problems = party_warnings(inn, kpp)
    if len(inn) in (9, 11) and inn.isdecimal() and inn_problem(f"0{inn}") is None:
        inn = f"0{inn}"
        problems = ("inn_zero_restored", *party_warnings(inn, kpp))
    return inn, kpp, problems


def _plain(number: str) -> str:
    """Without spaces, an apostrophe before it and the ``.0`` that a number has got in a spreadsheet."""
    if number.isdecimal():
        return number
    return "".join(number.split()).strip("'`’").removesuffix(".0").removesuffix(",0")


def _key(ref: str, inn: str, kpp: str, name: str) -> bytes:
    """1C's reference, if it is no empty one; else ИНН and КПП; else the name, however it is written."""
    if (found := _REF.match(ref)) and (reference := UUID(found[0])).int:
        return reference.bytes
    content = f"inn\0{inn}\0{kpp}" if inn else f"name\0{normalised(name)}"
    return own_key(f"contractor\0{content}")


def own_key(content: str) -> bytes:
    """A key that is no reference of 1C: its version says so (RFC 9562: 8, made by an application)."""
    key = bytearray(hashlib.blake2b(content.encode(), digest_size=16).digest())
    key[6] = key[6] & 0x0F | 0x80
    key[8] = key[8] & 0x3F | 0x80
    return bytes(key)


def normalised(name: str) -> str:
    """``ООО "Ромашка"``, ``Ромашка ООО``, ``Общество с ограниченной ответственностью «Ромашка»``: one."""
    words = " ".join(_WORDS.findall(name.casefold().replace("ё", "е")))
    for long, short in _FORMS.items():
        words = words.replace(long, short)
    return " ".join(sorted(words.split()))


def _kind(said: str, inn: str, kpp: str, name: str) -> str:
    """What the row says, else what its numbers mean: a firm has ten digits and a КПП."""
    if said:
        return _kind_of(said)
    if len(inn) == 10 or kpp:
        return "company"
    return "entrepreneur" if len(inn) == 12 and _ENTREPRENEUR.match(name) else ""


@lru_cache(maxsize=256)
def _kind_of(said: str) -> str:
    return _KINDS.get("".join(_WORDS.findall(said.upper())), "")


def _text(raw: Mapping[str, Any], field: str, limit: int = _LONGEST) -> str:
    found = raw.get(field)
    if not found:
        return ""
    found = str(found).strip()
    if len(found) > limit:
        raise MalformedRow("value_too_long", field, found[:_LONGEST], limit=limit)
    if "\0" in found:
        raise MalformedRow("nul_byte", field, found.replace("\0", "\N{SYMBOL FOR NULL}"))
    return found
