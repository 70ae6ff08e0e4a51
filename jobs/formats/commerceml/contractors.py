"""A Контрагент of CommerceML as a row; its columns are those of ``jobs.contractors.layouts``."""

from collections.abc import Iterable

from jobs.formats.commerceml.reading import Row, Value

_FIELDS = {
    "Ид": "ref",
    "Код": "code",
    "Наименование": "name",
    "ПолноеНаименование": "full_name",
    "ОфициальноеНаименование": "full_name",
    "ИНН": "inn",
    "КПП": "kpp",
    "ОКПО": "okpo",
    "РеквизитыФизЛица/ПолноеНаименование": "full_name",
    "РеквизитыФизЛица/ИНН": "inn",
    "РеквизитыЮрЛица/ОфициальноеНаименование": "full_name",
    "РеквизитыЮрЛица/ИНН": "inn",
    "РеквизитыЮрЛица/КПП": "kpp",
    "РеквизитыЮрЛица/ОКПО": "okpo",
}
_PERSON = ("Фамилия", "Имя", "Отчество")


class Contractors:
    """The same Контрагент stands in many Документ: each is a row. What a Представитель is, is not one."""

    items = frozenset(("Контрагенты/Контрагент",))
    paths = frozenset((*_FIELDS, *_PERSON))

    def rows(self, item: str, values: list[Value]) -> Iterable[Row]:
        row: Row = {}
        names: dict[str, str] = {}
        for value in values:
            if value.path in _PERSON:
                names[value.path] = value.text
            elif value.text:
                row.setdefault(_FIELDS[value.path], value.text)
        if any(names.values()):
            row["kind"] = "ФизическоеЛицо"
            row.setdefault("full_name", " ".join(filter(None, map(names.get, _PERSON))))
        return (row,)
