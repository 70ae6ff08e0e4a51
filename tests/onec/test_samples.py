"""Real answers of 1C: the client reads them, and the simulator's look the same."""

import json
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest

from jobs.sources.onec import parsing
from stack.onec import markup
from stack.onec.queries import shown
from stack.onec.schema import ENTITY_SETS
from tests.onec.world import OneCBase, small_world

SAMPLES = Path(__file__).parents[3] / "shared" / "samples" / "odata"
COLLECTIONS = sorted(SAMPLES.glob("*_collection.json"))
ELEMENTS = sorted(SAMPLES.glob("*_element.json"))
METADATA = sorted(SAMPLES.glob("edmx_*.xml"))
CONTRACTOR = "Catalog_Контрагенты"


def by_id(path: Path) -> str:
    return path.name


@pytest.mark.parametrize("path", COLLECTIONS, ids=by_id)
def test_a_real_collection_is_read(path: Path) -> None:
    for element in parsing.loads(path.read_bytes())["value"]:
        assert parsing.ref(element["Ref_Key"])
        assert parsing.integer(element["Коэффициент"]) is not None  # Int64: a string
        assert parsing.number(element["Вес"]) is not None  # Double: a number
        assert not [name for name in parsing.plain(element) if "@" in name]


@pytest.mark.parametrize("path", ELEMENTS, ids=by_id)
def test_a_real_element_is_read(path: Path) -> None:
    element = parsing.loads(path.read_bytes())
    assert parsing.moment(element["Дата"]) is None  # the empty date
    assert [parsing.integer(row["LineNumber"]) for row in element["Комментарии"]] == [1]


@pytest.mark.parametrize("path", ELEMENTS, ids=by_id)
async def test_an_element_of_the_simulator_looks_like_a_real_one(path: Path) -> None:
    real = json.loads(path.read_text("utf-8"))
    entity = ENTITY_SETS[CONTRACTOR]
    ours = shown(entity, small_world().firm.elements[CONTRACTOR][1])
    assert _links(real) == [f"{CONTRACTOR}(guid'{real['Ref_Key']}')/Город"]
    assert f"{CONTRACTOR}(guid'{ours['Ref_Key']}')/Parent" in _links(ours)
    common = {
        "Ref_Key",
        "DataVersion",
        "DeletionMark",
        "Code",
        "Description",
        "Predefined",
        "PredefinedDataName",
    }
    assert {name: type(real[name]) for name in common} == {name: type(ours[name]) for name in common}


@pytest.mark.parametrize("path", METADATA, ids=by_id)
def test_metadata_has_the_shape_of_the_real_one(path: Path) -> None:
    real, ours = ET.fromstring(path.read_bytes()), ET.fromstring(markup.metadata())
    assert (real.tag, real[0].tag, real[0][0].tag) == (ours.tag, ours[0].tag, ours[0][0].tag)
    assert real[0][0].get("Namespace") == ours[0][0].get("Namespace") == "StandardODATA"


async def test_a_session_of_reading_is_as_short_as_it_can_be() -> None:
    base = OneCBase()
    async with base.client() as onec:
        await onec.entity_sets()
    assert [(seen.path, seen.session) for seen in base.simulator.seen] == [("", "start"), ("", "finish")]


def _links(element: dict[str, Any]) -> list[str]:
    return [value for name, value in element.items() if name.endswith("@navigationLinkUrl")]
