"""An event on the wire: what is written, and what is refused when it is read."""

import time
from datetime import UTC, datetime, timedelta, timezone

import orjson
import pytest

from events.cloudevents import Envelope, Headers, UnreadableEvent, decode, dump, encode
from events.rows import BatchRecorded
from events.tasks import TaskPurged, TaskSubmitted
from tests.events.samples import AT, TASK, envelope

PURGED = TaskPurged(seq=6)


def sent(**changed: str | None) -> Headers:
    """Headers of a good event, with some changed or left out (None)."""
    names = {name.replace("_", "-") if name.startswith("content") else name: v for name, v in changed.items()}
    _, headers = encode(envelope(PURGED))
    kept = [(name, value) for name, value in headers if name not in names]
    return kept + [(name, value.encode()) for name, value in names.items() if value is not None]


def test_attributes_travel_in_headers_and_data_in_the_value() -> None:
    value, headers = encode(envelope(PURGED))
    assert value == b'{"seq":6}'
    assert {name: text.decode() for name, text in headers} == {
        "ce_specversion": "1.0",
        "ce_id": "0192f0a1-7c5e-7000-8000-00000000e001",
        "ce_type": "task.purged.v1",
        "ce_source": "/tidemark/conductor",
        "ce_time": "2025-03-03T07:41:57.123000Z",
        "ce_subject": TASK,
        "ce_correlationid": "0192f0a1-7c5e-7000-8000-00000000c001",
        "ce_causationid": "0192f0a1-7c5e-7000-8000-00000000e000",
        "ce_actor": "user:0192f0a1-7c5e-7000-8000-00000000b001",
        "content-type": "application/json",
    }


def test_time_is_written_in_utc_wherever_it_was_taken() -> None:
    moscow = timezone(timedelta(hours=3))
    local = Envelope("e", AT.astimezone(moscow), TASK, "system:api", "c", None, "/tidemark/api", PURGED)
    value, headers = encode(local)
    assert dict(headers)["ce_time"] == b"2025-03-03T07:41:57.123000Z"
    assert decode(value, headers).time.tzinfo is UTC


def test_a_time_without_a_zone_is_not_written() -> None:
    local = Envelope("e", datetime(2025, 3, 3), TASK, "a", "c", None, "s", PURGED)  # noqa: DTZ001
    with pytest.raises(ValueError, match="zone"):
        encode(local)


def test_an_event_may_have_no_cause() -> None:
    assert decode(b'{"seq":6}', sent(ce_causationid=None)).causation_id is None


@pytest.mark.parametrize(
    ("value", "changed", "reason"),
    [
        (None, {}, "no_value"),
        (b"{", {}, "not_json"),
        (b"[]", {}, "not_an_object"),
        (b"{}", {}, "bad_data"),
        (b'{"seq":6,"extra":1}', {}, "bad_data"),
        (b'{"seq":6}', {"ce_specversion": None}, "not_a_cloudevent"),
        (b'{"seq":6}', {"ce_specversion": "2.0"}, "not_a_cloudevent"),
        (b'{"seq":6}', {"ce_type": "task.purged.v9"}, "unknown_type"),
        (b'{"seq":6}', {"ce_subject": None}, "header_missing"),
        (b'{"seq":6}', {"ce_time": "yesterday"}, "bad_header"),
        (b'{"seq":6}', {"ce_time": "2025-03-03T07:41:57"}, "bad_header"),
        (b'{"seq":6}', {"content_encoding": "zstd"}, "unknown_encoding"),
    ],
)
def test_what_is_no_event_says_why(value: bytes | None, changed: dict[str, str | None], reason: str) -> None:
    with pytest.raises(UnreadableEvent) as caught:
        decode(value, sent(**changed))
    assert caught.value.reason == reason


def test_bad_data_names_event_and_field_but_never_the_value() -> None:
    with pytest.raises(UnreadableEvent, match=r"task\.purged\.v1 seq") as caught:
        decode('{"seq":"Иванов"}'.encode(), sent())
    assert "Иванов" not in str(caught.value)


def unpack(value: bytes) -> bytes:
    """Stands for zstd, which the events know by its name only."""
    if not value.startswith(b"packed:"):
        raise RuntimeError("not packed")
    return value.removeprefix(b"packed:")


def test_a_compressed_value_is_unpacked_by_who_knows_how() -> None:
    headers = sent(content_encoding="zstd")
    assert decode(b'packed:{"seq":6}', headers, decompress=unpack).event == PURGED
    with pytest.raises(UnreadableEvent, match="bad_compression: not packed"):
        decode(b'{"seq":6}', headers, decompress=unpack)
    with pytest.raises(UnreadableEvent, match="unknown_encoding: gzip"):
        decode(b"", sent(content_encoding="gzip"), decompress=unpack)


def batch(rows: int) -> BatchRecorded:
    row = {f"field{no}": f"значение {no}" for no in range(20)}
    return BatchRecorded(
        attempt=1, batch_no=1, kind="bank_transactions", first_row=1, rows=[dict(row) for _ in range(rows)]
    )


def test_the_data_of_a_batch_is_what_pydantic_would_write() -> None:
    event = batch(3)
    assert orjson.loads(dump(event)) == super(BatchRecorded, event).data()


def test_a_thousand_rows_are_read_in_milliseconds() -> None:
    """0.7 ms beside JSON on the machine it was measured on; an order of magnitude is left for others."""
    value, headers = encode(envelope(batch(1000)))
    best = min(_seconds(lambda: decode(value, headers)) for _ in range(5))
    parsing = min(_seconds(lambda: orjson.loads(value)) for _ in range(5))
    assert best - parsing < 0.02


def _seconds(what: object) -> float:
    assert callable(what)
    began = time.perf_counter()
    what()
    return time.perf_counter() - began


def test_an_event_is_closed_and_frozen() -> None:
    event = TaskSubmitted(kind="bank_transactions")
    with pytest.raises(ValueError, match="frozen"):
        event.kind = "contractors"  # type: ignore[misc]
    with pytest.raises(ValueError, match="extra"):
        TaskSubmitted.model_validate({"kind": "contractors", "file_name": "Иванов.txt"})
