"""OData v3 literals, filters and query strings as 1C reads them."""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from urllib.parse import quote

_GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")


def guid(value: str) -> str:
    """``guid'…'``; anything that is no guid is refused, because a literal has no escape for it."""
    if not _GUID.fullmatch(value):
        raise ValueError("not a guid")
    return f"guid'{value}'"


def moment(value: str) -> str:
    """``datetime'2024-01-01T00:00:00'`` from 1C's own text, local and without a zone."""
    if not _MOMENT.fullmatch(value):
        raise ValueError("not a moment")
    return f"datetime'{value}'"


def text(value: str) -> str:
    """``'…'`` with the quote doubled."""
    return "'" + value.replace("'", "''") + "'"


def period(first: date, last: date, only_posted: bool = True) -> str:
    """Both days whole, by 1C's calendar."""
    days = f"Date ge {moment(f'{first}T00:00:00')} and Date le {moment(f'{last}T23:59:59')}"
    return f"{days} and Posted eq true and DeletionMark eq false" if only_posted else days


def after(at: str, ref: str) -> str:
    """What follows the document ``ref`` of moment ``at`` in the order ``Date,Ref_Key``."""
    return f"(Date gt {moment(at)} or (Date eq {moment(at)} and Ref_Key gt {guid(ref)}))"


def behind(ref: str) -> str:
    """What follows the element ``ref`` in the order ``Ref_Key``."""
    return f"Ref_Key gt {guid(ref)}"


def any_of(refs: Iterable[str]) -> str:
    """These elements and no others."""
    return " or ".join(f"Ref_Key eq {guid(ref)}" for ref in refs)


def query(options: Mapping[str, str]) -> str:
    """The query string. A space is %20 here: 1C takes ``+`` for a plus sign."""
    return "&".join(f"{name}={quote(value, safe='(),/$:')}" for name, value in options.items())
