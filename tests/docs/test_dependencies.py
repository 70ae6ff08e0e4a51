"""Each package that is asked for by name has a line that says why."""

import json
import re

from tests.docs.blocks import ROOT

TABLE = re.findall(r"^\| (?!package|--)(.+?) \|", (ROOT / "docs/dependencies.md").read_text("utf-8"), re.M)
NAMED = {name.strip() for line in TABLE for name in re.sub(r"\*\w+\*: ", "", line).split(",")}


def test_each_package_of_the_page_has_a_line() -> None:
    package = json.loads((ROOT / "web" / "package.json").read_bytes())
    wanted = package["dependencies"] | package["devDependencies"]
    assert set(wanted) - NAMED == set()
