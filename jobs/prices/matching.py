"""How codes, vendors and part numbers are compared: people write them with other capitals and spaces."""

from functools import lru_cache


@lru_cache(maxsize=16_384)
def matched(text: str) -> str:
    """``" ab-12  x "`` → ``AB-12 X``; empty where there is nothing."""
    return " ".join(text.split()).upper()
