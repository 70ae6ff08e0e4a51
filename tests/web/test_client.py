"""What the page knows of the API is what the API says of itself."""

import subprocess
from pathlib import Path

from tests.docs.blocks import ROOT

COMMITTED = ROOT / "web" / "src" / "api" / "schema.d.ts"


def test_the_generated_client_equals_the_served_openapi(tmp_path: Path) -> None:
    """`make web-client` mends it."""
    written = tmp_path / "schema.d.ts"
    done = subprocess.run(
        ["make", "--silent", "web-client", f"CLIENT={written}"], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert written.read_text(encoding="utf-8") == COMMITTED.read_text(encoding="utf-8")
