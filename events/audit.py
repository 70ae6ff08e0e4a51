"""Events of topic ``audit.roots``: signatures under the history, kept for ever and free to be copied."""

from typing import Literal

from pydantic import Field

from events.base import Event


class RootSigned(Event):
    """The chains of one partition of ``tasks`` as they stood after ``last``.

    ``root`` is the Merkle root over the tasks with events from offset ``first`` to ``last``, each with its
    number of events and the hash of the last of them. ``previous`` is the hash of the root before, ``at``
    when it was made; ``signature`` (Ed25519, by the public key ``key``) is over all of these.
    """

    type: Literal["audit.root_signed.v1"] = "audit.root_signed.v1"
    partition: int = Field(ge=0)
    number: int = Field(ge=1)
    first: int = Field(ge=0)
    last: int = Field(ge=0)
    tasks: int = Field(ge=1)
    root: str = Field(pattern=r"^[0-9a-f]{64}$")
    previous: str = Field(pattern=r"^[0-9a-f]{64}$")
    at: str
    key: str = Field(pattern=r"^[0-9a-f]{64}$")
    signature: str = Field(pattern=r"^[0-9a-f]{128}$")

    @property
    def signed(self) -> bytes:
        """The bytes under the signature; their SHA-256 is ``previous`` of the root that follows."""
        names = ("partition", "number", "first", "last", "tasks", "root", "previous", "at")
        return ":".join(["tidemark-root-1", *(str(getattr(self, name)) for name in names)]).encode()
