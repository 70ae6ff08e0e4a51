"""What an installation decides, read from ``TIDEMARK_*``: addresses, limits, secrets.

Only ``main.py`` modules, ``cli/`` and ``stack/`` make one; everything below takes it as an argument.
"""

import os
import socket
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

MIN_SECRET_BYTES = 32


class SettingMissing(Exception):
    """A setting that has no default is needed now; the message names its variable."""


def _worker_name() -> str:
    return f"{socket.gethostname()}-{os.getpid()}"


class Settings(BaseSettings):
    """One installation. Empty variables count as unset, so ``compose.yaml`` may pass them on."""

    model_config = SettingsConfigDict(env_prefix="TIDEMARK_", env_ignore_empty=True, frozen=True)

    home: Path = Path(".tidemark")

    # Servers: what is not given here, ``stack/`` starts itself on the loopback address.
    kafka: str = "127.0.0.1:9092"
    database_url: SecretStr = SecretStr("postgresql://postgres@127.0.0.1:5432/tidemark")
    database_pool: int = Field(default=5, ge=1, le=100)
    # A folder, or a URL that obstore knows (s3://, gs://, az://, file:///); empty = ``home/objects``.
    object_store: str = ""

    onec_url: str | None = None
    onec_user: str = ""
    onec_password: SecretStr = SecretStr("")
    onec_timezone: str = "Europe/Moscow"
    # How far behind the last sync the next one looks again: documents are changed and back-dated.
    onec_overlap_days: int = Field(default=14, ge=0, le=3_650)
    onec_timeout: float = Field(default=60.0, gt=0)
    # JSON: other names of entity sets and fields than Бухгалтерия 3.0's, and whether 1C may leave out
    # silently what its user must not see.
    onec_mapping: str = ""
    onec_allowed_only: bool = False

    # The key of access tokens and the key of personal-value hashes; at least 32 bytes.
    secret: SecretStr | None = None
    hash_key: SecretStr | None = None
    # The key that signs the audit trail, 64 hexadecimal digits; else ``home/audit.key``, made when needed.
    audit_key: SecretStr | None = None
    # How often the chains are signed.
    roots_seconds: float = Field(default=60.0, gt=0)
    token_minutes: int = Field(default=12 * 60, ge=1)

    admin_password: SecretStr | None = None
    manager_password: SecretStr | None = None
    user_password: SecretStr | None = None

    api_host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    api_url: str | None = None
    upload_limit_bytes: int = Field(default=2 * 1024**3, ge=1)
    accept_while_waiting_seconds: float = Field(default=2.0, ge=0)

    worker: str = Field(default_factory=_worker_name)
    # Touched every second by a worker whose event loop turns; ``stack/`` watches it.
    alive_file: Path | None = None
    batch_size: int = Field(default=1_000, ge=10, le=10_000)
    batch_bytes: int = Field(default=900_000, ge=10_000, le=900_000)
    first_batch_size: int = Field(default=100, ge=10, le=10_000)
    first_batches: int = Field(default=3, ge=0)
    # A long file's batches, from so many on.
    large_batch_size: int = Field(default=4_000, ge=10, le=10_000)
    large_batches_after: int = Field(default=12, ge=0)
    batches_in_flight: int = Field(default=12, ge=1)
    lease_seconds: float = Field(default=10.0, gt=0)
    heartbeat_seconds: float = Field(default=2.0, gt=0)
    source_tries: int = Field(default=5, ge=1)
    # How many tasks run at once, per kind, per source (one 1C) and per person.
    running_per_kind: int = Field(default=16, ge=1)
    running_per_source: int = Field(default=1, ge=1)
    running_per_submitter: int = Field(default=8, ge=1)

    batches_retention_days: int = Field(default=30, ge=1)
    replication_factor: int = Field(default=1, ge=1)
    # Put before topic and group names, so that several installations share one Kafka.
    namespace: str = ""

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    @field_validator("database_url", mode="after")
    @classmethod
    def _is_postgresql(cls, url: SecretStr) -> SecretStr:
        if not url.get_secret_value().startswith(("postgresql://", "postgres://")):
            raise ValueError("must be postgresql://user:password@host:port/database")
        return url

    @field_validator("onec_timezone", mode="after")
    @classmethod
    def _is_a_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (KeyError, ValueError, OSError) as unknown:
            raise ValueError(f"no time zone is called {name!r}; say Europe/Moscow, for example") from unknown
        return name

    @field_validator("secret", "hash_key", mode="after")
    @classmethod
    def _is_long_enough(cls, key: SecretStr | None) -> SecretStr | None:
        if key is not None and len(key.get_secret_value().encode()) < MIN_SECRET_BYTES:
            raise ValueError(f"must be at least {MIN_SECRET_BYTES} bytes; `openssl rand -hex 32` makes one")
        return key

    @property
    def libpq_url(self) -> str:
        """The database as psycopg takes it."""
        return _with_scheme(self.database_url.get_secret_value(), "postgresql")

    @property
    def sqlalchemy_url(self) -> str:
        """The database as SQLAlchemy takes it, sync and async alike (psycopg 3)."""
        return _with_scheme(self.database_url.get_secret_value(), "postgresql+psycopg")

    @property
    def object_store_url(self) -> str:
        """Where pages and uploads are kept: a URL with its scheme, folders made absolute."""
        if "://" in self.object_store:
            return self.object_store
        return (Path(self.object_store) if self.object_store else self.home / "objects").resolve().as_uri()

    @property
    def onec_zone(self) -> ZoneInfo:
        return ZoneInfo(self.onec_timezone)

    def signing_key(self) -> str:
        """The key of access tokens; refuses to invent one, because every api process must share it."""
        if self.secret is None:
            raise SettingMissing("TIDEMARK_SECRET is not set; `openssl rand -hex 32` makes one")
        return self.secret.get_secret_value()

    def keyed_hash_key(self) -> bytes:
        """The key of HMACs over account numbers and corrected rows; the token key where none is given."""
        return (self.hash_key.get_secret_value() if self.hash_key else self.signing_key()).encode()

    def passwords(self) -> dict[str, str]:
        """The passwords that were given, by user name."""
        given = {"admin": self.admin_password, "manager": self.manager_password, "user": self.user_password}
        return {name: secret.get_secret_value() for name, secret in given.items() if secret is not None}


def _with_scheme(url: str, scheme: str) -> str:
    return f"{scheme}://{url.split('://', 1)[1]}"
