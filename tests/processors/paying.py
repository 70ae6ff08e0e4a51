"""The same payment as a bank and as 1C tell it."""

from typing import Any
from uuid import UUID

from events.cloudevents import dump
from events.rows import BatchRecorded
from jobs.base import Row
from processors.importer.outcomes import Delivered, content_hash
from tests.processors.setting import OWN


def onec_document(number: int, **changed: Any) -> Row:
    """Списание of 100 roubles from account ``OWN`` on 3 March 2025."""
    return {
        "Ref_Key": str(UUID(int=number)),
        "DataVersion": "AAAAAAAAAAE=",
        "DeletionMark": False,
        "Posted": True,
        "Number": f"0000-{number:06d}",
        "Date": "2025-03-03T12:00:00",
        "НомерВходящегоДокумента": str(number),
        "СуммаДокумента": "100.00",
        "Направление": "Списание",
        "СчетОрганизации": OWN,
        "Валюта": "RUB",
        "КонтрагентИНН": "7700000005",
        "НазначениеПлатежа": f"Оплата по счету {number}",
    } | changed


def of_1c(task_id: str, batch_no: int, rows: list[Row], *, first_row: int = 1) -> Delivered:
    """The batch as it comes off the topic."""
    event = BatchRecorded(
        attempt=1,
        batch_no=batch_no,
        kind="bank_transactions",
        first_row=first_row,
        rows=rows,
        context={"source": "onec"},
    )
    return Delivered(task_id, event, content_hash(dump(event)))
