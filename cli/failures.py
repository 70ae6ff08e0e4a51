"""Why a command ends without what was asked for, and with which exit code.

| exit code | means |
|---|---|
| 0 | everything added up; for a command that imports nothing: it was done |
| 1 | partial: rows were rejected, or control totals differ or cannot be proven |
| 2 | refused, failed or stopped: the file, the request, the task; also a wrong option |
| 3 | not reachable: the API, Kafka, PostgreSQL or 1C does not answer |
| 130 | Ctrl-C |
"""

from collections.abc import Mapping
from typing import Any

from infra.wording import Language, has_words, word

CLEAN, PARTIAL, REFUSED, UNREACHABLE, INTERRUPTED = 0, 1, 2, 3, 130


class Failure(Exception):
    """What · where · what to do, by a code: ``<code>`` words the first, ``<code>.do`` the last."""

    exit_code = REFUSED

    def __init__(self, code: str, where: str | None = None, **args: object) -> None:
        super().__init__(code, args)
        self.code = code
        self.where = where
        self.arguments: Mapping[str, object] = args

    def what(self, language: Language) -> str:
        return word(self.code, self.arguments, language)

    def todo(self, language: Language) -> str | None:
        code = f"{self.code}.do"
        return word(code, self.arguments, language) if has_words(code, language) else None


class Unreachable(Failure):
    """Somebody does not answer: trying again later may do."""

    exit_code = UNREACHABLE


class Interrupted(Failure):
    """Ctrl-C, with what goes on without us."""

    exit_code = INTERRUPTED


class Refused(Failure):
    """The API's problem details (RFC 9457), which are in the reader's language already."""

    def __init__(self, status: int, problem: Mapping[str, Any], where: str) -> None:
        super().__init__(str(problem.get("code", status)), where)
        self.status = status
        self.problem = problem

    def what(self, language: Language) -> str:
        said = self.problem.get("detail") or self.problem.get("title")
        return str(said) if said else word("cli.refused", {"status": self.status}, language)

    def todo(self, language: Language) -> str | None:
        code = f"cli.do.{self.code}"
        return word(code, self.problem.get("args") or {}, language) if has_words(code, language) else None
