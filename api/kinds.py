"""Which task kinds there are, and which take files: the registry says it."""

from collections.abc import Callable, Collection, Mapping
from functools import lru_cache

from api.problems import Problem
from domain.errors import TidemarkError
from jobs.base import Upload
from jobs.kinds.registry import kinds


@lru_cache(maxsize=1)
def uploads() -> Mapping[str, tuple[str, Upload]]:
    """Kind and how it takes files, by the name in the URL."""
    return {
        upload.url: (name, upload) for name, kind in kinds().items() if (upload := kind.upload) is not None
    }


def called(kind: str) -> str:
    """As a person says it, and ``--kind`` takes it: ``stock`` of ``stock_import``."""
    return next((url for url, (name, _) in uploads().items() if name == kind), kind.replace("_", "-"))


def kind_meant(said: str, known: Collection[str], status: int = 404) -> str:
    """The one of ``known`` that is called so: by its own name or its upload's, with dashes or underscores.
    Raises Problem ``kind_unknown``, which names those there are."""
    called = said.strip().lower().replace("-", "_")
    # What a person says for a kind: stock, bank-transactions, recalculate.
    names = {name: name.replace("_", "-") for name in known}
    names |= {name: url for url, (name, _) in uploads().items() if name in known}
    for name, short in names.items():
        if called in (name, short.replace("-", "_")):
            return name
    kind, there = said[:50].replace("\0", ""), ", ".join(sorted(names.values()))
    raise Problem(status, "kind_unknown", field="kind", kind=kind, known=there)


def refusal(check: Callable[[bytes], None], head: bytes) -> TidemarkError | None:
    """Why a file that begins like this is none of the kind's, or None."""
    try:
        check(head)
    except TidemarkError as error:
        return error
    return None
