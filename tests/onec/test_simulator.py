"""The simulator over HTTP, as somebody with a browser or another client sees it."""

import xml.etree.ElementTree as ET
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from stack.onec.app import PREFIX
from stack.onec.schema import ENTITY_SETS, IN
from tests.onec.world import OneCBase

CONTRACTORS, ACCOUNTS = "Catalog_Контрагенты", "Catalog_БанковскиеСчета"
DAY = "Date ge datetime'2024-03-01T00:00:00' and Date le datetime'2024-03-01T23:59:59'"


class Browser:
    """Somebody with the right password and no session."""

    def __init__(self) -> None:
        self.base = OneCBase()
        self.http = httpx.AsyncClient(
            transport=self.base.transport,
            base_url=f"http://onec{PREFIX}",
            auth=httpx.BasicAuth("Администратор", "п@роль:1"),
        )

    async def get(self, path: str, **options: Any) -> httpx.Response:
        params = {f"${name}": str(value) for name, value in options.items()}
        return await self.http.get(path, params={"$format": "json", **params})

    async def value(self, path: str, **options: Any) -> list[dict[str, Any]]:
        answer = await self.get(path, **options)
        assert answer.status_code == 200, answer.text
        return list(answer.json()["value"])


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    found = Browser()
    yield found
    await found.http.aclose()


async def test_the_service_document_names_what_is_published(browser: Browser) -> None:
    assert {one["name"] for one in await browser.value("/")} == set(ENTITY_SETS)
    xml = (await browser.http.get("/")).text
    assert len(ET.fromstring(xml).findall(".//{http://www.w3.org/2007/app}collection")) == len(ENTITY_SETS)


async def test_metadata_describes_every_property(browser: Browser) -> None:
    edm = "{http://schemas.microsoft.com/ado/2009/11/edm}"
    root = ET.fromstring((await browser.http.get("/$metadata")).text)
    for kind in root.iter(f"{edm}EntityType"):
        names = {one.get("Name") for one in kind.iter(f"{edm}Property")}
        assert names == set(ENTITY_SETS[str(kind.get("Name"))].fields)
    assert len(list(root.iter(f"{edm}EntitySet"))) == len(ENTITY_SETS)


async def test_int64_is_text_money_is_a_number_and_strings_are_padded(browser: Browser) -> None:
    (document,) = await browser.value(f"/{IN}", top=1, filter=DAY)
    assert document["РасшифровкаПлатежа"][0]["LineNumber"] == "1"
    assert isinstance(document["СуммаДокумента"], int | float)
    contractors = await browser.value(f"/{CONTRACTORS}", filter="IsFolder eq false")
    assert {len(one["ИНН"]) for one in contractors} == {12}


async def test_quirks_occur_within_a_month(browser: Browser) -> None:
    march = "Date ge datetime'2024-03-01T00:00:00' and Date lt datetime'2024-04-01T00:00:00'"
    found = await browser.value(f"/{IN}", filter=march)
    assert {one["Контрагент_Type"] for one in found} == {
        "StandardODATA.Catalog_Контрагенты",
        "StandardODATA.Catalog_ФизическиеЛица",
        "StandardODATA.Undefined",
    }
    assert {None, ""} <= {one["Комментарий"] for one in found}
    assert "0001-01-01T00:00:00" in {one["ДатаВходящегоДокумента"] for one in found}
    assert len({one["Date"] for one in found}) < len(found)  # moments repeat
    assert {2, 1} == {len(one["РасшифровкаПлатежа"]) for one in found}


async def test_links_stand_only_where_the_reference_is_not_empty(browser: Browser) -> None:
    for document in await browser.value(f"/{IN}", filter=DAY):
        links = {name.split("@")[0] for name in document if name.endswith("@navigationLinkUrl")}
        assert ("Контрагент" in links) is (document["Контрагент"] != "")
        assert document["Организация@navigationLinkUrl"] == f"{IN}(guid'{document['Ref_Key']}')/Организация"


async def test_a_link_leads_to_its_element(browser: Browser) -> None:
    (account,) = await browser.value(f"/{ACCOUNTS}", top=1, skip=2)
    owner = (await browser.get(f"/{account['Owner@navigationLinkUrl']}")).json()
    assert owner["Ref_Key"] == account["Owner"]
    assert owner["odata.metadata"].endswith(f"$metadata#{CONTRACTORS}/@Element")
    currency = (await browser.get(f"/{ACCOUNTS}(guid'{account['Ref_Key']}')/ВалютаДенежныхСредств")).json()
    assert currency["Code"] == "643"


async def test_a_document_by_reference(browser: Browser) -> None:
    (document,) = await browser.value(f"/{IN}", top=1, filter=DAY)
    found = (await browser.get(f"/{IN}(guid'{document['Ref_Key']}')", select="Ref_Key,Date")).json()
    assert {name: value for name, value in found.items() if "odata" not in name} == {
        "Ref_Key": document["Ref_Key"], "Date": document["Date"],
    }  # fmt: skip


async def test_top_skip_order_and_count(browser: Browser) -> None:
    whole = await browser.value(f"/{IN}", filter=DAY, orderby="Date,Ref_Key")
    part = await browser.value(f"/{IN}", filter=DAY, orderby="Date asc, Ref_Key", top=3, skip=2)
    back = await browser.value(f"/{IN}", filter=DAY, orderby="Date desc,Ref_Key desc")
    by_sum = await browser.value(f"/{IN}", filter=DAY, orderby="СуммаДокумента desc,Комментарий")
    assert part == whole[2:5]
    assert back == whole[::-1]
    sums = [one["СуммаДокумента"] for one in by_sum]
    assert sums == sorted(sums, reverse=True)
    assert (await browser.get(f"/{IN}/$count", filter=DAY)).text == str(len(whole)) == "9"


async def test_inline_count_ignores_top_and_skip_and_is_text(browser: Browser) -> None:
    answer = (await browser.get(f"/{IN}", filter=DAY, inlinecount="allpages", top=1)).json()
    assert (answer["odata.count"], len(answer["value"])) == ("9", 1)


async def test_folders_lack_most_fields(browser: Browser) -> None:
    (folder,) = await browser.value(f"/{CONTRACTORS}", filter="IsFolder eq true")
    assert folder["ИНН"] is None


async def test_without_json_it_is_atom(browser: Browser) -> None:
    answer = await browser.http.get(f"/{IN}", params={"$top": "2"})
    assert len(ET.fromstring(answer.text).findall("{http://www.w3.org/2005/Atom}entry")) == 2


@pytest.mark.parametrize(
    ("path", "options", "status", "code"),
    [
        ("/Catalog_Нет", {}, 404, "8"),
        (f"/{IN}/Нет", {}, 404, "8"),
        (f"/{IN}(guid'1fa1a135-d89b-11e6-8343-40167e2531c3')", {}, 404, "9"),
        (f"/{IN}(guid'1fa1a135-d89b-11e6-8343-40167e2531c3')/Организация", {}, 404, "9"),
        (f"/{IN}", {"select": "Нет"}, 400, "10"),
        (f"/{IN}", {"orderby": "Нет"}, 400, "10"),
        (f"/{IN}", {"orderby": "Date sideways"}, 400, "14"),
        (f"/{IN}", {"top": "-1"}, 400, "14"),
        (f"/{IN}", {"wrong": "1"}, 400, "14"),
        (f"/{IN}", {"filter": "contains(Number,'1')"}, 400, "14"),
    ],
)
async def test_mistakes_get_1cs_error(
    browser: Browser, path: str, options: dict[str, str], status: int, code: str
) -> None:
    answer = await browser.get(path, **options)
    assert (answer.status_code, answer.json()["odata.error"]["code"]) == (status, code)


async def test_errors_are_xml_where_json_was_not_asked_for(browser: Browser) -> None:
    answer = await browser.http.get("/Catalog_Нет")
    assert answer.headers["Content-Type"] == "application/xml"
    assert ET.fromstring(answer.text)[0].text == "8"


@pytest.mark.parametrize("path", [f"/{IN}?$expand=Контрагент&$format=json", f"/{IN}"])
async def test_writing_and_expanding_are_not_implemented(browser: Browser, path: str) -> None:
    method = "GET" if "expand" in path else "POST"
    answer = await browser.http.request(method, path)
    assert (answer.status_code, answer.headers["Content-Type"]) == (501, "application/xml")
