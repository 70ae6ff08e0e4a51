"""What a file is that is not a client-bank file, by its first kilobyte."""

from codecs import BOM_UTF8

from domain.errors import UnsupportedFormat
from jobs.formats.foreign import name_of

SIGNATURE = b"1cclientbankexchange"
HEAD = 1024


def refuse_foreign(head: bytes) -> None:
    """Raise ``UnsupportedFormat`` unless the first line is ``1CClientBankExchange``.

    Codes: ``file_empty``; ``unsupported_format`` with what was ``found`` (``jobs.formats.foreign``);
    ``not_client_bank`` for anything else.
    """
    text = head.removeprefix(BOM_UTF8).lstrip(b" \t\r\n")
    if not text:
        raise UnsupportedFormat("file_empty")
    line = text.replace(b"\r", b"\n").partition(b"\n")[0]
    if line.strip().lower() == SIGNATURE:
        return
    found = name_of(text)
    if found in (None, "client_bank"):
        raise UnsupportedFormat("not_client_bank")
    raise UnsupportedFormat("unsupported_format", found=str(found))
