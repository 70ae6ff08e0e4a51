"""``python -m tests.web.screenshots``: every page, light and dark, into docs/screenshots.

Starts a stack and a 1C of its own, and ends them.
"""

import tempfile
from pathlib import Path

from playwright.sync_api import Browser, expect, sync_playwright

from tests.docs.blocks import ROOT
from tests.system.client import Client
from tests.system.onec import OneC
from tests.system.running import RunningStack
from tests.system.statements import statement
from tests.web.conftest import CHROMIUM
from tests.web.person import Person, Watched

INTO = ROOT / "docs" / "screenshots"
SIZE = {"width": 1000, "height": 640}


def main() -> None:
    """Take them all."""
    INTO.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="tidemark-page-") as folder:
        onec = OneC.on_a_free_port(Path(folder) / "onec.log")
        stack = RunningStack(Path(folder) / "home", onec.settings)
        try:
            onec.start()
            stack.start()
            task_id = _worked(stack, Path(folder))
            with sync_playwright() as driver:
                browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
                for scheme in ("light", "dark"):
                    _taken(browser, stack, task_id, scheme)
                browser.close()
        finally:
            stack.destroy()
            onec.stop()


def _worked(stack: RunningStack, folder: Path) -> str:
    """Some tasks; the id of one with rejected rows."""
    client = Client.signed_in(stack.known()["api"], "manager", stack.passwords["manager"])
    for seed in (1, 2):
        client.finished(client.started(statement(folder, 2_000, seed, ()).path))
    found = client.started(statement(folder, 3_000, 3, ("amount_malformed", "date_impossible")).path)
    client.finished(found)
    days = {"date_from": "2026-03-01", "date_to": "2026-03-31"}
    answer = client.http.post("/sync-1c/bank-transactions/sync-async", json=days)
    client.finished(str(answer.raise_for_status().json()["task_id"]))
    return found


def _taken(browser: Browser, stack: RunningStack, task_id: str, scheme: str) -> None:
    context = browser.new_context(
        base_url=stack.known()["api"],
        locale="ru-RU",
        color_scheme=scheme,  # type: ignore[arg-type]
        viewport=SIZE,  # type: ignore[arg-type]
        reduced_motion="reduce",
    )
    page = context.new_page()
    somebody = Person(context, page, "manager", stack.passwords["manager"], "ru", Watched())

    def take(name: str) -> None:
        page.screenshot(path=INTO / f"{name}-{scheme}.png")

    page.goto("/tasks")
    expect(page.get_by_label(somebody.word("password"))).to_be_visible()
    take("sign-in")
    somebody.gives(somebody.password).is_in()
    expect(page.locator(f'a[href="/tasks/{task_id}"]')).to_be_visible()
    take("tasks")
    page.goto(f"/tasks/{task_id}")
    expect(page.locator(".ant-timeline-item").first).to_be_visible()
    take("task")
    somebody.button("sync").click()
    expect(page.get_by_placeholder(somebody.word("first day"))).to_be_visible()
    take("sync")
    context.close()


if __name__ == "__main__":
    main()
