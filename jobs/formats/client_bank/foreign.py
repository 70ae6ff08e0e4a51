"""What a file is that is not a client-bank file, by its first kilobyte."""

from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE

from domain.errors import UnsupportedFormat

SIGNATURE = b"1cclientbankexchange"
HEAD = 1024

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
_OFFICE = (b"xl/", b"[Content_Types].xml", b"docProps/", b"_rels/")


def refuse_foreign(head: bytes) -> None:
    """Raise ``UnsupportedFormat`` unless the first line is ``1CClientBankExchange``.

    Codes: ``file_empty``; ``unsupported_format`` with ``found`` (``belarusian_client_bank``, ``xml``,
    ``html``, ``xlsx``, ``zip``, ``pdf``, ``mxl``, ``xls``, ``rar``, ``7z``, ``gzip``, ``utf16``);
    ``not_client_bank`` for anything else.
    """
    text = head.removeprefix(BOM_UTF8).lstrip(b" \t\r\n")
    if not text:
        raise UnsupportedFormat("file_empty")
    line = text.replace(b"\r", b"\n").partition(b"\n")[0]
    if line.strip().lower() == SIGNATURE:
        return
    found = _name(text)
    if found is None:
        raise UnsupportedFormat("not_client_bank")
    raise UnsupportedFormat("unsupported_format", found=found)


def _name(text: bytes) -> str | None:
    if text.startswith(b"PK"):
        return "xlsx" if any(part in text for part in _OFFICE) else "zip"
    for magic, name in _MAGIC:
        if text.startswith(magic):
            return name
    if b"^Type=" in text:
        return "belarusian_client_bank"
    if text.startswith(b"<"):
        return "html" if b"<html" in text.lower() else "xml"
    return None
