"""Messages by their places: in any order, and said to be gone where they are."""

import pytest

from events.topics import BATCHES, topic_specs
from infra.kafka import LogUnavailable, Publisher, ensure_topics
from infra.log_places import PlaceGone, first_gone, places
from infra.settings import Settings
from infra.version import RELEASE, VERSION

pytestmark = pytest.mark.integration


async def test_places_are_read_in_the_order_that_is_asked_for(settings: Settings) -> None:
    topic = settings.namespace + BATCHES["low"]
    await ensure_topics(settings.kafka, topic_specs(settings.namespace))
    publisher = Publisher(settings.kafka)
    sent = [await publisher.send(topic, b"key", f"{number}".encode(), []) for number in range(30)]
    await publisher.stop()
    at = [(topic, one.partition, one.offset) for one in sent]
    wanted = [at[28], at[3], at[4], at[29], at[0]]
    async with places(settings.kafka, wanted) as log:
        assert [await log.value(one) for one in wanted] == [b"28", b"3", b"4", b"29", b"0"]
    assert await first_gone(settings.kafka, wanted) is None
    assert await first_gone(settings.kafka, []) is None
    beyond = (topic, at[0][1], at[29][2] + 1)
    assert await first_gone(settings.kafka, [*wanted, beyond]) == beyond
    with pytest.raises(PlaceGone):
        async with places(settings.kafka, [beyond]):
            pass


async def test_a_broker_that_is_away_is_said_to_be(settings: Settings) -> None:
    with pytest.raises(LogUnavailable):
        await first_gone("127.0.0.1:1", [("x", 0, 0)], patience=2)


def test_the_code_says_its_release() -> None:
    assert VERSION.split("+")[0] == RELEASE
