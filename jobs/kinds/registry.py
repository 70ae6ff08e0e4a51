"""The task kinds there are: a new one is a file beside this and a line below."""

from functools import lru_cache

from domain.errors import Fatal
from jobs.base import Kind
from jobs.kinds.bank_transactions import BankTransactions
from jobs.kinds.contractors import Contractors
from jobs.kinds.pricelist_create import PricelistCreate
from jobs.kinds.recalculate import Recalculate


@lru_cache(maxsize=1)
def kinds() -> dict[str, Kind]:
    """Every kind by its name."""
    return {kind.name: kind for kind in (BankTransactions(), Contractors(), Recalculate(), PricelistCreate())}


def kind_named(name: str) -> Kind:
    """The kind of a task; raises Fatal where this version does not know it."""
    found = kinds().get(name)
    if found is None:
        raise Fatal("kind_unknown", kind=name)
    return found
