"""1C's spreadsheet (табличный документ, ``.mxl``): the text of 8.x and the binary of 7.7, row by row."""

from jobs.formats.mxl.reading import SIGNATURE, rows

__all__ = ["SIGNATURE", "rows"]
