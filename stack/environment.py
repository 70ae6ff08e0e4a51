"""The one place where a child's environment is made."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from infra.settings import Settings
from stack.home import Home
from stack.ports import LOOPBACK
from stack.postgres import postgres_url

ROOT = Path(__file__).resolve().parent.parent
ONEC_PATH = "/base/odata/standard.odata"
# What programs need from outside; everything else they get is ours.
PASSED_ON = (
    "PATH",
    "HOME",
    "LANG",
    "LC_ALL",
    "TZ",
    "TMPDIR",
    "SSL_CERT_FILE",
    "VIRTUAL_ENV",
    "XDG_CACHE_HOME",
)


def system_environment() -> dict[str, str]:
    """For servers: what the system needs, none of our secrets."""
    return {name: os.environ[name] for name in PASSED_ON if name in os.environ}


def child_environment(home: Home, ports: Mapping[str, int], settings: Settings) -> dict[str, str]:
    """For our own processes: addresses of the servers, keys, and whatever TIDEMARK_* the caller set
    (passwords of users excepted: only the step that makes the users gets them)."""
    given = {name: value for name, value in os.environ.items() if name.startswith("TIDEMARK_") and value}
    password = home.secret("postgres.key")
    found = {
        "TIDEMARK_KAFKA": f"{LOOPBACK}:{ports['kafka']}",
        "TIDEMARK_DATABASE_URL": postgres_url(ports["postgres"], password),
        "TIDEMARK_SECRET": home.secret("secret.key"),
        "TIDEMARK_HASH_KEY": home.secret("hash.key"),
        "TIDEMARK_AUDIT_KEY": home.secret("audit.key"),
    }
    if settings.onec_url is None:
        found |= _simulator(home, ports["onec"])
    host = LOOPBACK if settings.api_host in ("0.0.0.0", "::") else settings.api_host
    own = {
        "TIDEMARK_HOME": str(home.path),
        "TIDEMARK_OBJECT_STORE": settings.object_store_url,
        "TIDEMARK_PORT": str(ports["api"]),
        "TIDEMARK_API_URL": f"http://{host}:{ports['api']}",
        "PYTHONUNBUFFERED": "1",
        "PYTHONPATH": str(ROOT),
    }
    made = system_environment() | found | given | own
    return {name: value for name, value in made.items() if not name.endswith("_PASSWORD") or "ONEC" in name}


def _simulator(home: Home, port: int) -> dict[str, str]:
    return {
        "TIDEMARK_ONEC_PORT": str(port),
        "TIDEMARK_ONEC_URL": f"http://{LOOPBACK}:{port}{ONEC_PATH}",
        "TIDEMARK_ONEC_USER": "tidemark",
        "TIDEMARK_ONEC_PASSWORD": home.secret("onec.key"),
    }


def users_environment(passwords: Mapping[str, str]) -> dict[str, str]:
    return {f"TIDEMARK_{user.upper()}_PASSWORD": password for user, password in passwords.items()}


def python(*arguments: str) -> tuple[str, ...]:
    """A command of our own interpreter."""
    return (sys.executable, *arguments)
