"""Bank transactions whose counterparty's numbers look wrong."""

from collections.abc import Iterable

from jobs.base import WarnedRow
from jobs.kinds.transaction_copy import Incoming


def warned_rows(rows: Iterable[Incoming]) -> tuple[WarnedRow, ...]:
    """Those that carry a warning, by the document's number and the counterparty's; what 1C takes back is no
    matter any more."""
    return tuple(
        WarnedRow(row.row_no, row.transaction.warnings, row.transaction.number, _found_by(row))
        for row in rows
        if row.transaction.warnings and not row.transaction.retracted
    )


def _found_by(row: Incoming) -> dict[str, str]:
    told = row.transaction
    return {
        "name": told.counterparty_name,
        "inn": told.counterparty_inn,
        "kpp": told.counterparty_kpp,
    }
