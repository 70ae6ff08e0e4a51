"""The object store: content-addressed, put once, bounded. One suite over every backend we can have here."""

import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from infra.objects import ObjectStore, TooLarge


@pytest.fixture(params=["folder", "memory"])
def objects(request: pytest.FixtureRequest, tmp_path: Path) -> ObjectStore:
    url = (tmp_path / "objects").as_uri() if request.param == "folder" else "memory:///"
    return ObjectStore.from_url(url)


async def chunks(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


async def content(objects: ObjectStore, path: str) -> bytes:
    return b"".join([chunk async for chunk in objects.open(path)])


async def test_a_file_is_kept_under_its_content_hash(objects: ObjectStore) -> None:
    stored = await objects.put_stream(chunks(b"one", b"two"), limit=100)
    assert stored.sha256 == hashlib.sha256(b"onetwo").hexdigest()
    assert stored.size == 6
    assert await content(objects, stored.path) == b"onetwo"


@pytest.mark.parametrize("size", [0, 1, 9, 10, 11, 20, 95])
async def test_a_file_comes_whole_in_chunks_whatever_its_size(objects: ObjectStore, size: int) -> None:
    data = bytes(range(size))
    stored = await objects.put_stream(chunks(data), limit=100)
    found = [chunk async for chunk in objects.open(stored.path, chunk_bytes=10)]
    assert b"".join(found) == data
    assert [len(chunk) for chunk in found[:-1]] == [10] * (len(found) - 1)


async def test_who_stops_reading_early_leaves_nothing_behind(objects: ObjectStore) -> None:
    stored = await objects.put_stream(chunks(bytes(1000)), limit=1000)
    reading = objects.open(stored.path, chunk_bytes=10)
    assert await anext(reading) == bytes(10)
    await reading.aclose()


async def test_a_file_of_several_parts_is_streamed(objects: ObjectStore) -> None:
    parts = [bytes([number]) * 3_000_000 for number in range(5)]
    stored = await objects.put_stream(chunks(*parts), limit=10**9)
    assert (stored.size, stored.sha256) == (15_000_000, hashlib.sha256(b"".join(parts)).hexdigest())
    assert await content(objects, stored.path) == b"".join(parts)


async def test_the_same_bytes_twice_are_one_file(objects: ObjectStore) -> None:
    first = await objects.put_stream(chunks(b"abc"), limit=100)
    second = await objects.put_stream(chunks(b"a", b"bc"), limit=100)
    assert first == second
    assert await content(objects, second.path) == b"abc"


async def test_an_empty_file_is_a_file(objects: ObjectStore) -> None:
    stored = await objects.put_stream(chunks(), limit=100)
    assert stored.size == 0
    assert await content(objects, stored.path) == b""


@pytest.mark.parametrize("limit", [1_000_000, 30_000_000])
async def test_too_large_is_refused_as_soon_as_it_is_known_and_leaves_nothing(
    tmp_path: Path, limit: int
) -> None:
    folder = tmp_path / "objects"
    asked = []

    async def endless() -> AsyncIterator[bytes]:
        while True:
            asked.append(1)
            yield b"x" * 4_000_000

    with pytest.raises(TooLarge):
        await ObjectStore.from_url(folder.as_uri()).put_stream(endless(), limit=limit)
    assert len(asked) == limit // 4_000_000 + 1
    assert [path for path in folder.rglob("*") if path.is_file()] == []


async def test_what_is_put_first_stays(objects: ObjectStore) -> None:
    assert await objects.put_if_absent("pages/1", b"first") == b"first"
    assert await objects.put_if_absent("pages/1", b"second") == b"first"
    assert await objects.get("pages/1") == b"first"


async def test_what_is_missing_is_none_or_an_error(objects: ObjectStore) -> None:
    assert await objects.get("pages/none") is None
    with pytest.raises(FileNotFoundError):
        await content(objects, "uploads/none")
