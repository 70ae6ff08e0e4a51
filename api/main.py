"""``python -m api.main``: serve the API. Importing this connects to nothing and needs no settings."""

import logging

import uvicorn

from api.app import create_app
from infra.garbage import leave_imports_alone
from infra.settings import Settings

settings = Settings()
app = create_app(settings)


def main() -> None:
    """Serve until told to stop; open sockets are then closed with 1012."""
    logging.basicConfig(level=settings.log_level, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    # It says sixty times a second that nobody answers; a submission that waits says it once.
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    settings.signing_key()
    leave_imports_alone()
    uvicorn.run(
        app,
        host=settings.api_host,
        port=settings.port,
        loop="uvloop",
        http="httptools",
        ws="websockets-sansio",
        ws_max_size=64 * 1024,
        # The messages are small and many: packing each costs more than it saves on this network.
        ws_per_message_deflate=False,
        access_log=False,
        server_header=False,
        log_config=None,
        timeout_graceful_shutdown=5,
    )


if __name__ == "__main__":
    main()
