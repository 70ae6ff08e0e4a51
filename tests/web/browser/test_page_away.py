"""Parts of the stack are killed: the page says so once, and comes back by itself."""

import os
import signal

from playwright.sync_api import expect

from tests.system.client import Client
from tests.system.running import RunningStack
from tests.web.conftest import Coming

# What a browser says of a server that does not answer, of itself.
AWAY = ["ERR_CONNECTION", "WebSocket connection", "503 (Service Unavailable)", "ERR_EMPTY_RESPONSE"]


def _killed(stack: RunningStack, name: str) -> None:
    before = stack.pids()[name]
    os.kill(before, signal.SIGKILL)
    stack.wait_until_restarted(name, before)


def _another(client: Client) -> str:
    """A task that somebody else starts; its id."""
    answer = client.http.post("/sync-1c/contractors/sync-async")
    return str(answer.raise_for_status().json()["task_id"])


def test_the_page_comes_back_after_the_api_was_killed(
    comes: Coming, stack: RunningStack, client: Client
) -> None:
    somebody = comes().signs_in().is_in()
    somebody.watched.expected += AWAY
    _killed(stack, "api")
    expect(somebody.page.get_by_text("The server has not answered for")).to_have_count(0)
    link = somebody.page.locator(f'a[href="/tasks/{_another(client)}"]')
    expect(link).to_be_visible(timeout=60_000)


def test_the_page_goes_on_after_the_projections_were_killed(
    comes: Coming, stack: RunningStack, client: Client
) -> None:
    somebody = comes().signs_in().is_in()
    somebody.watched.expected += AWAY
    _killed(stack, "projections")
    task_id = _another(client)
    row = somebody.page.get_by_role("row").filter(has=somebody.page.locator(f'a[href="/tasks/{task_id}"]'))
    expect(row).to_contain_text("Done", timeout=120_000)
