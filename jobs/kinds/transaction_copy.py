"""Bank transactions as lines of COPY's text format."""

from collections.abc import Sequence
from dataclasses import dataclass

from infra.copying import escaped
from jobs.classify import NONE, Decision
from jobs.records import Transaction


@dataclass(slots=True)
class Incoming:
    """A transaction on its way in: its source row, and the category that was decided."""

    row_no: int
    transaction: Transaction
    decision: Decision = NONE


COLUMNS = (
    "key, row_no, number, date, booked_on, direction, amount, currency, account, counterparty_name,"
    " counterparty_inn, counterparty_kpp, counterparty_account, purpose, category, classified_by,"
    " confidence, data_version, retracted, warnings, source_category"
)


def first_of_each_key(rows: Sequence[Incoming]) -> list[Incoming]:
    """A source that shows a row twice in one batch must not stop the upsert."""
    kept: list[Incoming] = []
    last = None
    for row in rows:
        if row.transaction.key != last:
            kept.append(row)
            last = row.transaction.key
    return kept


def line(row: Incoming) -> str:
    """One line without its end; escaped only where something needs it, which is rare."""
    t, d = row.transaction, row.decision
    texts = (
        t.key.hex(),
        str(row.row_no),
        t.number,
        t.date.isoformat(),
        t.booked_on.isoformat(),
        t.direction,
        str(t.amount),
        t.currency,
        t.account,
        t.counterparty_name,
        t.counterparty_inn,
        t.counterparty_kpp,
        t.counterparty_account,
        t.purpose,
    )
    rest = (
        r"\N" if d.category is None else escaped(d.category),
        r"\N" if d.how is None else d.how,
        r"\N" if d.confidence is None else repr(d.confidence),
        r"\N" if t.data_version is None else t.data_version,
        "t" if t.retracted else "f",
        "{" + ",".join(t.warnings) + "}",
        r"\N" if t.category is None else escaped(t.category),
    )
    joined = "\t".join(texts)
    if joined.count("\t") != len(texts) - 1 or "\\" in joined or "\n" in joined or "\r" in joined:
        joined = "\t".join(map(escaped, texts))
    return joined + "\t" + "\t".join(rest)
