"""The fixtures that everybody else's tests stand on."""

import psycopg

from infra.settings import Settings
from stack.kafka import check_kafka
from stack.postgres import check_postgres


async def test_the_broker_is_new_enough(kafka_bootstrap: str) -> None:
    await check_kafka(kafka_bootstrap)


async def test_the_database_is_new_enough(database_url: str) -> None:
    await check_postgres(database_url)


def test_a_module_has_a_migrated_database_of_its_own(database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        (tables,) = connection.execute(
            "SELECT count(*) FROM information_schema.tables WHERE table_name IN ('intake', 'users')"
        ).fetchone() or (0,)
    assert tables == 2


def test_settings_point_at_them(settings: Settings, kafka_bootstrap: str, database_url: str) -> None:
    assert settings.kafka == kafka_bootstrap
    assert settings.libpq_url == database_url
    assert settings.object_store_url.startswith("file:///")
