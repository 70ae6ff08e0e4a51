"""When Python looks for cycles."""

import gc


def collect_rarely() -> None:
    """To be called when everything is imported. A batch is tens of thousands of objects without a cycle
    among them: looking for cycles every 700 of them costs 10 % of reading and 20 % of unpacking, and what
    was imported is 300,000 objects that are looked through for 100 ms while somebody waits for an answer.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 10, 10)
