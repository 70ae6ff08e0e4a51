"""Pages in the order of ``Date,Ref_Key``: what comes next, and whether 1C goes round in circles.

References are never compared here: 1C orders them by the bytes of its database, not by their text.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from domain.errors import SourceRefused
from jobs.sources.onec import literals, parsing


@dataclass(frozen=True, slots=True)
class Key:
    """Where a page ended: the last document's moment and reference, as 1C wrote them."""

    at: str
    ref: str

    def following(self) -> str:
        """The filter for everything behind this document."""
        return literals.after(self.at, self.ref)


def last_key(documents: Sequence[dict[str, Any]], entity: str) -> Key:
    """The key of the last document; without both fields there is no way on."""
    found = parsing.text(documents[-1].get("Date")), parsing.ref(documents[-1].get("Ref_Key"))
    if found[1] is None or parsing.moment(found[0]) is None:
        raise SourceRefused("onec_unexpected", entity=entity)
    return Key(found[0], found[1])


class Circle:
    """Watches that pages of one entity set go forward; remembers one page, not all of them."""

    def __init__(self) -> None:
        self._refs: frozenset[str] = frozenset()
        self._at = ""

    def check(self, documents: Sequence[dict[str, Any]], entity: str) -> None:
        """Refuse a page that was seen before: SourceRefused(``onec_page_repeated``).

        Moments never go back in this order, so an older page shows by its first moment, and one of
        the same moment by a document of the page before it.
        """
        refs, moments = _refs(documents), [self._at, *_moments(documents)]
        if len(refs) < len(documents) or refs & self._refs or moments != sorted(moments):
            raise SourceRefused("onec_page_repeated", entity=entity)

    def note(self, documents: Sequence[dict[str, Any]]) -> None:
        """This page has been passed on."""
        if documents:
            self._refs, self._at = _refs(documents), _moments(documents)[-1]


def _refs(documents: Sequence[dict[str, Any]]) -> frozenset[str]:
    return frozenset(parsing.text(document.get("Ref_Key")) for document in documents)


def _moments(documents: Sequence[dict[str, Any]]) -> list[str]:
    return [parsing.text(document.get("Date")) for document in documents]
