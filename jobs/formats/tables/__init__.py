"""Tabular files: what a kind looks for in a header."""
