"""The object store: uploads by content hash, source pages put once and never changed.

``obstore`` speaks to a folder, S3, Google or Azure by URL; the rest of the system sees five calls.
"""

import asyncio
import hashlib
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit
from uuid import uuid4

import obstore
from obstore.exceptions import AlreadyExistsError
from obstore.store import LocalStore, from_url
from obstore.store import ObjectStore as Backend

# S3 takes at most 10,000 parts: 8 MB each allows 80 GB and bounds memory.
_PART_BYTES = 8 * 1024 * 1024


class TooLarge(Exception):
    """More bytes came than the limit allows; nothing was kept."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"more than {limit} bytes")
        self.limit = limit


@dataclass(frozen=True, slots=True)
class StoredFile:
    """An uploaded file: where it is, its SHA-256 in hex, its size in bytes."""

    path: str
    sha256: str
    size: int


class _Counted:
    """Chunks on their way, hashed and counted."""

    def __init__(self, chunks: AsyncIterator[bytes], limit: int) -> None:
        self._chunks = chunks
        self._limit = limit
        self._digest = hashlib.sha256()
        self._size = 0

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        chunk = await anext(self._chunks)
        self._size += len(chunk)
        if self._size > self._limit:
            raise TooLarge(self._limit)
        self._digest.update(chunk)
        return chunk

    @property
    def stored(self) -> StoredFile:
        """The file so far: valid when the chunks have ended."""
        name = self._digest.hexdigest()
        return StoredFile(f"uploads/{name}", name, self._size)


class ObjectStore:
    """Files by name. Names are ours, never a person's."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    @classmethod
    def from_url(cls, url: str) -> Self:
        """``file:///folder`` (made if missing), ``s3://bucket/prefix``, ``memory:///`` …"""
        parts = urlsplit(url)
        if parts.scheme == "file":
            folder = Path(parts.path)
            folder.mkdir(parents=True, exist_ok=True)
            return cls(LocalStore(prefix=folder))
        return cls(from_url(url))

    async def put_stream(self, chunks: AsyncIterator[bytes], limit: int) -> StoredFile:
        """Keep what streams in under its content hash; the same bytes twice are one file.

        Memory is bounded by one part (8 MB): a smaller file is put at once, a larger one is written under
        another name first. Raises TooLarge as soon as ``limit`` is passed.
        """
        counted = _Counted(chunks, limit)
        head = bytearray()
        async for chunk in counted:
            head += chunk
            if len(head) >= _PART_BYTES:
                break
        else:
            await obstore.put_async(self._backend, counted.stored.path, bytes(head))
            return counted.stored
        incoming = f"incoming/{uuid4()}"
        try:
            async with obstore.open_writer_async(
                self._backend, incoming, buffer_size=_PART_BYTES, max_concurrency=2
            ) as writer:
                await writer.write(bytes(head))
                head.clear()
                async for chunk in counted:
                    await writer.write(chunk)
        except BaseException:
            await self._forget(incoming)
            raise
        await obstore.rename_async(self._backend, incoming, counted.stored.path)
        return counted.stored

    async def open(self, path: str, chunk_bytes: int = 1024 * 1024) -> AsyncGenerator[bytes, None]:
        """The bytes of a file in chunks, one of them read ahead; raises FileNotFoundError."""
        # By ranges: a stream of a local file comes in blocks of 8 KB, ten times slower.
        size = (await obstore.head_async(self._backend, path))["size"]
        ahead: asyncio.Future[obstore.Bytes] | None = None
        try:
            for start in range(0, size, chunk_bytes):
                chunk = await (ahead or self._range(path, start, size, chunk_bytes))
                after = start + chunk_bytes
                ahead = self._range(path, after, size, chunk_bytes) if after < size else None
                yield bytes(chunk)
        finally:
            if ahead is not None:
                ahead.cancel()

    def _range(self, path: str, start: int, size: int, length: int) -> asyncio.Future[obstore.Bytes]:
        end = min(start + length, size)
        return asyncio.ensure_future(obstore.get_range_async(self._backend, path, start=start, end=end))

    async def get(self, path: str) -> bytes | None:
        """A small file whole, or None."""
        try:
            found = await obstore.get_async(self._backend, path)
        except FileNotFoundError:
            return None
        return bytes(await found.bytes_async())

    async def put_if_absent(self, path: str, data: bytes) -> bytes:
        """Keep ``data`` unless the name is taken; returns what is stored, which is then somebody else's."""
        try:
            await obstore.put_async(self._backend, path, data, mode="create")
        except AlreadyExistsError:
            stored = await self.get(path)
            assert stored is not None
            return stored
        return data

    async def _forget(self, path: str) -> None:
        try:
            await obstore.delete_async(self._backend, path)
        except FileNotFoundError:
            return
