"""``make demo``: generated bank statements go through the whole system before your eyes."""

import asyncio
import contextlib
import json
import secrets
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from typing import IO, Any

import httpx
from rich.console import Console

from jobs.formats.client_bank.generator import BAD, generate
from stack.home import Home
from stack.showing import Bar, show_rejects, show_totals, show_verdicts
from stack.up import Stack

SMALL, LARGE = 5_000, 100_000
PLANTED = tuple(BAD)[:7]
POLL_SECONDS = 0.1
FINAL = frozenset({"completed", "failed", "cancelled"})
USER = "manager"


class DoesNotAddUp(Exception):
    """The import ended otherwise than its statement was made; the message says how."""


async def show(stack: Stack, once: bool, console: Console) -> None:
    """Import 5,000 documents, then (unless ``once``) 100,000 with seven bad ones, and stay."""
    async with _signed_in(stack) as api:
        await _import(api, console, SMALL, ())
        if once:
            return
        task_id = await _import(api, console, LARGE, PLANTED)
    console.print(
        f"\nSee it: {stack.api}/tasks/{task_id}\n"
        f"User {USER}, password {stack.passwords[USER]}\n"
        "The rows are marked as a demonstration; `make demo-clean` removes them.",
        markup=False,
        soft_wrap=True,
    )
    console.print("Ctrl-C stops everything.")
    await asyncio.Event().wait()


async def show_on_running(home: Home, once: bool, console: Console) -> None:
    """The same on a stack that somebody else keeps running: returns when all is imported."""
    known = home.read("stack.json")
    stack = Stack(
        home=home,
        api=known["api"],
        kafka=known["kafka"],
        database_url=known["database_url"],
        onec=known["onec"],
        passwords=home.read(home.credentials_file.name),
    )
    console.print(f"Tidemark runs already, at {stack.api}; it goes on running.")
    async with _signed_in(stack) as api:
        await _import(api, console, SMALL, ())
        if not once:
            task_id = await _import(api, console, LARGE, PLANTED)
            console.print(f"\nSee it: {stack.api}/tasks/{task_id}", soft_wrap=True)


@contextlib.asynccontextmanager
async def _signed_in(stack: Stack) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=f"{stack.api}/api/v1", timeout=60, trust_env=False) as api:
        form = {"username": USER, "password": stack.passwords.get(USER, "")}
        answer = await api.post("/auth/token", data=form)
        if answer.status_code == httpx.codes.UNAUTHORIZED:
            raise DoesNotAddUp(
                f"{USER} has another password than this start knows; set TIDEMARK_MANAGER_PASSWORD to it."
            )
        answer.raise_for_status()
        api.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        yield api


async def _import(api: httpx.AsyncClient, console: Console, documents: int, bad: Sequence[str]) -> str:
    """One generated statement from upload to verdicts; raises DoesNotAddUp."""
    planted = f", {len(bad)} of them bad" if bad else ""
    console.print(f"\nA bank statement of {documents:,} documents{planted}:")
    with tempfile.TemporaryFile() as file:
        size = await asyncio.to_thread(_write, file, documents, bad)
        console.print(f"  generated, {size / 1e6:.1f} MB; uploading")
        began = time.monotonic()
        accepted = await api.post(
            "/imports/bank-transactions",
            files={"file": (f"demo-{documents}.txt", file)},
            data={"params": json.dumps({"demo": True})},
        )
    accepted.raise_for_status()
    task_id: str = accepted.json()["task_id"]
    task = await _follow(api, console, task_id, documents)
    show_verdicts(console, task, documents, time.monotonic() - began)
    attempts = (await api.get(f"/tasks/{task_id}/attempts")).raise_for_status().json()["items"]
    show_totals(console, attempts[-1]["totals"])
    if bad:
        rejects = (await api.get(f"/tasks/{task_id}/rejects")).raise_for_status().json()["items"]
        show_rejects(console, rejects)
    judge(task, attempts[-1]["totals"], documents, len(bad))
    return task_id


def _write(file: IO[bytes], documents: int, bad: Sequence[str]) -> int:
    """A statement that nobody has uploaded yet: the same file twice would be refused."""
    for chunk in generate(documents, seed=secrets.randbits(32), bad=bad, demo=True):
        file.write(chunk)
    size = file.tell()
    file.seek(0)
    return size


async def _follow(api: httpx.AsyncClient, console: Console, task_id: str, documents: int) -> dict[str, Any]:
    with Bar(console, documents) as bar:
        while True:
            task: dict[str, Any] = (await api.get(f"/tasks/{task_id}")).raise_for_status().json()
            bar.show(task)
            if task["status"] in FINAL:
                return task
            await asyncio.sleep(POLL_SECONDS)


def judge(task: dict[str, Any], totals: Sequence[dict[str, Any]], documents: int, bad: int) -> None:
    """Every document has a verdict, the planted ones and no others are rejected, the totals add up."""
    counts = task["counts"]
    if task["status"] != "completed":
        raise DoesNotAddUp(f"The import ended as {task['status']}: {(task['error'] or {}).get('message')}")
    if sum(counts.values()) != documents or counts["rejected"] != bad:
        raise DoesNotAddUp(
            f"{documents:,} documents with {bad} bad ones went in; "
            f"{sum(counts.values()):,} were accounted for, {counts['rejected']:,} rejected."
        )
    proofs = {proof for account in totals for proof in (account["turnover"], account["closing"])}
    if not bad and proofs != {"adds_up"}:
        raise DoesNotAddUp(
            f"The statement's totals do not add up: {', '.join(sorted(proofs)) or 'none found'}"
        )
