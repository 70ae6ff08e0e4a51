"""A statement out of the object store: surveyed, read once, added up; all or nothing where asked."""

from collections.abc import AsyncIterator

import pytest

from domain.errors import Fatal, UnsupportedFormat
from infra.objects import ObjectStore
from jobs.base import Page, SourceTools, TaskSpec, TotalsRefused
from jobs.formats.client_bank import generate
from jobs.sources.statement import StatementSource


async def source(content: bytes, **params: object) -> StatementSource:
    objects = ObjectStore.from_url("memory:///")

    async def chunks() -> AsyncIterator[bytes]:
        yield content

    stored = await objects.put_stream(chunks(), limit=10**9)
    spec = TaskSpec("t", 1, "bank_transactions", params, {"type": "upload", "path": stored.path})
    return StatementSource(spec, SourceTools(objects, lambda account: f"ref {account}"))


async def read(made: StatementSource) -> list[Page]:
    await made.survey()
    return [page async for page in made.pages()]


def statement(documents: int, **more: object) -> bytes:
    return b"".join(generate(documents, **more))  # type: ignore[arg-type]


async def test_success_every_document_is_a_row_and_the_totals_add_up() -> None:
    made = await source(statement(3_000))
    survey = await made.survey()
    assert survey.rows == 3_000
    assert survey.context["source"] == "client_bank"
    assert sum(len(page.rows) for page in await read(made)) == 3_000
    [account] = made.summary().totals
    assert account.total.account_ref == f"ref {account.account}"
    assert (account.total.turnover, account.total.closing) == ("adds_up", "adds_up")


async def test_reading_twice_gives_the_same_pages() -> None:
    made = await source(statement(2_000, identical=5))
    first, second = await read(made), await read(made)
    assert first == second
    assert sum(len(page.ordinals) for page in first) == 5


async def test_failing_another_format_is_refused_before_a_row() -> None:
    with pytest.raises(UnsupportedFormat):
        await (await source(b"PK\x03\x04" + b"\0" * 2_000)).survey()


async def test_a_file_that_is_gone_fails_by_name() -> None:
    made = StatementSource(
        TaskSpec("t", 1, "bank_transactions", {}, {"type": "upload", "path": "uploads/gone"}),
        SourceTools(ObjectStore.from_url("memory:///"), str),
    )
    with pytest.raises(Fatal) as failed:
        await made.survey()
    assert failed.value.code == "upload_missing"


async def test_without_an_end_it_is_read_and_noted() -> None:
    made = await source(statement(10).replace("КонецФайла".encode("cp1251"), b""))
    await read(made)
    assert made.summary().notes == ("statement_without_end",)


def other_closing(content: bytes) -> bytes:
    """The statement with another closing balance; the header has none."""
    label = "КонечныйОстаток=".encode("cp1251")
    before, _, rest = content.partition(label)
    return before + label + b"0.01\r\n" + rest.partition(b"\n")[2]


async def test_a_closing_balance_that_differs_is_named_and_turnover_is_not() -> None:
    made = await source(other_closing(statement(50)))
    await read(made)
    [account] = made.summary().totals
    assert (account.total.turnover, account.total.closing) == ("adds_up", "differs")
    assert str(account.total.closing_stated) == "0.01"


async def test_must_match_refuses_a_difference_with_its_figures() -> None:
    made = await source(other_closing(statement(50)), control_totals="must_match")
    with pytest.raises(TotalsRefused) as refused:
        await made.survey()
    assert refused.value.code == "closing_differs"
    [account] = refused.value.totals
    assert str(account.total.closing_stated) == "0.01"


async def test_must_match_refuses_what_cannot_be_proven() -> None:
    made = await source(statement(50, bad=["amount_missing"]), control_totals="must_match")
    with pytest.raises(TotalsRefused) as refused:
        await made.survey()
    assert refused.value.code == "turnover_unproven"


async def test_must_match_lets_through_what_adds_up() -> None:
    made = await source(statement(50), control_totals="must_match")
    assert (await made.survey()).rows == 50
