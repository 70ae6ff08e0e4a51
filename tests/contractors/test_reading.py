"""A row of a file becomes a contractor: who it is, and what looks wrong in its numbers."""

from uuid import UUID

import pytest

from domain.errors import MalformedRow
from jobs.contractors.reading import normalised, to_contractor
from jobs.records import Contractor

FIRM = {"name": "Ромашка ООО", "inn": "7700000009", "kpp": "770001001"}
REF = "bd72d910-55bc-11d9-848a-00112f43529a"


def read(**fields: str) -> Contractor:
    return to_contractor(FIRM | fields)


def test_a_name_is_enough_and_a_full_name_too() -> None:
    assert to_contractor({"name": "Ромашка"}).full_name == "Ромашка"
    assert to_contractor({"full_name": "Ромашка"}).name == "Ромашка"
    with pytest.raises(MalformedRow, match="name_missing"):
        to_contractor({"name": " ", "inn": "7700000009"})


@pytest.mark.parametrize(
    ("inn", "kpp", "read_inn", "read_kpp", "warnings"),
    [
        ("7700000009", "770001001", "7700000009", "770001001", ()),
        ("7700000009.0", "770001001,0", "7700000009", "770001001", ()),
        ("'77 00 00 00 09", "", "7700000009", "", ()),
        ("7700000009/770001001", "", "7700000009", "770001001", ()),
        ("7700000009 / 770001001", "770002002", "7700000009", "770002002", ()),
        ("7700000004", "7700", "7700000004", "7700", ("inn_checksum", "kpp_length")),
        ("770", "", "770", "", ("inn_length",)),
        ("0", "0", "", "", ()),
        ("000000000", "000000000", "", "", ()),
        ("100000011", "", "0100000011", "", ("inn_zero_restored",)),
        ("100000013", "", "100000013", "", ("inn_length",)),
        ("7700000009", "7700ab001", "7700000009", "7700AB001", ()),
    ],
)
def test_numbers_as_people_and_spreadsheets_write_them(
    inn: str, kpp: str, read_inn: str, read_kpp: str, warnings: tuple[str, ...]
) -> None:
    found = read(inn=inn, kpp=kpp)
    assert (found.inn, found.kpp, found.warnings) == (read_inn, read_kpp, warnings)


def test_a_reference_is_the_identity() -> None:
    assert read(ref=REF).key == read(ref=f"{REF.upper()}#1", inn="", name="Другой").key == UUID(REF).bytes


def test_numbers_are_the_identity_of_who_has_no_reference() -> None:
    assert read().key == read(name="Переименован", ref="1#admin#Петров").key
    assert read().key != read(kpp="770002002").key
    assert read().key != read(kpp="").key
    assert UUID(bytes=read().key).version == 8


def test_a_name_is_the_identity_of_who_has_no_numbers() -> None:
    assert read(inn="", kpp="").key == read(inn="", kpp="", name="ООО «РОМАШКА»").key
    assert read(inn="", kpp="").key != read(inn="", kpp="", name="ИП Ромашка").key


@pytest.mark.parametrize(
    "name", ['ООО "Ёлка"', "Елка ООО", "  ёлка,   ООО.", "Общество с ограниченной ответственностью «Ёлка»"]
)
def test_one_name_in_many_ways(name: str) -> None:
    assert normalised(name) == "елка ооо"


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({"kind": "Юр. лицо"}, "company"),
        ({"kind": "ФизическоеЛицо"}, "person"),
        ({"kind": "ИП"}, "entrepreneur"),
        ({"kind": "марсианин"}, ""),
        ({}, "company"),
        ({"inn": "", "kpp": ""}, ""),
        ({"inn": "500100732259", "kpp": "", "name": "ИП Петров"}, "entrepreneur"),
        ({"inn": "500100732259", "kpp": "", "name": "Ипатов"}, ""),
    ],
)
def test_a_kind_is_what_is_said_or_what_numbers_mean(fields: dict[str, str], kind: str) -> None:
    assert read(**fields).kind == kind


@pytest.mark.parametrize(
    ("fields", "code", "field"),
    [
        ({"name": "я" * 501}, "value_too_long", "name"),
        ({"inn": "1" * 201}, "value_too_long", "inn"),
        ({"code": "a\0b"}, "nul_byte", "code"),
    ],
)
def test_what_cannot_be_kept_is_rejected(fields: dict[str, str], code: str, field: str) -> None:
    with pytest.raises(MalformedRow) as caught:
        read(**fields)
    assert (caught.value.code, caught.value.field) == (code, field)
