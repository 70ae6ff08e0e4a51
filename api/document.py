"""``python -m api.document``: the OpenAPI document as it is served, for those who generate a client of it."""

import json
import sys

from api.main import app


def main() -> None:
    """Write it as JSON; no server has to run."""
    json.dump(app.openapi(), sys.stdout, ensure_ascii=False)


if __name__ == "__main__":
    main()
