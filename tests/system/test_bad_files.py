"""What is no statement is refused at the door, with a name for what it is; nothing is started."""

import io
import json
import os
import sys
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path

import httpx
import pytest

from jobs.formats.client_bank import generate
from stack.environment import ROOT
from stack.ports import choose
from tests.system.client import Client
from tests.system.conftest import Making
from tests.system.guarded import started
from tests.system.running import RunningStack
from tests.system.words import check_problem, check_worded
from tests.waiting import until

pytestmark = [pytest.mark.system, pytest.mark.timeout(300)]

SAMPLES = ROOT.parent / "shared" / "samples" / "client-bank"
BELARUSIAN = "***** ^Type=4^ ^Acc=BY34ALFA30122H10700010270000^\r\n[IN_PARAM]\r\n^DateBegin=12.02.2026^\r\n"
LIMIT = 200_000


def belarusian() -> bytes:
    sample = SAMPLES / "bxshef_demo-type4-alfa.txt"
    return sample.read_bytes() if sample.exists() else BELARUSIAN.encode()


def archive(*names: str) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as file:
        for name in names:
            file.writestr(name, b"1CClientBankExchange\r\n")
    return held.getvalue()


def xml() -> bytes:
    return '<?xml version="1.0" encoding="UTF-8"?>\n<КоммерческаяИнформация/>'.encode()


FILES: dict[str, tuple[Callable[[], bytes], str, str]] = {
    "empty": (bytes, "file_empty", ""),
    "blank": (lambda: b"\r\n \r\n", "file_empty", ""),
    "belarusian": (belarusian, "unsupported_format", "belarusian_client_bank"),
    "xml": (xml, "unsupported_format", "xml"),
    "xlsx": (lambda: archive("[Content_Types].xml", "xl/workbook.xml"), "unsupported_format", "xlsx"),
    "zip": (lambda: archive("kl_to_1c.txt"), "unsupported_format", "zip"),
    "prose": (lambda: "Уважаемый клиент, выписки нет.".encode("cp1251"), "not_client_bank", ""),
}


@pytest.mark.parametrize("name", FILES)
def test_another_format_is_refused_by_name(stack: RunningStack, manager: Client, name: str) -> None:
    make, code, found = FILES[name]
    before = submissions(stack)
    russian, english = (manager.upload(make(), language) for language in ("ru", "en"))
    arguments = check_problem(russian.json(), english.json(), 422, code)
    assert arguments.get("found", "") == found
    assert english.json()["field"] == "file"
    assert submissions(stack) == before


def submissions(stack: RunningStack) -> int:
    with stack.database() as connection:
        found = connection.execute("SELECT count(*) FROM intake").fetchone()
    assert found is not None
    return int(found[0])


def test_a_statement_of_one_line_fails_with_words(stack: RunningStack, manager: Client) -> None:
    task = manager.finished(manager.started(b"1CClientBankExchange\r\n"))
    assert (task["status"], task["outcome"]) == ("failed", None)
    assert task["error"]["type"] == "statement_empty"
    russian = manager.task(task["id"], "ru")["error"]["message"]
    check_worded("statement_empty", russian, task["error"]["message"])


@pytest.fixture(scope="module")
def small_api(stack_of_the_run: RunningStack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Another process of the API, that takes files of at most 200 KB."""
    stack_of_the_run.start()
    port = str(choose(set()))
    own = stack_of_the_run.environment_of("api", TIDEMARK_PORT=port, TIDEMARK_UPLOAD_LIMIT_BYTES=str(LIMIT))
    log = tmp_path_factory.mktemp("api") / "api.log"
    process = started([sys.executable, "-m", "api.main"], log, own)
    url = f"http://127.0.0.1:{port}"
    try:
        until(lambda: _answers(url), "the second API", 60)
        yield url
    finally:
        process.terminate()
        process.wait(20)


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/healthz", trust_env=False).is_success
    except httpx.TransportError:
        return False


@pytest.mark.parametrize("told", [True, False], ids=["told", "not told"])
def test_an_upload_above_the_limit_is_refused_early(
    stack: RunningStack, manager: Client, small_api: str, told: bool
) -> None:
    """By Content-Length before a byte is read; without one as soon as the limit is passed."""
    before = submissions(stack)
    form, kind = multipart(5_000_000 if told else 2 * LIMIT)
    sent = 0

    def body() -> Iterator[bytes]:
        nonlocal sent
        for at in range(0, len(form), 65_536):
            yield form[at : at + 65_536]
            sent = at

    headers = {"Content-Type": kind, "Authorization": manager.http.headers["Authorization"]}
    if told:
        headers["Content-Length"] = str(len(form))
    answers = []
    with httpx.Client(base_url=f"{small_api}/api/v1", timeout=60, trust_env=False) as http:
        for language in ("ru", "en"):
            answers.append(
                http.post(
                    "/imports/bank-transactions",
                    content=body(),
                    headers=headers | {"Accept-Language": language},
                )
            )
    check_problem(answers[0].json(), answers[1].json(), 413, "file_too_large")
    assert sent < len(form)
    assert submissions(stack) == before
    assert list((stack.home / "objects").glob("incoming/*")) == []


def test_three_gigabytes_are_refused_by_their_own_word(stack: RunningStack, manager: Client) -> None:
    """The usual limit is 2 GB; not a byte of the body is waited for."""
    address = httpx.URL(stack.known()["api"])
    connection = HTTPConnection(address.host, address.port, timeout=30)
    connection.putrequest("POST", "/api/v1/imports/bank-transactions")
    connection.putheader("Authorization", manager.http.headers["Authorization"])
    connection.putheader("Content-Type", "multipart/form-data; boundary=x")
    connection.putheader("Content-Length", str(3 * 1024**3))
    connection.endheaders()
    answer = connection.getresponse()
    assert (answer.status, json.load(answer)["code"]) == (413, "file_too_large")
    connection.close()


def multipart(size: int) -> tuple[bytes, str]:
    """A form with a file of so many bytes."""
    content = b"1CClientBankExchange\r\n".ljust(size, b"x")
    request = httpx.Request("POST", "http://x", files={"file": ("big.txt", content)})
    return request.read(), request.headers["Content-Type"]


def test_the_same_file_twice_names_the_first_task(stack: RunningStack, manager: Client, made: Making) -> None:
    file = made(20).path
    first = manager.started(file)
    russian, english = (manager.upload(file, language) for language in ("ru", "en"))
    arguments = check_problem(russian.json(), english.json(), 409, "file_already_imported")
    assert arguments["task_id"] == first
    assert first in english.json()["detail"]
    assert english.headers["Location"] == f"/api/v1/tasks/{first}"
    assert manager.finished(first)["counts"]["created"] == 20
    forced = manager.finished(manager.started(file, force=True))
    assert (forced["outcome"], forced["counts"]["duplicate"]) == ("clean", 20)


def test_of_two_clients_at_once_one_gets_the_task(manager: Client, tmp_path: Path) -> None:
    content = b"".join(generate(2_000, seed=int.from_bytes(os.urandom(4))))
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(manager.upload, [content, content]))
    accepted, refused = sorted(answers, key=lambda answer: answer.status_code)
    assert (accepted.status_code, refused.status_code) == (202, 409)
    assert refused.json()["args"]["task_id"] == accepted.json()["task_id"]
    assert manager.finished(accepted.json()["task_id"])["counts"]["created"] == 2_000
