"""Rejected rows as a file that a person corrects: their own columns, and why each is there."""

from jobs.formats.error_file.cells import MARK, OWN, Ref, safe
from jobs.formats.error_file.differences import changed, told_in_value
from jobs.formats.error_file.reading import ErrorFile, FileRow, opened
from jobs.formats.error_file.writing import CsvSheet, Rejected, Spool

__all__ = [
    "MARK",
    "OWN",
    "CsvSheet",
    "ErrorFile",
    "FileRow",
    "Ref",
    "Rejected",
    "Spool",
    "changed",
    "opened",
    "safe",
    "told_in_value",
]
