"""Uploads: streamed, limited, refused with the field at fault."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

from api.multipart import Form
from api.problems import Problem
from infra.objects import ObjectStore
from tests.api.installation import Installation, statement

pytestmark = [pytest.mark.integration, pytest.mark.asyncio(loop_scope="module")]

PATH = "/api/v1/imports/bank-transactions"
TYPE = "multipart/form-data; boundary=cut"


def _form(*parts: tuple[str, bytes]) -> bytes:
    body = b"".join(
        b"--cut\r\nContent-Disposition: form-data; " + head.encode() + b"\r\n\r\n" + content + b"\r\n"
        for head, content in parts
    )
    return body + b"--cut--\r\n"


async def _read(body: bytes, step: int = 7, limit: int = 10_000) -> tuple[bytes, dict[str, str], str | None]:
    async def stream() -> AsyncIterator[bytes]:
        for start in range(0, len(body), step):
            yield body[start : start + step]

    store = ObjectStore.from_url("memory:///")
    upload = await Form(stream(), TYPE, limit).read(store)
    content = b""
    if upload.file is not None:
        content = b"".join([chunk async for chunk in store.open(upload.file.path)])
    return content, upload.fields, upload.file_name


@pytest.mark.parametrize("step", [1, 7, 64, 100_000])
async def test_a_form_reads_the_same_in_pieces_of_any_size(step: int) -> None:
    content = b"\r\n--cu\r\n--" + bytes(range(256)) * 20
    body = _form(('name="dry_run"', b"true"), ('name="file"; filename="a.txt"', content), ('name="p"', b"{}"))
    assert await _read(body, step) == (content, {"dry_run": "true", "p": "{}"}, "a.txt")


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ('filename="выписка.txt"', "выписка.txt"),
        ("filename*=UTF-8''%D0%B0.txt", "а.txt"),
        ('filename="C:\\\\bank\\\\kl_to_1c.txt"', "kl_to_1c.txt"),
        ('filename="../../etc/passwd"', "passwd"),
        ('filename="a\0b.txt"', "ab.txt"),
        ('filename=""', ""),
    ],
)
async def test_a_file_name_is_a_name(header: str, name: str) -> None:
    _, _, found = await _read(_form((f'name="file"; {header}', b"x")))
    assert found == name


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (_form(('name="file"; filename="a"', b"x" * 10_001)), "file_too_large"),
        (_form(('name="file"; filename="a"', b"x"), ('name="file"; filename="b"', b"x")), "file_twice"),
        (_form(('name="other"; filename="a"', b"x")), "file_missing"),
        (_form(('name="params"', b"x" * 70_000)), "body_too_large"),
        (_form(('name="params"', b"\xff")), "form_malformed"),
        (_form(*[('name="p"', b"x")] * 30), "form_malformed"),
        (_form(('name="file"; filename="a"', b"x" * 100))[:120], "form_malformed"),
        (b"no form at all", "form_malformed"),
        (b"", "form_malformed"),
    ],
)
async def test_a_form_that_cannot_be_used(body: bytes, code: str) -> None:
    with pytest.raises(Problem) as refused:
        await _read(body, 64)
    assert refused.value.code == code


async def test_an_upload_that_is_too_large_by_its_own_word_is_not_read(api: Installation) -> None:
    async def never() -> AsyncIterator[bytes]:
        raise AssertionError("the body was read")
        yield b""

    length = str(api.settings.upload_limit_bytes * 2)
    async with api.client("manager") as client:
        headers = {"Content-Type": TYPE, "Content-Length": length}
        answer = await client.post(PATH, content=never(), headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (413, "file_too_large")


@pytest.mark.parametrize(
    ("content", "fields", "code", "field"),
    [
        (b"", {}, "file_empty", "file"),
        (b"PK\x03\x04 xl/workbook.xml", {}, "unsupported_format", "file"),
        (b"^Type=1^\r\n", {}, "unsupported_format", "file"),
        (b"hello", {}, "not_client_bank", "file"),
        (statement(1), {"params": "[1]"}, "params_invalid", "params"),
        (statement(1), {"params": "{"}, "params_invalid", "params"),
        (statement(1), {"params": '{"auto_clasify": true}'}, "request_invalid", "params.auto_clasify"),
        (statement(1), {"params": '{"batch_size": 5}'}, "request_invalid", "params.batch_size"),
        (statement(1), {"dry_run": "maybe"}, "flag_invalid", "dry_run"),
    ],
)
async def test_what_cannot_be_used_is_named(
    api: Installation, content: bytes, fields: dict[str, str], code: str, field: str
) -> None:
    async with api.client("manager") as client:
        answer = await client.post(PATH, files={"file": ("a.txt", content)}, data=fields)
    problem = answer.json()
    assert (answer.status_code, problem["code"], problem["field"]) == (422, code, field)
    assert answer.headers["content-type"] == "application/problem+json"


async def test_what_is_no_form(api: Installation) -> None:
    async with api.client("manager") as client:
        assert (await client.post(PATH, json={"file": 1})).status_code == 415
        assert (await client.post(PATH, data={"params": "{}"}, files={})).status_code == 415
        nothing = await client.post(PATH, files={"params": (None, "{}")})
        assert nothing.json()["code"] == "file_missing"
        unknown = await client.post("/api/v1/imports/weather", files={"file": ("a", b"x")})
        assert (unknown.status_code, unknown.json()["code"]) == (404, "kind_unknown")
        assert "part-numbers, quotes, stock" in unknown.json()["detail"]
        for kind in ("bank_transactions", "stock_import"):
            known = await client.post(f"/api/v1/imports/{kind}", files={"file": ("a", b"%PDF-1.7")})
            assert known.status_code == 422


async def test_two_uploads_of_one_file_at_once_give_one_task(api: Installation) -> None:
    content = statement("at once")
    answers = await asyncio.gather(*(api.upload(content) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [202, 409, 409, 409]
    first = next(answer.json()["task_id"] for answer in answers if answer.status_code == 202)
    assert {a.json()["args"]["task_id"] for a in answers if a.status_code == 409} == {first}


async def test_a_dry_run_does_not_stand_in_the_way(api: Installation) -> None:
    content = statement("dry")
    dry = await api.submitted(content, dry_run="true")
    assert (await api.get(f"/tasks/{dry}"))["dry_run"] is True
    assert (await api.upload(content)).status_code == 202


async def test_a_file_is_streamed_and_kept_by_its_content(api: Installation) -> None:
    content = statement("large") + b"x" * 3_000_000

    async def slowly() -> AsyncIterator[bytes]:
        body = _form(('name="file"; filename="a.txt"', content))
        for start in range(0, len(body), 65_536):
            yield body[start : start + 65_536]

    async with api.client("manager") as client:
        answer: httpx.Response = await client.post(PATH, content=slowly(), headers={"Content-Type": TYPE})
    assert answer.status_code == 202, answer.text
    events = await api.get(f"/tasks/{answer.json()['task_id']}/events")
    while not events["items"]:
        events = await api.get(f"/tasks/{answer.json()['task_id']}/events")
    source = events["items"][0]["data"]["source"]
    assert source["size"] == len(content)
    assert source["path"] == f"uploads/{source['sha256']}"
