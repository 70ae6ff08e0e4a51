"""From an error of the tree to what the log says of it."""

from domain.errors import Retryable, TidemarkError
from events.records import ErrorInfo


def error_info(error: TidemarkError, detail_id: str | None = None) -> ErrorInfo:
    """Code, arguments and fingerprint; ``error.detail`` stays out, ``detail_id`` says where it is kept."""
    return ErrorInfo(
        code=error.code,
        args=error.arguments,
        fingerprint=error.fingerprint,
        retryable=isinstance(error, Retryable),
        detail_id=detail_id,
    )
