"""What a child is told: addresses and keys to ours, nothing of it to the servers."""

from pathlib import Path

import pytest

from infra.settings import Settings
from stack.environment import ONEC_PATH, child_environment, system_environment, users_environment
from stack.home import Home
from stack.onec.app import PREFIX
from stack.table import own_children

PORTS = {"api": 1, "kafka": 2, "kafka_controller": 3, "postgres": 4, "onec": 5}


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def test_ours_read_a_complete_installation(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in child_environment(home, PORTS, Settings(home=home.path)).items():
        monkeypatch.setenv(name, value)
    settings = Settings()
    assert settings.kafka == "127.0.0.1:2"
    assert settings.libpq_url == f"postgresql://tidemark:{home.secret('postgres.key')}@127.0.0.1:4/tidemark"
    assert settings.port == 1
    assert settings.api_url == "http://127.0.0.1:1"
    assert settings.onec_url == f"http://127.0.0.1:5{ONEC_PATH}"
    assert settings.home == home.path
    assert settings.signing_key() == home.secret("secret.key")
    assert settings.keyed_hash_key() == home.secret("hash.key").encode()


def test_the_simulator_is_where_we_say() -> None:
    assert ONEC_PATH == PREFIX


def test_given_servers_are_passed_on(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIDEMARK_KAFKA", "broker:9092")
    monkeypatch.setenv("TIDEMARK_ONEC_URL", "http://1c/base/odata/standard.odata")
    monkeypatch.setenv("TIDEMARK_ONEC_PASSWORD", "theirs")
    environment = child_environment(home, PORTS, Settings())
    assert environment["TIDEMARK_KAFKA"] == "broker:9092"
    assert environment["TIDEMARK_ONEC_URL"] == "http://1c/base/odata/standard.odata"
    assert environment["TIDEMARK_ONEC_PASSWORD"] == "theirs"
    assert "TIDEMARK_ONEC_USER" not in environment


def test_passwords_of_users_go_to_one_step_only(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIDEMARK_ADMIN_PASSWORD", "very-secret")
    environment = child_environment(home, PORTS, Settings())
    table = own_children(environment, users_environment({"admin": "very-secret"}), simulator=True)
    knowing = [child.name for child in table if "very-secret" in child.environment.values()]
    assert knowing == ["users"]


def test_the_servers_know_nothing_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIDEMARK_SECRET", "s" * 32)
    assert not [name for name in system_environment() if name.startswith("TIDEMARK")]


def test_every_worker_has_a_name_of_its_own(home: Home) -> None:
    table = own_children(child_environment(home, PORTS, Settings()), {}, simulator=False)
    names = [child.environment["TIDEMARK_WORKER"] for child in table]
    assert len(names) == len(set(names))
    assert "onec" not in names
