"""The task kinds there are: a new one is a file beside this and a line below."""

from functools import lru_cache

from domain.errors import Fatal
from jobs.base import Kind
from jobs.kinds.bank_transactions import BankTransactions
from jobs.kinds.bulk import Bulk
from jobs.kinds.classifier_train import ClassifierTrain
from jobs.kinds.contractors import Contractors
from jobs.kinds.price_imports import price_imports
from jobs.kinds.pricelist_create import PricelistCreate
from jobs.kinds.recalculate import Recalculate
from jobs.kinds.stock_import import StockImport
from jobs.kinds.transactions_reclassify import TransactionsReclassify


@lru_cache(maxsize=1)
def kinds() -> dict[str, Kind]:
    """Every kind by its name."""
    desk: tuple[Kind, ...] = (*price_imports(), StockImport(), Recalculate(), PricelistCreate())
    classification: tuple[Kind, ...] = (ClassifierTrain(), TransactionsReclassify())
    known: tuple[Kind, ...] = (BankTransactions(), Contractors(), *desk, *classification, Bulk())
    return {kind.name: kind for kind in known}


def kind_named(name: str) -> Kind:
    """The kind of a task; raises Fatal where this version does not know it."""
    found = kinds().get(name)
    if found is None:
        raise Fatal("kind_unknown", kind=name, known=", ".join(sorted(kinds())))
    return found
