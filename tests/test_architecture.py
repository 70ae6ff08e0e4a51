"""Rules that import-linter cannot say: who reads settings, and what is never written."""

import ast
import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = (
    "events",
    "domain",
    "jobs",
    "infra",
    "producers",
    "processors",
    "projections",
    "api",
    "stack",
    "cli",
    "benchmarks",
)


def modules(*packages: str) -> list[Path]:
    return [path for package in packages for path in sorted((ROOT / package).rglob("*.py"))]


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def _reads_settings(path: Path) -> Iterator[int]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Settings":
            yield node.lineno


def test_only_main_modules_the_cli_and_the_stack_read_settings() -> None:
    inner = [path for path in modules(*PACKAGES) if path.relative_to(ROOT).parts[0] not in ("cli", "stack")]
    readers = [named(path) for path in inner if path.name != "main.py" and any(_reads_settings(path))]
    assert readers == []


def test_streams_to_the_browser_are_websockets_only() -> None:
    words = ("text/event" + "-stream", "Event" + "Source")
    tracked = subprocess.run(
        ["git", "grep", "-lE", "|".join(words)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert tracked.stdout == ""
