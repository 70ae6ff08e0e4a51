"""Contractors (контрагенты) that come in a file."""
