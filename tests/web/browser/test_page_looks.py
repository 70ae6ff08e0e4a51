"""Every page, light and dark: axe finds nothing serious."""

import pytest
from playwright.sync_api import expect

from tests.system.client import Client
from tests.web.conftest import Coming


@pytest.fixture
def task_id(client: Client) -> str:
    """A task that has ended."""
    answer = client.http.post("/sync-1c/contractors/sync-async")
    found = str(answer.raise_for_status().json()["task_id"])
    client.finished(found)
    return found


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "ru"])
def test_nothing_serious_stands_in_the_way(comes: Coming, task_id: str, scheme: str, language: str) -> None:
    somebody = comes(language=language, color_scheme=scheme)
    page = somebody.page
    page.goto("/tasks")
    expect(page.get_by_label(somebody.word("password"))).to_be_visible()
    found = {"sign in": somebody.serious()}
    somebody.gives(somebody.password).is_in()
    expect(page.locator(f'a[href="/tasks/{task_id}"]')).to_be_visible()
    found["tasks"] = somebody.serious()
    page.goto(f"/tasks/{task_id}")
    expect(page.locator(".ant-timeline-item").first).to_be_visible()
    found["task"] = somebody.serious()
    somebody.button("sync").click()
    expect(page.get_by_placeholder(somebody.word("first day"))).to_be_visible()
    found["sync"] = somebody.serious()
    assert {name: what for name, what in found.items() if what} == {}
