"""Writes the generated contracts (``python -m events.generate``); a test fails while they differ."""

from collections.abc import Mapping
from pathlib import Path

import orjson

from events.contract import Json, asyncapi, schema
from events.registry import EVENTS

ROOT = Path(__file__).parents[1]
SCHEMAS = Path("events", "schemas")


def contracts(root: Path = ROOT) -> Mapping[Path, str]:
    """Every generated file and what is to be in it."""
    files = {root / SCHEMAS / f"{name}.json": _text(schema(kind)) for name, kind in EVENTS.items()}
    return files | {root / "docs" / "asyncapi.json": _text(asyncapi())}


def _text(document: Json) -> str:
    return orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE).decode()


def main(root: Path = ROOT) -> None:
    files = contracts(root)
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    for stale in set((root / SCHEMAS).glob("*.json")) - set(files):
        stale.unlink()


if __name__ == "__main__":
    main()
