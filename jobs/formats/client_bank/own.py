"""Own ИНН of a statement: those that stand beside its own accounts."""

from collections.abc import Iterator

from jobs.formats.client_bank.context import Context
from jobs.formats.client_bank.machine import RawRow
from jobs.formats.client_bank.parser import StatementParser
from jobs.formats.client_bank.party import PAYEE, PAYER, side_inn
from jobs.formats.client_bank.survey import FileSurvey

# Bytes of a file that are looked at, some 2,000 documents: a company pays or is paid in the first few.
SAMPLE = 2 << 20
_SLICE = 1 << 17
_MOST = 100


def own_inns(survey: FileSurvey, head: bytes) -> tuple[str, ...]:
    """In the order they are met; only what has the length of an ИНН."""
    own = Context.of(survey.context()).accounts
    if not own:
        return ()
    found: dict[str, None] = {}
    for row in _rows(survey, head):
        for side in (PAYER, PAYEE):
            if row.get(side.account, "").strip() in own or row.get(side.settlement, "").strip() in own:
                inn = side_inn(row, side)
                if len(inn) in (10, 12) and len(found) < _MOST:
                    found[inn] = None
    return tuple(found)


def _rows(survey: FileSurvey, head: bytes) -> Iterator[RawRow]:
    parser = StatementParser(survey)
    for start in range(0, len(head), _SLICE):
        yield from parser.feed(head[start : start + _SLICE])
    # Where the sample is not the whole file, its last document is cut off and says nothing.
    if len(head) < SAMPLE:
        yield from parser.close()
