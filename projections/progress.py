"""Percent, rate and remaining time, from counts and the events' own times alone."""

from datetime import datetime

from projections.altering import altered
from projections.view import Message, Progress

# Below this the rate is noise: the first batches hold 100 rows.
_SHORTEST = 0.05


def advanced(
    progress: Progress, processed: int, total: int | None, at: datetime, message: Message
) -> Progress:
    """``processed`` of ``total`` rows at time ``at``; what is known already is never unlearnt."""
    total = progress.total if total is None else total
    processed = max(processed, progress.processed)
    rate = _rate(progress, processed, at)
    return altered(
        progress,
        message=message,
        processed=processed,
        total=total,
        percent=max(progress.percent, percent(processed, total)),
        rows_per_second=rate,
        eta_seconds=_remaining(processed, total, rate),
    )


def percent(processed: int, total: int | None) -> int:
    """Whole percent, at most 99: the hundredth is the conductor's to say."""
    if not total:
        return 0
    return min(99, processed * 100 // total)


def restarted(progress: Progress, at: datetime, message: Message) -> Progress:
    """A try begins: the rate counts from here, the bar stays where it was."""
    return altered(
        progress,
        message=message,
        since=at,
        since_rows=progress.processed,
        rows_per_second=None,
        eta_seconds=None,
    )


def paused(progress: Progress, message: Message) -> Progress:
    """Nothing moves for now, and when it will end nobody can say."""
    return altered(progress, message=message, eta_seconds=None)


def ended(progress: Progress, processed: int, *, complete: bool, at: datetime, message: Message) -> Progress:
    """The last word of an attempt; the rate is that of its last try."""
    return altered(
        progress,
        message=message,
        processed=processed,
        total=processed if complete else progress.total,
        percent=100 if complete else progress.percent,
        rows_per_second=_rate(progress, processed, at),
        eta_seconds=0 if complete else None,
    )


def _rate(progress: Progress, processed: int, at: datetime) -> float | None:
    if progress.since is None:
        return None
    seconds = (at - progress.since).total_seconds()
    rows = processed - progress.since_rows
    if seconds < _SHORTEST or rows <= 0:
        return progress.rows_per_second
    return round(rows / seconds, 1)


def _remaining(processed: int, total: int | None, rate: float | None) -> int | None:
    if total is None or not rate:
        return None
    return max(0, round((total - processed) / rate))
