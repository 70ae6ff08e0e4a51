"""Sessions as 1C keeps them since 8.3.9: each holds a licence until it is finished or idle for 20 minutes."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import uuid4

IDLE_SECONDS = 1_200.0


class NoLicence(Exception):
    """Every licence is held by a session."""


class UnknownSession(Exception):
    """The cookie names a session that was finished or forgotten."""


@dataclass
class Sessions:
    """``IBSession: start`` opens one, its cookie keeps it, ``IBSession: finish`` gives the licence back."""

    licences: int = 5
    clock: Callable[[], float] = time.monotonic
    opened: dict[str, float] = field(default_factory=dict)
    started: int = 0
    finished: int = 0

    def start(self) -> str:
        self.need_licence()
        session = str(uuid4())
        self.opened[session] = self.clock()
        self.started += 1
        return session

    def touch(self, session: str) -> None:
        self._forget_idle()
        if session not in self.opened:
            raise UnknownSession
        self.opened[session] = self.clock()

    def finish(self, session: str) -> None:
        if self.opened.pop(session, None) is not None:
            self.finished += 1

    def need_licence(self) -> None:
        """A request without a session takes a licence for as long as it lasts."""
        self._forget_idle()
        if len(self.opened) >= self.licences:
            raise NoLicence

    def _forget_idle(self) -> None:
        now = self.clock()
        self.opened = {name: at for name, at in self.opened.items() if now - at < IDLE_SECONDS}
