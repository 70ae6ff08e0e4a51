"""Error bodies as JSON, XML and HTML, and what each answer means for the import."""

import json
from pathlib import Path

import pytest

from domain.errors import SourceRefused, SourceUnavailable
from jobs.sources.onec.errors import NoElement, Said, refusal, said
from stack.onec import problems

JSON = json.dumps(
    {"odata.error": {"code": "20", "message": {"lang": "ru", "value": "Нарушение прав"}}}
).encode()
XML = (
    b'<?xml version="1.0"?><m:error xmlns:m="x"><m:code>-1</m:code>'
    b'<m:message xml:lang="ru">a &lt; b</m:message></m:error>'
)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (JSON, Said("20", "Нарушение прав")),
        (XML, Said("-1", "a < b")),
        (b'{"odata.error": {"code": 9, "message": "text"}}', Said("9", "text")),
        (b'{"odata.error": {"code": "9"}}', Said("9", "")),
        (b'{"odata.error": "9"}', Said(None, '{"odata.error": "9"}')),
        (b"[]", Said(None, "[]")),
        (
            b"<html><style>b{}</style><h1>503</h1><p>Busy &amp; tired</p></html>",
            Said(None, "503 Busy & tired"),
        ),
        (b"<error><code>3</code></error>", Said("3", "")),
        (b"", Said(None, "")),
        (b"\xff\xfe<h1>x</h1>", Said(None, "\ufffd\ufffd x")),
    ],
)
def test_an_error_body_is_read_in_every_form(body: bytes, expected: Said) -> None:
    assert said(body) == expected


def test_a_huge_body_is_cut() -> None:
    assert len(said(b"x" * 1_000_000).text) == 2_000


@pytest.mark.parametrize(
    ("status", "words", "kind", "code"),
    [
        (401, Said("20", ""), SourceRefused, "onec_rights"),
        (401, Said(None, ""), SourceRefused, "onec_login"),
        (403, Said(None, ""), SourceRefused, "onec_forbidden"),
        (404, Said("8", ""), SourceRefused, "onec_no_entity"),
        (404, Said("9", ""), NoElement, "onec_no_entity"),
        (404, Said(None, ""), SourceRefused, "onec_no_service"),
        (400, Said("14", ""), SourceRefused, "onec_bad_request"),
        (500, Said("-1", ""), SourceRefused, "onec_exception"),
        (500, Said(None, "Не обнаружено свободной лицензии!"), SourceUnavailable, "onec_no_licence"),
        (500, Said("-1", "No free license"), SourceUnavailable, "onec_no_licence"),
        (501, Said("0", ""), SourceRefused, "onec_not_implemented"),
        (502, Said(None, ""), SourceUnavailable, "onec_gateway"),
        (503, Said(None, ""), SourceUnavailable, "onec_gateway"),
        (504, Said(None, ""), SourceUnavailable, "onec_gateway"),
        (302, Said(None, ""), SourceRefused, "onec_redirected"),
        (418, Said(None, ""), SourceRefused, "onec_refused"),
    ],
)
def test_an_answer_says_who_acts_next(status: int, words: Said, kind: type, code: str) -> None:
    error = refusal(status, words, "Document_X")
    assert type(error) is kind
    assert error.code == code
    assert error.arguments["status"] == status


def test_the_words_of_1c_are_a_detail_and_never_an_argument() -> None:
    error = refusal(500, Said("-1", "Не удалось провести «Иванов»"), "Document_X")
    assert error.detail == "Не удалось провести «Иванов»"
    assert error.arguments == {"entity": "Document_X", "status": 500}
    assert "Иванов" not in str(error)


@pytest.mark.parametrize("as_json", [True, False])
def test_the_simulator_writes_errors_that_are_read_back(as_json: bool) -> None:
    refused = problems.no_entity_set('a<b>&"c"')
    assert said(bytes(problems.body(refused, as_json).body)) == Said("8", 'Тип сущности "a<b>&"c"" не найден')


SAMPLES = Path(__file__).parents[3] / "shared" / "samples" / "odata"
EXPECTED = {
    "error_401_code20.json": Said("20", "Нарушение прав доступа"),
    "error_404_code9.json": Said("9", "Экземпляр сущности не найден"),
    "error_500_code-1.json": Said("-1", 'Не удалось провести "X"'),
    "error_501.xml": Said("0", "Произошла ошибка сервиса"),
}


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("error_*")), ids=lambda path: path.name)
def test_real_error_bodies_are_read(path: Path) -> None:
    assert said(path.read_bytes()) == EXPECTED[path.name]
