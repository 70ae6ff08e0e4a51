"""Where Tidemark is and who one is: the option, the environment, what the running stack wrote."""

import json
from pathlib import Path

import pytest

from cli.failures import Failure, Unreachable
from cli.installation import Account, Installation


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("API_URL", "USER", "PASSWORD", "KAFKA", "DATABASE_URL", "ONEC_URL", "ONEC_USER"):
        monkeypatch.delenv(f"TIDEMARK_{name}", raising=False)
    monkeypatch.setenv("TIDEMARK_HOME", str(tmp_path))
    return tmp_path


def stack(home: Path) -> None:
    servers = {
        "api": "http://127.0.0.1:8000/",
        "kafka": "127.0.0.1:19092",
        "database_url": "postgresql://x@127.0.0.1/tidemark",
        "onec": "http://127.0.0.1:8081/base/odata/standard.odata",
    }
    (home / "stack.json").write_text(json.dumps(servers))
    (home / "credentials.json").write_text(json.dumps({"manager": "m", "admin": "a"}))
    (home / "onec.key").write_text("k\n")


def test_the_option_wins_over_the_environment_over_the_stack(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stack(home)
    assert Installation().api_url() == "http://127.0.0.1:8000"
    monkeypatch.setenv("TIDEMARK_API_URL", "https://tidemark.example/")
    assert Installation().api_url() == "https://tidemark.example"
    assert Installation("http://here:1").api_url() == "http://here:1"


def test_nothing_says_where_it_is() -> None:
    with pytest.raises(Unreachable) as caught:
        Installation().api_url()
    assert caught.value.exit_code == 3
    assert "make up" in str(caught.value.todo("en"))


def test_an_address_without_its_scheme_is_refused() -> None:
    with pytest.raises(Failure, match="bad_address"):
        Installation("localhost:8000").api_url()


def test_one_is_the_manager_unless_one_says_otherwise(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stack(home)
    assert Installation().account() == Account("manager", "m")
    monkeypatch.setenv("TIDEMARK_USER", "admin")
    assert Installation().account() == Account("admin", "a")
    monkeypatch.setenv("TIDEMARK_ADMIN_PASSWORD", "given")
    assert Installation().account() == Account("admin", "given")
    monkeypatch.setenv("TIDEMARK_PASSWORD", "typed")
    assert Installation().account() == Account("admin", "typed")


def test_a_user_whose_password_nobody_knows() -> None:
    with pytest.raises(Failure) as caught:
        Installation().account()
    assert "TIDEMARK_PASSWORD" in str(caught.value.todo("ru"))


def test_settings_come_from_the_running_stack_where_the_environment_is_silent(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stack(home)
    monkeypatch.setenv("TIDEMARK_KAFKA", "kafka.example:9092")
    found = Installation().settings()
    assert found.kafka == "kafka.example:9092"
    assert found.database_url.get_secret_value() == "postgresql://x@127.0.0.1/tidemark"
    assert (found.onec_user, found.onec_password.get_secret_value()) == ("tidemark", "k")


def test_a_setting_that_cannot_be_used_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIDEMARK_SECRET", "short")
    with pytest.raises(Failure) as caught:
        Installation().settings()
    assert caught.value.where == "TIDEMARK_SECRET"


def test_a_damaged_file_of_the_stack_is_named(home: Path) -> None:
    (home / "stack.json").write_text("{")
    with pytest.raises(Failure) as caught:
        Installation()
    assert str(caught.value.where).endswith("stack.json")
