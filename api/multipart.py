"""An upload as it comes off the wire: the file goes straight into the object store, fields into memory.

Nothing is spooled: python-multipart's push parser is fed a network chunk at a time, and what it finds
of the file is handed on before the next chunk is read.
"""

import re
from collections import deque
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from python_multipart.multipart import MultipartParser, parse_options_header

from api.problems import Problem
from infra.objects import ObjectStore, StoredFile, TooLarge

FIELD_BYTES = 64 * 1024
MOST_PARTS = 20
# Boundaries, headers and fields beside the file.
OVERHEAD_BYTES = 1024 * 1024
HEAD_BYTES = 1024
MB = 1024 * 1024
MOST_NAME = 255

_CODED = re.compile(rb"filename\*\s*=\s*utf-8''([^;\s]+)", re.IGNORECASE)


def form_with(fields: Mapping[str, Any]) -> dict[str, Any]:
    """How OpenAPI shows a body with a file and ``fields`` (schemas by name)."""
    file = {"type": "string", "format": "binary"}
    schema = {"type": "object", "required": ["file"], "properties": {"file": file, **fields}}
    return {"requestBody": {"required": True, "content": {"multipart/form-data": {"schema": schema}}}}


@dataclass(slots=True)
class Upload:
    """What a form held. ``head`` is the file's first kilobyte; ``fields`` are texts."""

    file: StoredFile | None = None
    file_name: str | None = None
    head: bytes = b""
    fields: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class _Part:
    name: str = ""
    file_name: str | None = None
    ended: bool = False
    pieces: deque[bytes] = field(default_factory=deque)


class Form:
    """One ``multipart/form-data`` body. The file may be ``limit`` bytes long."""

    def __init__(self, stream: AsyncIterator[bytes], content_type: str, limit: int) -> None:
        kind, options = parse_options_header(content_type)
        boundary = options.get(b"boundary")
        if kind != b"multipart/form-data" or not boundary or len(boundary) > 200:
            raise Problem(415, "not_multipart", field="Content-Type")
        self._stream = stream
        self._limit = limit
        self._parts: deque[_Part] = deque()
        self._part = _Part()
        self._header = [b"", b""]
        self._seen = 0
        self._complete = False
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._begin,
                "on_header_field": lambda data, start, end: self._add_header(0, data[start:end]),
                "on_header_value": lambda data, start, end: self._add_header(1, data[start:end]),
                "on_header_end": self._end_header,
                "on_headers_finished": lambda: self._parts.append(self._part),
                "on_part_data": lambda data, start, end: self._part.pieces.append(data[start:end]),
                "on_part_end": self._end_part,
                "on_end": self._end,
            },
        )

    async def read(self, store: ObjectStore) -> Upload:
        """The whole form, the file stored; raises Problem, and then nothing was kept."""
        upload = Upload()
        while (part := await self._next()) is not None:
            if part.file_name is None:
                upload.fields[part.name] = await self._text(part)
            elif part.name != "file":
                raise Problem(422, "file_missing", field="file")
            elif upload.file is not None:
                raise Problem(422, "file_twice", field="file")
            else:
                upload.file_name = part.file_name
                upload.file = await self._store(part, store, upload)
        if not self._complete:
            raise Problem(400, "form_malformed", field="body")
        return upload

    async def _store(self, part: _Part, store: ObjectStore, upload: Upload) -> StoredFile:
        async def body() -> AsyncIterator[bytes]:
            async for piece in self._body(part):
                if len(upload.head) < HEAD_BYTES:
                    upload.head += piece[: HEAD_BYTES - len(upload.head)]
                yield piece
            if not part.ended:
                # Cut off: half a file must not look like a whole one.
                raise Problem(400, "form_malformed", field="file")

        try:
            return await store.put_stream(body(), self._limit)
        except TooLarge as error:
            raise too_large(self._limit) from error

    async def _text(self, part: _Part) -> str:
        found = bytearray()
        async for piece in self._body(part):
            found += piece
            if len(found) > FIELD_BYTES:
                raise Problem(413, "body_too_large", field=part.name, limit_kb=FIELD_BYTES // 1024)
        try:
            return found.decode()
        except UnicodeDecodeError as error:
            raise Problem(422, "form_malformed", field=part.name) from error

    async def _body(self, part: _Part) -> AsyncIterator[bytes]:
        while True:
            while part.pieces:
                yield bytes(part.pieces.popleft())
            if part.ended or not await self._feed():
                return

    async def _next(self) -> _Part | None:
        while not self._parts:
            if self._complete or not await self._feed():
                return None
        return self._parts.popleft()

    async def _feed(self) -> bool:
        chunk = await anext(self._stream, b"")
        if not chunk:
            return False
        try:
            self._parser.write(chunk)
        except ValueError as error:
            raise Problem(400, "form_malformed", field="body") from error
        return True

    def _begin(self) -> None:
        self._seen += 1
        if self._seen > MOST_PARTS:
            raise Problem(422, "form_malformed", field="body")
        self._part = _Part()

    def _add_header(self, which: int, data: bytes) -> None:
        self._header[which] += data

    def _end_header(self) -> None:
        name, value = self._header
        self._header = [b"", b""]
        if name.strip().lower() != b"content-disposition":
            return
        _, options = parse_options_header(value)
        self._part.name = options.get(b"name", b"").decode("utf-8", "replace")[:100]
        self._part.file_name = _file_name(value, options.get(b"filename"))

    def _end_part(self) -> None:
        self._part.ended = True

    def _end(self) -> None:
        self._complete = True


def _file_name(header: bytes, plain: bytes | None) -> str | None:
    """The name without folders and control characters; RFC 5987's ``filename*`` wins. None = no file."""
    coded = _CODED.search(header)
    if coded is None and plain is None:
        return None
    name = unquote(coded[1].decode("latin-1")) if coded else (plain or b"").decode("utf-8", "replace")
    name = "".join(sign for sign in name if sign.isprintable()).replace("\\", "/").rpartition("/")[2]
    return name[-MOST_NAME:]


def too_large(limit: int) -> Problem:
    return Problem(413, "file_too_large", field="file", headers={"Connection": "close"}, limit_mb=limit // MB)
