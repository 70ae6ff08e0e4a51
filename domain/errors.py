"""One error tree; the class says who acts next.

TidemarkError
├── Retryable               the system: it waits and tries again
│   └── SourceUnavailable     1C or the object store does not answer
├── Fatal                   a person: the task fails and says what to do
│   ├── UnsupportedFormat     the file is of another kind, named
│   └── SourceRefused         1C answered that it will not
└── Rejected                a person, one row at a time
    ├── MalformedRow          the row cannot be read or stored
    └── PeriodClosed          an administrator: it is booked where nothing may change any more

Each carries ``code`` and ``args``; words are made in the reader's language where it is read.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import date

_WRITTEN = "written"


class TidemarkError(Exception):
    """Anything this system says by a code: ``code`` is stable, ``args`` carry no row data."""

    def __init__(self, code: str, detail: str | None = None, **args: str | int) -> None:
        super().__init__(code, args)
        self.code = code
        self.arguments: dict[str, str | int] = args
        # A text from outside (1C's own message, ``written``): kept in PostgreSQL, never in the log.
        self.detail = detail

    @property
    def fingerprint(self) -> str:
        """Equal for failures with one cause: the code and which things, without numbers."""
        names = "".join(f"|{k}={v}" for k, v in sorted(self.arguments.items()) if isinstance(v, str))
        return hashlib.sha256(f"{self.code}{names}".encode()).hexdigest()[:16]


def written(**texts: str) -> str:
    """A ``detail`` of what people wrote, by the holes of the code's words: headings of a file, names."""
    return json.dumps({_WRITTEN: texts}, ensure_ascii=False)


def written_of(detail: str | None) -> Mapping[str, str] | None:
    """The texts of such a detail; None for any other."""
    if detail is None or not detail.startswith(f'{{"{_WRITTEN}": {{'):
        return None
    try:
        found: Mapping[str, str] = json.loads(detail)[_WRITTEN]
    except ValueError:
        return None
    return found


class Retryable(TidemarkError):
    """The cause is outside and may pass: waited for."""


class SourceUnavailable(Retryable):
    """1C or the object store does not answer, or answers 502, 503, 504."""


class Fatal(TidemarkError):
    """Trying again would end the same way: the task fails with this."""


class UnsupportedFormat(Fatal):
    """The file is of another kind; ``found`` names it."""


class SourceRefused(Fatal):
    """1C answered, and the answer is no: rights, login, unknown entity."""


class Rejected(TidemarkError):
    """One row is not usable; the others are."""

    def __init__(
        self, code: str, field: str | None = None, value: str | None = None, **args: str | int
    ) -> None:
        super().__init__(code, None, **args)
        self.field = field
        self.value = value

    @property
    def fingerprint(self) -> str:
        return hashlib.sha256(f"{self.code}|{self.field or ''}".encode()).hexdigest()[:16]


class MalformedRow(Rejected):
    """The row cannot be read: ``field`` and ``value`` say what in it."""


class PeriodClosed(Rejected):
    """The row would change what is booked on ``day``, and everything up to ``until`` is closed. ``field`` is
    what the source calls that day, with its text there as ``value``."""

    def __init__(self, day: date, until: date, field: str = "date", value: str | None = None) -> None:
        said = day.isoformat()
        super().__init__("period_closed", field, value or said, day=said, until=until.isoformat())

    @property
    def fingerprint(self) -> str:
        """One cause, whatever the source calls the day."""
        return hashlib.sha256(f"{self.code}|date".encode()).hexdigest()[:16]
