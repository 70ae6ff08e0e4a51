"""How long a dead child rests before it is started again."""

FIRST_DELAY, LONGEST_DELAY = 0.5, 30.0
# A child that was ready and lived this long starts again after the first delay, not the next.
HEALTHY_SECONDS = 10.0


def next_delay(before: float | None, ready: bool, lived: float) -> float:
    """How long to wait before a dead child is started again: 0.5 s, doubled up to 30 s, and 0.5 s again
    after it was ready and lived ten seconds."""
    if before is None or (ready and lived >= HEALTHY_SECONDS):
        return FIRST_DELAY
    return min(before * 2, LONGEST_DELAY)
