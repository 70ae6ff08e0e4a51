"""How a configuration names things may be given as JSON."""

import pytest

from jobs.sources.onec.settings import OneCMapping


def test_nothing_given_is_accounting_3() -> None:
    assert OneCMapping.from_json("") == OneCMapping()
    assert OneCMapping().incoming == "Document_ПоступлениеНаРасчетныйСчет"


def test_names_and_fields_are_replaced_and_the_rest_stays() -> None:
    mapping = OneCMapping.from_json('{"incoming": "Document_Приход", "fields": {"Комментарий": ""}}')
    assert mapping == OneCMapping(incoming="Document_Приход", fields={"Комментарий": ""})
    assert (mapping.field("Комментарий"), mapping.field("Number")) == ("", "Number")
    assert mapping.documents[0].name == "Document_Приход"
    assert len(mapping.entity_sets) == 7


@pytest.mark.parametrize(
    "text",
    ["[]", "{", '{"invoices": "x"}', '{"incoming": 1}', '{"fields": []}', '{"fields": {"Date": null}}'],
)
def test_a_mapping_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        OneCMapping.from_json(text)
