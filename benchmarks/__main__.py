"""``python -m benchmarks``, which ``make bench`` runs."""

from benchmarks.main import app

if __name__ == "__main__":
    app()
