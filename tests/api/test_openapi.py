"""The OpenAPI document, and whether the API keeps to it under made-up requests."""

import asyncio
import subprocess
import sys

import pytest

from api.app import create_app
from infra.settings import Settings
from tests.api.installation import Installation
from tests.api.serving import served

CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance,"
    "negative_data_rejection,unsupported_method,ignored_auth"
)


def test_importing_the_application_needs_no_server_and_no_settings() -> None:
    code = "from api.main import app; print(app.openapi()['info']['title'])"
    done = subprocess.run([sys.executable, "-c", code], env={}, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "Tidemark"


def test_models_have_the_names_that_clients_are_generated_from() -> None:
    document = create_app(Settings()).openapi()
    assert {"TaskInfo", "AsyncSyncRequest", "AsyncSyncResponse", "ProblemDetails"} <= set(
        document["components"]["schemas"]
    )
    for path, operations in document["paths"].items():
        for operation in operations.values():
            if path.startswith("/api/"):
                assert "422" in operation["responses"], path


@pytest.mark.integration
# 30 s of processor time on both sides: beside whole-system tests that is more than two minutes.
@pytest.mark.timeout(600)
@pytest.mark.asyncio(loop_scope="module")
async def test_made_up_requests_are_answered_as_the_document_says(api: Installation) -> None:
    """Schemathesis, 12 examples an operation, the same ones every time."""
    await api.submitted()
    async with served(api.settings) as made:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "schemathesis.cli",
            "run",
            f"{made.url}/api/v1/openapi.json",
            f"--header=Authorization: Bearer {api.tokens['admin']}",
            "--phases=examples,coverage,fuzzing",
            "--max-examples=12",
            "--seed=1",
            f"--checks={CHECKS}",
            "--no-color",
            cwd=api.settings.home,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        try:
            said, _ = await process.communicate()
        finally:
            # Nothing of it outlives a test that was given up.
            if process.returncode is None:
                process.kill()
    assert process.returncode == 0, said.decode()[-20_000:]
