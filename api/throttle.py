"""Wrong passwords cost time: after five for a name from one address each further one doubles the wait."""

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

FREE = 5
# One address may guess at many names; thirty wrong ones are more than an office mistypes.
FREE_PER_ADDRESS = 30
LONGEST = 300.0
FORGET_AFTER = 900.0
MOST_KEYS = 10_000


@dataclass(slots=True)
class _Failures:
    count: int = 0
    until: float = 0.0
    last: float = 0.0


class Throttle:
    """Counts within this process; a name is only ever slowed down for the address that guesses at it."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._failures: OrderedDict[str, _Failures] = OrderedDict()

    def wait(self, name: str, address: str) -> float:
        """Seconds until the next try is looked at; 0 = now."""
        now = self._clock()
        keys = self._keys(name, address)
        return max(0.0, *(self._failures[key].until - now for key in keys if key in self._failures), 0.0)

    def failed(self, name: str, address: str) -> None:
        now = self._clock()
        for key, free in zip(self._keys(name, address), (FREE, FREE_PER_ADDRESS), strict=True):
            known = self._failures.get(key)
            if known is None or now - known.last > FORGET_AFTER:
                known = self._failures[key] = _Failures()
            known.count += 1
            known.last = now
            if known.count >= free:
                known.until = now + min(LONGEST, 2.0 ** (known.count - free))
            self._failures.move_to_end(key)
        while len(self._failures) > MOST_KEYS:
            self._failures.popitem(last=False)

    def succeeded(self, name: str, address: str) -> None:
        self._failures.pop(self._keys(name, address)[0], None)

    @staticmethod
    def _keys(name: str, address: str) -> tuple[str, str]:
        return f"{address}|{name.casefold()}", address
