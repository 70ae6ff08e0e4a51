"""The installation's signature under what was audited: Ed25519 (RFC 8032), one key for all processes."""

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from infra.settings import Settings

KEY_FILE = "audit.key"


class BadKey(ValueError):
    """Not 32 bytes written as 64 hexadecimal digits."""


@dataclass(frozen=True, slots=True)
class Signer:
    """Signs with a private key of 32 bytes."""

    _key: Ed25519PrivateKey

    @classmethod
    def of_seed(cls, seed: str) -> "Signer":
        return cls(Ed25519PrivateKey.from_private_bytes(_bytes(seed)))

    @property
    def public(self) -> str:
        """The public key as 64 hexadecimal digits."""
        return self._key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()

    def sign(self, what: bytes) -> str:
        """The signature as 128 hexadecimal digits; the same bytes always get the same one."""
        return self._key.sign(what).hex()


def signer(settings: Settings) -> Signer:
    """The key of ``TIDEMARK_AUDIT_KEY``, else of the file in the home folder, made (mode 600) by the process
    that needs it first. Processes on several machines need the variable."""
    if settings.audit_key is not None:
        return Signer.of_seed(settings.audit_key.get_secret_value())
    path = settings.home / KEY_FILE
    if not path.exists():
        _make(path)
    return Signer.of_seed(path.read_text(encoding="ascii"))


def signed_by(public: str, signature: str, what: bytes) -> bool:
    """Whether ``what`` was signed with the private key that belongs to ``public``."""
    try:
        Ed25519PublicKey.from_public_bytes(_bytes(public)).verify(bytes.fromhex(signature), what)
    except (InvalidSignature, ValueError):
        return False
    return True


def _make(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    # Mode 600 from the first moment on.
    descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(os.urandom(32).hex() + "\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        # Of two processes that start at once the first one's key stays.
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        Path(draft).unlink()


def _bytes(text: str) -> bytes:
    try:
        found = bytes.fromhex(text.strip())
    except ValueError as error:
        raise BadKey("a key is 64 hexadecimal digits; `openssl rand -hex 32` makes one") from error
    if len(found) != 32:
        raise BadKey("a key is 64 hexadecimal digits; `openssl rand -hex 32` makes one")
    return found
