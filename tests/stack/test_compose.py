"""compose.yaml and Dockerfile: by the specification, complete, without a secret.

The schema is the Compose specification's own (Apache-2.0), as the package check-jsonschema carries it.
"""

import json
import re
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from stack.environment import ROOT
from stack.maven import KAFKA_VERSION
from stack.table import WORKERS

SECRET = re.compile(r"PASSWORD|SECRET|KEY$")
FROM_OUTSIDE = re.compile(r"\$\{[A-Z_]+:(\?[^}]+|-)\}")


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
    return content


def test_it_is_valid_by_the_specification(compose: dict[str, Any]) -> None:
    # Found, not imported: the tool's own command line is of no use here.
    package = find_spec("check_jsonschema")
    assert package is not None
    assert package.origin is not None
    vendored = Path(package.origin).parent / "builtin_schemas" / "vendor" / "compose-spec.json"
    schema = json.loads(vendored.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(schema).validate(compose)


def test_it_starts_every_process_of_the_stack(compose: dict[str, Any]) -> None:
    modules = {service["command"][-1] for service in compose["services"].values() if "command" in service}
    assert {child.command[-1] for child in WORKERS} <= modules
    assert all(find_spec(child.command[-1]) for child in WORKERS)
    assert compose["services"]["importer"]["deploy"]["replicas"] == 2


def test_kafka_has_one_version(compose: dict[str, Any]) -> None:
    assert compose["services"]["kafka"]["image"] == f"apache/kafka:{KAFKA_VERSION}"


def test_processes_wait_for_healthy_servers_and_for_the_migration(compose: dict[str, Any]) -> None:
    services = compose["services"]
    for child in WORKERS:
        conditions = {
            name: rule["condition"] for name, rule in services[child.name.split("-")[0]]["depends_on"].items()
        }
        assert conditions == {
            "kafka": "service_healthy",
            "postgres": "service_healthy",
            "migrate": "service_completed_successfully",
        }
    assert all("healthcheck" in services[name] for name in ("kafka", "postgres", "api"))


def test_secrets_come_from_outside(compose: dict[str, Any]) -> None:
    for service in compose["services"].values():
        for name, value in service.get("environment", {}).items():
            if SECRET.search(name):
                assert FROM_OUTSIDE.fullmatch(value), name
            if "://tidemark:" in value:
                assert "tidemark:${POSTGRES_PASSWORD:?" in value


def test_only_the_loopback_address_is_published(compose: dict[str, Any]) -> None:
    published = [port for service in compose["services"].values() for port in service.get("ports", [])]
    assert published
    assert all(port.startswith("127.0.0.1:") for port in published)


def test_the_image_has_every_package_it_runs() -> None:
    copied = set(re.findall(r"^COPY (\w+) \1$", (ROOT / "Dockerfile").read_text(), re.MULTILINE))
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert copied == packages - {"stack", "benchmarks", "tests"}
    allowed = set(re.findall(r"^!(\w+)$", (ROOT / ".dockerignore").read_text(), re.MULTILINE))
    assert copied <= allowed
