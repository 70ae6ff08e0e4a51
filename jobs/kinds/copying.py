"""Rows as lines of COPY's text format."""

_ESCAPES = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})


def escaped(value: str) -> str:
    """One value; most need nothing."""
    return value.translate(_ESCAPES)


def copy_line(*values: str | None) -> str:
    """A whole line; None is NULL."""
    texts = [r"\N" if value is None else value for value in values]
    joined = "\t".join(texts)
    nulls = values.count(None)
    if (
        joined.count("\t") != len(texts) - 1
        or joined.count("\\") != nulls
        or "\n" in joined
        or "\r" in joined
    ):
        joined = "\t".join(r"\N" if value is None else escaped(value) for value in values)
    return joined + "\n"
