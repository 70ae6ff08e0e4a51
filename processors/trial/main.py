"""``python -m processors.trial.main``: one batch, from standard input, by itself (see ``importer.alone``)."""

import asyncio
import pickle
import sys

from infra.settings import Settings
from processors.importer.alone import tried
from processors.importer.outcomes import Delivered

if __name__ == "__main__":
    delivered = pickle.load(sys.stdin.buffer)
    assert isinstance(delivered, Delivered)
    sys.exit(asyncio.run(tried(Settings(), delivered)))
