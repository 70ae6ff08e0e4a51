"""What is measured: one module a part, each takes a ``Bench`` and gives an ``Outcome``."""
