"""Excel workbooks (``.xlsx``) row by row: the parts of a package, its texts, its styles, its sheets."""

from jobs.formats.tables.xlsx.workbook import Workbook

__all__ = ["Workbook"]
