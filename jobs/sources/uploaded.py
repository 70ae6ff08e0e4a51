"""The bytes of an uploaded file, and what it means where they are not to be had."""

from collections.abc import AsyncGenerator

from domain.errors import Fatal, SourceUnavailable
from infra.objects import ObjectStore


async def chunks(objects: ObjectStore, path: str) -> AsyncGenerator[bytes, None]:
    """The file in chunks. Raises Fatal(``upload_missing``), and SourceUnavailable where the store is away."""
    try:
        async for chunk in objects.open(path):
            yield chunk
    except FileNotFoundError as error:
        raise Fatal("upload_missing") from error
    except OSError as error:
        raise SourceUnavailable("object_store_unavailable", detail=str(error)) from error
