"""Errors are problem details, also those that nobody planned."""

import re

import pytest

from infra.postgres import create_engine
from tests.api.installation import Installation

pytestmark = [pytest.mark.integration, pytest.mark.asyncio(loop_scope="module")]


async def test_no_such_path_and_no_such_method(api: Installation) -> None:
    async with api.client() as client:
        path = await client.get("/api/v1/nothing")
        method = await client.delete("/api/v1/tasks")
    assert (path.status_code, path.json()["code"]) == (404, "not_found")
    assert (method.status_code, method.json()["code"]) == (405, "method_not_allowed")
    assert method.headers["allow"] == "GET"
    for answer in (path, method):
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["type"] == f"urn:tidemark:problem:{answer.json()['code']}"


async def test_every_answer_has_an_id_for_support_and_strict_headers(api: Installation) -> None:
    async with api.client(**{"Tidemark-Correlation-Id": "call-17"}) as client:
        answer = await client.get("/api/v1/tasks/x")
    assert answer.headers["tidemark-correlation-id"] == answer.json()["correlation_id"] == "call-17"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert answer.headers["cache-control"] == "no-store"
    async with api.client(**{"Tidemark-Correlation-Id": "<script>"}) as client:
        answer = await client.get("/api/v1/tasks/x")
    assert re.fullmatch(r"[0-9a-f-]{36}", answer.headers["tidemark-correlation-id"])


async def test_a_period_that_ends_before_it_begins(api: Installation) -> None:
    body = {"date_from": "2025-03-31", "date_to": "2025-03-01"}
    answer = await api.post("/sync-1c/bank-transactions/sync-async", json=body)
    problem = answer.json()
    assert (answer.status_code, problem["code"], problem["field"]) == (422, "period_reversed", "date_to")
    assert "2025-03-01" in problem["detail"]
    async with api.client() as client:
        answer = await client.get("/api/v1/bank-transactions", params=body)
    assert (answer.status_code, answer.json()["field"]) == (422, "date_to")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"date_from": "2025-02-31", "date_to": "2025-03-01"}, "date_from"),
        ({"date_from": "2025-02-01", "date_to": "2025-03-01", "auto_classify": "yes"}, "auto_classify"),
        ({"date_from": "2025-02-01", "date_to": "2025-03-01", "auto_clasify": True}, "auto_clasify"),
        ({"date_from": "0001-01-01", "date_to": "2025-03-01"}, "date_from"),
    ],
)
async def test_a_field_at_fault_is_named(api: Installation, body: dict[str, object], field: str) -> None:
    answer = await api.post("/sync-1c/bank-transactions/sync-async", json=body)
    problem = answer.json()
    assert (answer.status_code, problem["code"], problem["field"]) == (422, "request_invalid", field)
    assert [error["field"] for error in problem["errors"]] == [field]


async def test_a_body_that_is_no_json_and_one_that_is_too_long(api: Installation) -> None:
    path = "/sync-1c/bank-transactions/sync-async"
    headers = {"Content-Type": "application/json"}
    answer = await api.post(path, content=b"{", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (422, "body_not_json")
    answer = await api.post(path, content=b" " * 1_100_000, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")


async def test_an_idempotency_key_that_cannot_be_one(api: Installation) -> None:
    body = {"date_from": "2025-03-01", "date_to": "2025-03-31"}
    for key in ("", "x" * 201):
        answer = await api.post(
            "/sync-1c/bank-transactions/sync-async", json=body, headers={"Idempotency-Key": key}
        )
        assert (answer.status_code, answer.json()["field"]) == (422, "Idempotency-Key")


async def test_problems_are_worded_in_the_readers_language(api: Installation) -> None:
    async with api.anonymous(**{"Accept-Language": "ru"}) as client:
        answer = await client.get("/api/v1/tasks")
    assert answer.json()["title"] == "Нужно войти"
    assert answer.headers["content-language"] == "ru"


async def test_nothing_of_python_stands_in_what_a_person_reads(api: Installation) -> None:
    async with api.client(**{"Accept-Language": "ru"}) as client:
        late = await client.get("/api/v1/accounts/coverage", params={"date_from": "9999-12-31"})
        kind = await client.get("/api/v1/pricelists", params={"kind": "other"})
    assert "не больше 2199-12-31" in late.json()["detail"]
    assert "'estimate', 'warehouse', 'competitor'" in kind.json()["detail"]


async def test_the_unexpected_gives_no_traceback_but_an_id(
    api: Installation, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(api.app.state.context, "submissions", None)
    answer = await api.post(
        "/sync-1c/bank-transactions/sync-async", json={"date_from": "2025-03-01", "date_to": "2025-03-02"}
    )
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (500, "internal_error")
    assert problem["correlation_id"] in problem["detail"]
    assert "Traceback" not in answer.text
    assert problem["correlation_id"] in caplog.text


async def test_a_database_that_is_away_is_no_error_of_the_caller(
    api: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    away = create_engine("postgresql://nobody@127.0.0.1:9/nothing")
    monkeypatch.setattr(api.app.state.context, "reading", away)
    async with api.client() as client:
        answer = await client.get("/api/v1/tasks")
        ready = await client.get("/readyz")
    assert (answer.status_code, answer.json()["code"]) == (503, "database_unavailable")
    assert answer.headers["retry-after"] == "5"
    assert (ready.status_code, ready.json()["postgres"]) == (503, False)
    await away.dispose()


async def test_ready_when_everything_answers_and_keeps_up(api: Installation) -> None:
    async with api.anonymous() as client:
        assert (await client.get("/healthz")).json() == {"status": "ok"}
        ready = await client.get("/readyz")
        while ready.status_code != 200:
            ready = await client.get("/readyz")
    found = ready.json()
    assert (found["postgres"], found["kafka"], found["projection"]["ok"]) == (True, True, True)


async def test_the_page_is_one_document_for_all_its_addresses(api: Installation) -> None:
    async with api.anonymous() as client:
        for path in ("/", "/tasks", "/tasks/01990000-0000-7000-8000-0000000000ff"):
            answer = await client.get(path)
            assert answer.status_code == 200
            rules = answer.headers["content-security-policy"]
            assert "script-src 'self';" in rules
            assert "unsafe" not in rules
            nonce = re.search(r"'nonce-([\w-]+)'", rules)
            assert nonce is not None
            assert f'content="{nonce[1]}"' in answer.text
            assert "<script>" not in answer.text
        assert (await client.get("/assets/app.py")).status_code == 404


async def test_what_the_page_loads_is_kept_by_browsers(api: Installation) -> None:
    async with api.anonymous() as client:
        document = (await client.get("/")).text
        script = re.search(r'src="(/assets/[^"]+)"', document)
        assert script is not None
        answer = await client.get(script[1], headers={"Accept-Encoding": "gzip"})
        assert "immutable" in answer.headers["cache-control"]
        assert answer.headers["content-encoding"] == "gzip"
        assert answer.headers["content-type"].startswith("text/javascript")


async def test_who_is_signed_in(api: Installation) -> None:
    async with api.client("manager") as client:
        assert (await client.get("/api/v1/auth/me")).json()["role"] == "manager"
    async with api.anonymous() as client:
        assert (await client.get("/api/v1/auth/me")).status_code == 401
