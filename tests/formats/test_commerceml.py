"""CommerceML: contractors and offers, and XML that means harm."""

import tracemalloc
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import Fatal
from jobs.formats import commerceml
from jobs.formats.commerceml.reading import DEEPEST, LARGEST_ITEM, LONGEST_TOKEN, MOST_VALUES, Row


def document(body: str, head: str = '<?xml version="1.0" encoding="UTF-8"?>') -> bytes:
    return f'{head}<КоммерческаяИнформация ВерсияСхемы="2.10">{body}</КоммерческаяИнформация>'.encode()


def contractors(*bodies: str) -> list[Row]:
    inner = "".join(f"<Контрагент>{body}</Контрагент>" for body in bodies)
    return list(
        commerceml.contractors([document(f"<Документ><Контрагенты>{inner}</Контрагенты></Документ>")])
    )


def package(offers: str, before: str = "") -> bytes:
    return document(f"<ПакетПредложений>{before}<Предложения>{offers}</Предложения></ПакетПредложений>")


def offers(body: str, before: str = "") -> list[Row]:
    return list(commerceml.offers([package(f"<Предложение>{body}</Предложение>", before)]))


def refused(data: bytes, what: str = "contractors") -> str:
    with pytest.raises(Fatal) as caught:
        list(commerceml.offers([data]) if what == "offers" else commerceml.contractors([data]))
    return caught.value.code


def test_a_firm_has_its_numbers() -> None:
    assert contractors(
        "<Ид>bd72d910-55bc-11d9-848a-00112f43529a</Ид><Наименование>Ромашка ООО</Наименование>"
        "<ОфициальноеНаименование>ООО &quot;Ромашка&quot;</ОфициальноеНаименование>"
        "<ИНН>7700000005</ИНН><КПП>770001001</КПП><ОКПО>123</ОКПО><Адрес><Представление>М</Представление></Адрес>"
    ) == [
        {
            "ref": "bd72d910-55bc-11d9-848a-00112f43529a",
            "name": "Ромашка ООО",
            "full_name": 'ООО "Ромашка"',
            "inn": "7700000005",
            "kpp": "770001001",
            "okpo": "123",
        }
    ]


def test_a_person_has_a_name_in_parts() -> None:
    assert contractors("<Фамилия>Петров</Фамилия><Имя>Петр</Имя>") == [
        {"kind": "ФизическоеЛицо", "full_name": "Петров Петр"}
    ]


def test_what_is_empty_says_nothing() -> None:
    assert contractors("<Наименование>Ромашка</Наименование><ИНН/><КПП> </КПП>") == [{"name": "Ромашка"}]
    assert offers("<Артикул/><Количество>7</Количество><Склад/>") == [{"quantity": "7"}]


def test_who_a_representative_is_is_no_contractor() -> None:
    [row] = contractors(
        "<Представители><Представитель><Контрагент><Ид>1</Ид><Наименование>Не он</Наименование></Контрагент>"
        "</Представитель></Представители><Наименование>Он</Наименование>"
    )
    assert row == {"name": "Он"}
    alone = document(
        "<Документ><Представитель><Контрагент><Ид>1</Ид></Контрагент></Представитель></Документ>"
    )
    assert list(commerceml.contractors([alone])) == []


def test_an_owner_is_no_contractor_and_no_offer() -> None:
    data = package("", "<Владелец><Ид>1</Ид><Наименование>Стройснаб</Наименование></Владелец>")
    assert list(commerceml.contractors([data])) == list(commerceml.offers([data])) == []


def test_prefixes_of_a_namespace_and_code_pages_do_not_matter() -> None:
    body = (
        '<c:КоммерческаяИнформация xmlns:c="urn:1C.ru:commerceml_2"><c:Контрагенты><c:Контрагент>'
        "<c:Наименование>Ёж</c:Наименование></c:Контрагент></c:Контрагенты></c:КоммерческаяИнформация>"
    )
    for encoding in ("windows-1251", "utf-8", "UTF-16"):
        data = f'<?xml version="1.0" encoding="{encoding}"?>{body}'.encode(encoding)
        assert list(commerceml.contractors([data])) == [{"name": "Ёж"}]
    with_bom = f'\ufeff<?xml version="1.0" encoding="UTF-8"?>{body}'.encode()
    assert list(commerceml.contractors([with_bom])) == [{"name": "Ёж"}]


STORES = (
    "<Склады><Склад><Ид>s1</Ид><Наименование>Основной</Наименование></Склад><Склад><Ид>s2</Ид></Склад></Склады>"
    "<ТипыЦен><ТипЦены><Ид>p1</Ид><Наименование>Розничная</Наименование></ТипЦены>"
    "<ТипЦены><Ид>p2</Ид><Наименование>Закупочная</Наименование></ТипЦены></ТипыЦен>"
)
PRICES = (
    "<Цены><Цена><ИдТипаЦены>p1</ИдТипаЦены><ЦенаЗаЕдиницу>15</ЦенаЗаЕдиницу><Валюта>RUB</Валюта></Цена>"
    "<Цена><ИдТипаЦены>p2</ИдТипаЦены><ЦенаЗаЕдиницу>9.5</ЦенаЗаЕдиницу><Валюта>USD</Валюта></Цена></Цены>"
)


def test_an_offer_is_a_row_for_each_warehouse() -> None:
    assert offers(
        "<Ид>g1#c1</Ид><Артикул>А-1</Артикул><Наименование>Болт</Наименование>"
        '<БазоваяЕдиница Код="796" НаименованиеПолное="Штука">шт</БазоваяЕдиница><Количество>7</Количество>'
        '<Склад ИдСклада="s1" КоличествоНаСкладе="4"/><Склад ИдСклада="s2" КоличествоНаСкладе="3"/>',
        STORES,
    ) == [
        {
            "code": "g1",
            "lot": "c1",
            "number": "А-1",
            "name": "Болт",
            "unit": "шт",
            "quantity": quantity,
            "#warehouse": name,
        }
        for name, quantity in (("Основной", "4"), ("s2", "3"))
    ]


def test_what_is_left_by_the_newer_schema() -> None:
    rest = (
        "<Остатки><Остаток><Склад><Ид>s1</Ид><Количество>4</Количество></Склад></Остаток>"
        "<Остаток><Склад><Ид>s9</Ид><Количество>1</Количество></Склад></Остаток></Остатки>"
    )
    assert offers(f"<Ид>g</Ид>{rest}", STORES) == [
        {"code": "g", "lot": "", "#warehouse": "Основной", "quantity": "4"},
        {"code": "g", "lot": "", "#warehouse": "s9", "quantity": "1"},
    ]
    assert offers("<Остатки><Остаток><Количество>4</Количество></Остаток></Остатки>") == [{"quantity": "4"}]


def test_only_a_price_that_was_paid_is_a_cost() -> None:
    assert offers(f"<Количество>1</Количество>{PRICES}", STORES) == [
        {"quantity": "1", "unit_cost": "9.5", "currency": "USD"}
    ]
    assert offers(f"<Количество>1</Количество>{PRICES}") == [{"quantity": "1"}]


@pytest.mark.parametrize(
    ("unit", "shown"),
    [
        ('<БазоваяЕдиница Код="715" НаименованиеПолное="Пара (2 шт.)"><Пересчет/></БазоваяЕдиница>', "пара"),
        ('<БазоваяЕдиница Код="999" НаименованиеПолное="Бухта"/>', "Бухта"),
        ("<БазоваяЕдиница> кг <Пересчет><Единица>166</Единица></Пересчет></БазоваяЕдиница>", "кг"),
    ],
)
def test_a_unit_is_its_word(unit: str, shown: str) -> None:
    assert offers(unit) == [{"unit": shown}]


@given(st.data())
def test_rows_are_the_same_wherever_the_chunks_end(data: st.DataObject) -> None:
    whole = package(f"<Предложение><Ид>g#c</Ид>{PRICES}<Количество>7</Количество></Предложение>" * 3, STORES)
    ends = sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=5)))
    parts = [whole[a:b] for a, b in zip([0, *ends], [*ends, len(whole)], strict=True)]
    assert list(commerceml.offers(parts)) == list(commerceml.offers([whole]))


LAUGHS = (
    '<!DOCTYPE a [<!ENTITY a "ха"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c SYSTEM "file:///etc/passwd">]>'
)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (document("&c;", LAUGHS), "commerceml_doctype"),
        (document("", '<!DOCTYPE a SYSTEM "http://127.0.0.1/a.dtd">'), "commerceml_doctype"),
        (document("&nbsp;"), "commerceml_damaged"),
        (document("", '<?xml version="1.0" encoding="utf-7"?>'), "commerceml_encoding"),
        (document("").replace("КоммерческаяИнформация".encode(), b"Workbook"), "commerceml_other_root"),
        (document("<Документ>")[:-60], "commerceml_truncated"),
        (document("<Документ></Документы>"), "commerceml_damaged"),
        (document("\xff").replace("\xff".encode(), b"\xff"), "commerceml_damaged"),
        (b"", "commerceml_truncated"),
        (document("<а>" * 100_000 + "</а>" * 100_000), "commerceml_too_deep"),
        (document(f"<Документ а='{'x' * 3 * LONGEST_TOKEN}'/>"), "commerceml_too_large"),
        (document(f"<!--{'x' * 3 * LONGEST_TOKEN}-->"), "commerceml_too_large"),
    ],
)
def test_xml_that_cannot_be_meant_is_refused(data: bytes, code: str) -> None:
    assert refused(data) == refused(data, "offers") == code


def test_an_item_has_a_size() -> None:
    def contractor(body: str) -> bytes:
        return document(f"<Контрагенты><Контрагент>{body}</Контрагент></Контрагенты>")

    assert refused(contractor(f"<Ид>{'x' * LARGEST_ITEM}y</Ид>")) == "commerceml_too_large"
    attributes = f"<Склад ИдСклада='{'x' * 1_000}'/>" * (LARGEST_ITEM // 1_000 + 1)
    assert refused(contractor(attributes)) == "commerceml_too_large"
    assert refused(contractor("<Ид>1</Ид>" * (MOST_VALUES + 1))) == "commerceml_too_large"
    assert refused(contractor("<а>" * DEEPEST)) == "commerceml_too_deep"
    many = "<Склад><Ид>1</Ид></Склад>"
    named = "".join(many.replace("1", str(number)) for number in range(10_001))
    assert refused(package("", f"<Склады>{named}</Склады>"), "offers") == "commerceml_too_large"


def test_memory_does_not_grow_with_the_file() -> None:
    def chunks() -> Iterator[bytes]:
        begin, end = package("|").split(b"|")
        yield begin
        for number in range(20_000):
            yield f"<Предложение><Ид>{number}</Ид><Количество>1</Количество></Предложение>".encode()
        yield end

    tracemalloc.start()
    try:
        assert sum(1 for _ in commerceml.offers(chunks())) == 20_000
        assert tracemalloc.get_traced_memory()[1] < 2_000_000
    finally:
        tracemalloc.stop()
