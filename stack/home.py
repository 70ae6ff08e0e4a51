"""The data folder (``.tidemark``): what lives where, who may read it, and who runs on it."""

import fcntl
import json
import os
import secrets
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

USERS = ("admin", "manager", "user")


class AlreadyRunning(Exception):
    """Another supervisor holds the folder; ``pid`` is its process."""

    def __init__(self, pid: int) -> None:
        super().__init__(f"process {pid} runs the stack of this folder")
        self.pid = pid


@dataclass(frozen=True, slots=True)
class Home:
    """One installation's folder. Deleting it is forgetting everything; nothing is kept elsewhere
    but the cache of downloads."""

    path: Path

    @property
    def kafka(self) -> Path:
        return self.path / "kafka"

    @property
    def postgres(self) -> Path:
        return self.path / "postgres"

    @property
    def logs(self) -> Path:
        return self.path / "logs"

    @property
    def stack_file(self) -> Path:
        return self.path / "stack.json"

    @property
    def lock_file(self) -> Path:
        return self.path / "stack.lock"

    @property
    def credentials_file(self) -> Path:
        return self.path / "credentials.json"

    def make(self) -> None:
        self.path.mkdir(parents=True, exist_ok=True)
        self.logs.mkdir(exist_ok=True)
        (self.path / "alive").mkdir(exist_ok=True)

    def read(self, name: str) -> dict[str, Any]:
        """A small JSON file of this folder; empty where there is none."""
        try:
            content: dict[str, Any] = json.loads((self.path / name).read_bytes())
        except FileNotFoundError:
            return {}
        return content

    def write(self, name: str, content: Mapping[str, Any]) -> None:
        """Replace a small JSON file in one step, mode 600: a reader never sees half of it."""
        write_private(self.path / name, json.dumps(content, indent=2, ensure_ascii=False) + "\n")

    @contextmanager
    def held(self) -> Iterator[None]:
        """Be the one supervisor of this folder; the kernel lets go of it however the process ends."""
        self.make()
        descriptor = os.open(self.lock_file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            if not _try_lock(descriptor, patience=0.2):
                raise AlreadyRunning(_pid_in(descriptor))
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
            yield
            os.ftruncate(descriptor, 0)
        finally:
            os.close(descriptor)

    def holder(self) -> int | None:
        """The supervisor's pid, if one runs."""
        try:
            descriptor = os.open(self.lock_file, os.O_RDWR | os.O_CLOEXEC)
        except FileNotFoundError:
            return None
        try:
            return None if _try_lock(descriptor) else _pid_in(descriptor)
        finally:
            os.close(descriptor)

    def secret(self, name: str) -> str:
        """A generated key, made once and kept in a file of mode 600."""
        path = self.path / name
        if not path.exists():
            write_private(path, secrets.token_hex(32) + "\n")
        return path.read_text().strip()

    def credentials(self, given: Mapping[str, str]) -> dict[str, str]:
        """The three users' passwords: given ones win, the others are generated once and kept."""
        kept = self.read(self.credentials_file.name)
        wanted = {user: given.get(user) or kept.get(user) or secrets.token_urlsafe(12) for user in USERS}
        generated = {user: word for user, word in wanted.items() if user not in given}
        if generated != kept:
            self.write(self.credentials_file.name, generated)
        return wanted

    def delete(self) -> None:
        """Delete what the stack has put here, and the folder if that leaves it empty."""
        for name in OWN_NAMES:
            path = self.path / name
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
        if self.path.is_dir() and not any(self.path.iterdir()):
            self.path.rmdir()


# TIDEMARK_HOME may point anywhere: only these are ever deleted.
OWN_NAMES = (
    "kafka",
    "postgres",
    "objects",
    "alive",
    "logs",
    "stack.json",
    "stack.lock",
    "credentials.json",
    "ports.json",
    "pids.json",
    "secret.key",
    "hash.key",
    "audit.key",
    "postgres.key",
    "onec.key",
)


def user_cache() -> Path:
    """Where downloads of all checkouts of this user live."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "tidemark"


def write_private(path: Path, text: str) -> None:
    """Replace a file in one step, readable by its owner only."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    draft.replace(path)


def _try_lock(descriptor: int, patience: float = 0) -> bool:
    """Take the lock; ``patience`` outlasts somebody who only looks whether it is held."""
    until = time.monotonic() + patience
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= until:
                return False
            time.sleep(0.02)
        else:
            return True


def _pid_in(descriptor: int) -> int:
    return int(os.pread(descriptor, 32, 0).strip() or b"0")
