"""The client-bank file (1CClientBankExchange, ``kl_to_1c.txt``): how 1C and banks exchange statements."""

from jobs.formats.client_bank.context import Context
from jobs.formats.client_bank.generator import BAD, generate
from jobs.formats.client_bank.machine import RawRow
from jobs.formats.client_bank.movement import Facts, facts
from jobs.formats.client_bank.ordinals import Ordinals
from jobs.formats.client_bank.parser import StatementParser
from jobs.formats.client_bank.periods import periods
from jobs.formats.client_bank.restating import restated
from jobs.formats.client_bank.sections import AccountSection
from jobs.formats.client_bank.survey import FileSurvey
from jobs.formats.client_bank.surveyor import Surveyor, survey_bytes
from jobs.formats.client_bank.totals import Totals
from jobs.formats.client_bank.transaction import to_transaction

__all__ = [
    "BAD",
    "AccountSection",
    "Context",
    "Facts",
    "FileSurvey",
    "Ordinals",
    "RawRow",
    "StatementParser",
    "Surveyor",
    "Totals",
    "facts",
    "generate",
    "periods",
    "restated",
    "survey_bytes",
    "to_transaction",
]
