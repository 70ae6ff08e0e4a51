"""Settings come from TIDEMARK_*, are checked at the door, and never show a secret."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from infra.settings import SettingMissing, Settings


def test_variables_are_read_and_empty_ones_count_as_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIDEMARK_KAFKA", "broker:9092")
    monkeypatch.setenv("TIDEMARK_PORT", "8123")
    monkeypatch.setenv("TIDEMARK_ONEC_URL", "")
    settings = Settings()
    assert (settings.kafka, settings.port, settings.onec_url) == ("broker:9092", 8123, None)


@pytest.mark.parametrize("scheme", ["postgresql", "postgres"])
def test_each_driver_has_its_form_of_the_database(scheme: str) -> None:
    settings = Settings(database_url=f"{scheme}://u:p@h:1/d")
    assert settings.libpq_url == "postgresql://u:p@h:1/d"
    assert settings.sqlalchemy_url == "postgresql+psycopg://u:p@h:1/d"


@pytest.mark.parametrize(
    ("given", "url"),
    [("s3://bucket/prefix", "s3://bucket/prefix"), ("/data/objects", "file:///data/objects")],
)
def test_objects_are_kept_at_a_url_or_in_a_folder(given: str, url: str) -> None:
    assert Settings(object_store=given).object_store_url == url


def test_objects_are_kept_at_home_by_default(tmp_path: Path) -> None:
    assert Settings(home=tmp_path).object_store_url == (tmp_path / "objects").as_uri()


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("database_url", "mysql://h/d", "must be postgresql://"),
        ("onec_timezone", "Europe/Moskva", "no time zone is called"),
        ("secret", "short", "at least 32 bytes"),
        ("batch_size", "9", "greater than or equal to 10"),
        ("batch_size", "10001", "less than or equal to 10000"),
    ],
)
def test_what_cannot_work_is_refused(
    name: str, value: str, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"TIDEMARK_{name.upper()}", value)
    with pytest.raises(ValidationError, match=says):
        Settings()


def test_no_secret_is_shown() -> None:
    settings = Settings(
        secret="s3cr3t" * 6,
        database_url="postgresql://u:s3cr3t@h/d",
        admin_password="s3cr3t",
        onec_password="s3cr3t",
    )
    assert "s3cr3t" not in repr(settings) + str(settings.model_dump())
    assert settings.passwords() == {"admin": "s3cr3t"}


def test_keys_are_never_invented() -> None:
    with pytest.raises(SettingMissing, match="TIDEMARK_SECRET"):
        Settings(secret=None).signing_key()
    assert Settings(secret="s" * 32).keyed_hash_key() == b"s" * 32
    assert Settings(secret="s" * 32, hash_key="h" * 32).keyed_hash_key() == b"h" * 32


def test_the_zone_of_1c_is_a_zone() -> None:
    assert str(Settings(onec_timezone="Asia/Yekaterinburg").onec_zone) == "Asia/Yekaterinburg"
