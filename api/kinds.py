"""Which task kinds take files here: the registry says it."""

from collections.abc import Callable, Mapping
from functools import lru_cache

from domain.errors import TidemarkError
from jobs.base import Upload
from jobs.kinds.registry import kinds


@lru_cache(maxsize=1)
def uploads() -> Mapping[str, tuple[str, Upload]]:
    """Kind and how it takes files, by the name in the URL."""
    return {
        upload.url: (name, upload) for name, kind in kinds().items() if (upload := kind.upload) is not None
    }


def refusal(check: Callable[[bytes], None], head: bytes) -> TidemarkError | None:
    """Why a file that begins like this is none of the kind's, or None."""
    try:
        check(head)
    except TidemarkError as error:
        return error
    return None
