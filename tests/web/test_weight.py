"""The first page comes quickly over a slow line: what it loads is weighed as the API sends it."""

import gzip
import json
import subprocess
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import pytest

from tests.docs.blocks import ROOT

DIST = ROOT / "web" / "dist"
LIMIT = 350 * 1024
ENTRY, TASKS, SIGN_IN = "index.html", "src/pages/Tasks.tsx", "src/components/SignIn.tsx"


@lru_cache(maxsize=1)
def _manifest() -> dict[str, Any]:
    """The page as it is built from these sources: what each chunk imports."""
    subprocess.run(["make", "--silent", "web"], cwd=ROOT, check=True, capture_output=True)
    found: dict[str, Any] = json.loads((DIST / ".vite" / "manifest.json").read_bytes())
    return found


def _with_imports(name: str) -> Iterator[str]:
    yield name
    for imported in _manifest()[name].get("imports", ()):
        yield from _with_imports(imported)


def _packed(*names: str) -> int:
    """Bytes of gzipped JavaScript that these and what they import take."""
    files = {_manifest()[one]["file"] for name in names for one in _with_imports(name)}
    return sum(len(gzip.compress((DIST / file).read_bytes())) for file in files)


@pytest.mark.parametrize("shown", [(ENTRY, TASKS), (ENTRY, TASKS, SIGN_IN)], ids=["signed in", "sign in"])
def test_the_first_load_is_light(shown: tuple[str, ...]) -> None:
    weight = _packed(*shown)
    assert weight <= LIMIT, f"{weight / 1024:.0f} KB"
