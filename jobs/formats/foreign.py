"""What a file is, by its first kilobyte, where it is none of ours."""

import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE

_MAGIC = (
    (b"%PDF", "pdf"),
    (b"MOXCEL", "mxl"),
    (b"\xd0\xcf\x11\xe0", "xls"),
    (b"Rar!", "rar"),
    (b"7z\xbc\xaf", "7z"),
    (b"\x1f\x8b", "gzip"),
    (BOM_UTF16_LE, "utf16"),
    (BOM_UTF16_BE, "utf16"),
)
_JSON = re.compile(rb'[{\[]\s*(?:["{\[]|[}\]]\s*$)')
_OFFICE = (b"xl/", b"[Content_Types].xml", b"docProps/", b"_rels/")


def name_of(head: bytes) -> str | None:
    """``client_bank``, ``belarusian_client_bank``, ``xml``, ``html``, ``json``, ``xlsx``, ``zip``, ``pdf``,
    ``mxl``, ``xls``, ``rar``, ``7z``, ``gzip``, ``utf16``, or None; each has a word under ``found.…``."""
    if head.startswith(b"PK"):
        return "xlsx" if any(part in head for part in _OFFICE) else "zip"
    for magic, name in _MAGIC:
        if head.startswith(magic):
            return name
    if head.lower().startswith(b"1cclientbankexchange"):
        return "client_bank"
    if b"^Type=" in head:
        return "belarusian_client_bank"
    if _JSON.match(head):
        return "json"
    if head.startswith(b"<"):
        return "html" if b"<html" in head.lower() else "xml"
    return None
