"""When Python looks for cycles."""

import gc


def leave_imports_alone() -> None:
    """To be called when everything is imported: 300,000 objects that stay are no longer looked through,
    which takes 100 ms while somebody waits for an answer."""
    gc.collect()
    gc.freeze()


def collect_rarely(after: int = 50_000) -> None:
    """For who works through batches: tens of thousands of objects without a cycle among them. Looking for
    cycles every 700 of them costs 10 % of reading and 20 % of unpacking.

    ``after`` so many more objects than before cycles are looked for. Not for the API: the cycles of an upload
    hold its chunks, 50 MB of them in a gigabyte.
    """
    leave_imports_alone()
    gc.set_threshold(after, 10, 10)
