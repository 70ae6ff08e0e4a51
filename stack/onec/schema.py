"""The entity sets that are served, by the types $metadata gives them."""

from dataclasses import dataclass

GUID, TEXT, DATE, BOOL = "Edm.Guid", "Edm.String", "Edm.DateTime", "Edm.Boolean"
INT64, INT16, DOUBLE = "Edm.Int64", "Edm.Int16", "Edm.Double"


@dataclass(frozen=True, slots=True)
class Field:
    """A property. ``target`` is what a reference points to; ``rows`` are the fields of a table part."""

    name: str
    type: str
    nullable: bool = True
    target: str = ""
    composite: bool = False
    rows: tuple["Field", ...] = ()


@dataclass(frozen=True, slots=True)
class EntitySet:
    """An entity set with its properties by name."""

    name: str
    fields: dict[str, Field]

    @property
    def is_document(self) -> bool:
        return self.name.startswith("Document_")


def _ref(name: str, target: str) -> Field:
    return Field(f"{name}_Key", GUID, target=target)


def _composite(name: str) -> tuple[Field, Field]:
    return Field(name, TEXT, composite=True), Field(f"{name}_Type", TEXT)


def _entity(name: str, *fields: Field) -> EntitySet:
    common = (
        Field("Ref_Key", GUID, nullable=False),
        Field("DataVersion", TEXT, nullable=False),
        Field("DeletionMark", BOOL, nullable=False),
    )
    return EntitySet(name, {field.name: field for field in (*common, *fields)})


def _catalogue(name: str, *fields: Field) -> EntitySet:
    more = (Field("Code", TEXT, nullable=False), Field("Description", TEXT, nullable=False))
    own = (Field("Predefined", BOOL, nullable=False), Field("PredefinedDataName", TEXT, nullable=False))
    return _entity(f"Catalog_{name}", *more, *fields, *own)


CATEGORIES = "Catalog_СтатьиДвиженияДенежныхСредств"
PARTS = (
    Field("Ref_Key", GUID, nullable=False),
    Field("LineNumber", INT64, nullable=False),
    Field("СуммаПлатежа", DOUBLE),
    Field("СтавкаНДС", TEXT),
    Field("СуммаНДС", DOUBLE),
    _ref("СтатьяДвиженияДенежныхСредств", CATEGORIES),
)


def _bank_document(name: str) -> EntitySet:
    return _entity(
        f"Document_{name}",
        Field("Number", TEXT),
        Field("Date", DATE),
        Field("Posted", BOOL, nullable=False),
        _ref("Организация", "Catalog_Организации"),
        Field("ВидОперации", TEXT),
        _ref("СчетОрганизации", "Catalog_БанковскиеСчета"),
        Field("НомерВходящегоДокумента", TEXT),
        Field("ДатаВходящегоДокумента", DATE),
        *_composite("Контрагент"),
        _ref("СчетКонтрагента", "Catalog_БанковскиеСчета"),
        Field("СуммаДокумента", DOUBLE),
        _ref("ВалютаДокумента", "Catalog_Валюты"),
        _ref("СтатьяДвиженияДенежныхСредств", CATEGORIES),
        Field("НазначениеПлатежа", TEXT),
        Field("Комментарий", TEXT),
        Field("РучнаяКорректировка", BOOL),
        Field("НомерСтроки", INT16),
        Field("РасшифровкаПлатежа", "", nullable=False, rows=PARTS),
    )


_CONTACTS = (
    Field("Ref_Key", GUID, nullable=False),
    Field("LineNumber", INT64, nullable=False),
    Field("Тип", TEXT),
    Field("Представление", TEXT),
)
IN, OUT = "Document_ПоступлениеНаРасчетныйСчет", "Document_СписаниеСРасчетногоСчета"
ENTITY_SETS: dict[str, EntitySet] = {
    entity.name: entity
    for entity in (
        _bank_document("ПоступлениеНаРасчетныйСчет"),
        _bank_document("СписаниеСРасчетногоСчета"),
        _catalogue(
            "Контрагенты",
            Field("IsFolder", BOOL, nullable=False),
            _ref("Parent", "Catalog_Контрагенты"),
            Field("НаименованиеПолное", TEXT),
            Field("ЮридическоеФизическоеЛицо", TEXT),
            Field("ИНН", TEXT),
            Field("КПП", TEXT),
            Field("КодПоОКПО", TEXT),
            _ref("СтранаРегистрации", "Catalog_СтраныМира"),
            _ref("ОсновнойБанковскийСчет", "Catalog_БанковскиеСчета"),
            Field("Комментарий", TEXT),
            Field("КонтактнаяИнформация", "", nullable=False, rows=_CONTACTS),
        ),
        _catalogue(
            "БанковскиеСчета",
            *_composite("Owner"),
            Field("НомерСчета", TEXT),
            _ref("ВалютаДенежныхСредств", "Catalog_Валюты"),
        ),
        _catalogue("СтатьиДвиженияДенежныхСредств", Field("IsFolder", BOOL), _ref("Parent", CATEGORIES)),
        _catalogue("Валюты", Field("НаименованиеПолное", TEXT)),
        _catalogue("Организации", Field("НаименованиеПолное", TEXT), Field("ИНН", TEXT), Field("КПП", TEXT)),
    )
}
