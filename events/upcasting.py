"""Old facts become today's facts once, at the door; behind it nobody knows that versions exist.

To publish ``task.submitted.v2``: change the class and its ``type``, keep the golden files of v1 as they
are, and add ``"task.submitted.v1": ("task.submitted.v2", function)`` here. Steps chain, so each
function knows only the version after its own.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

Data = dict[str, Any]
Upcasters = Mapping[str, tuple[str, Callable[[Data], Data]]]

# No version has been retired yet: every name in the log is the current one.
UPCASTERS: Upcasters = MappingProxyType({})


def upcast(name: str, data: Data, upcasters: Upcasters = UPCASTERS) -> tuple[str, Data]:
    """The current wire name and data of a fact that was written under any earlier name."""
    seen = {name}
    while name in upcasters:
        name, step = upcasters[name]
        if name in seen:
            raise ValueError(f"upcasters go in a circle at {name}")
        seen.add(name)
        data = step(data)
    return name, data
