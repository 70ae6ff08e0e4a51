"""The fields that docs/files.md names are those that a mapping takes."""

import re

import pytest

from jobs.contractors.layouts import CONTRACTORS
from jobs.formats.tables.fields import Layout
from jobs.prices import layouts
from tests.docs.blocks import ROOT

SECTION = (ROOT / "docs" / "files.md").read_text(encoding="utf-8").split("## Correcting a mapping")[1]
LAYOUTS = (
    CONTRACTORS,
    layouts.STOCK,
    layouts.COMPONENTS,
    layouts.QUOTES,
    layouts.PART_NUMBERS,
    layouts.CURRENCY_RATES,
)


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.name)
def test_every_field_that_a_mapping_takes_is_named(layout: Layout) -> None:
    kind = layout.name.replace("_", "-")
    [row] = re.findall(rf"^\| {kind} \| (.+) \|$", SECTION.split("\n## ")[0], re.MULTILINE)
    assert re.findall(r"`(\w+)`", row) == [field.name for field in layout.fields]
