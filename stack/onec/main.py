"""Run the simulator: ``python -m stack.onec.main [--port N]``, on the loopback address only.

Its size comes from TIDEMARK_ONEC_PER_DAY (documents a day and entity set), TIDEMARK_ONEC_CONTRACTORS,
TIDEMARK_ONEC_SEED, TIDEMARK_ONEC_LICENCES; its user from TIDEMARK_ONEC_USER and TIDEMARK_ONEC_PASSWORD.
"""

import argparse
import os
from collections.abc import Mapping

import uvicorn

from stack.onec.app import build
from stack.onec.catalogues import Firm
from stack.onec.sessions import Sessions
from stack.onec.simulator import Simulator
from stack.onec.world import World

DEFAULT_PORT = 8081


def configured(environ: Mapping[str, str]) -> Simulator:
    """A simulator as the environment says; empty variables count as unset."""

    def read(name: str, default: str) -> str:
        return environ.get(f"TIDEMARK_ONEC_{name}") or default

    firm = Firm(read("SEED", "tidemark"), int(read("CONTRACTORS", "200")))
    return Simulator(
        user=read("USER", "tidemark"),
        password=read("PASSWORD", "tidemark"),
        world=World(firm, per_day=int(read("PER_DAY", "20"))),
        sessions=Sessions(licences=int(read("LICENCES", "5"))),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description="A simulator of 1C's OData interface.")
    port = int(os.environ.get("TIDEMARK_ONEC_PORT") or DEFAULT_PORT)
    parser.add_argument("--port", type=int, default=port)
    arguments = parser.parse_args()
    app = build(configured(os.environ))
    uvicorn.run(app, host="127.0.0.1", port=arguments.port, log_level="warning", access_log=False)


if __name__ == "__main__":
    main()
