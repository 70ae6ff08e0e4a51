"""A period of 1C, from the question to its end: followed, stopped, sent as it was picked, read on a phone."""

import re

import pytest
from playwright.sync_api import expect

from tests.system.client import Client
from tests.system.onec import OneC
from tests.waiting import until
from tests.web.conftest import Coming
from tests.web.person import Person

ENTITY = "Document_ПоступлениеНаРасчетныйСчет"
DONE = {"en": "Done", "ru": "Выполнена"}
PHONE = {"width": 390, "height": 844}


def _task_id(somebody: Person) -> str:
    """Of the task page that somebody is on."""
    expect(somebody.page).to_have_url(re.compile("/tasks/[0-9a-f-]{36}$"))
    return somebody.page.url.rpartition("/")[2]


@pytest.mark.parametrize(
    ("language", "first", "last"),
    [("en", "2026-03-05", "2026-03-06"), ("ru", "09.03.2026", "10.03.2026")],
)
def test_a_period_is_loaded_before_ones_eyes(
    comes: Coming, client: Client, language: str, first: str, last: str
) -> None:
    somebody = comes(language=language).signs_in().is_in()
    somebody.asks_for(first, last)
    somebody.starts()
    task_id = _task_id(somebody)
    expect(somebody.page.get_by_text(DONE[language], exact=True).first).to_be_visible(timeout=120_000)
    total = client.task(task_id)["counts"]["created"]
    assert total > 0
    shown = somebody.page.get_by_role("dialog").locator(
        ".ant-statistic", has_text="Created" if language == "en" else "Создано"
    )
    expect(shown).to_contain_text(str(total))
    # A link of the toast leads to the same task.
    expect(somebody.page.locator(".ant-notification-notice")).to_be_visible()


def test_a_running_task_is_stopped_after_a_question(comes: Coming, onec: OneC) -> None:
    onec.fault("slow", times=0, path="Document_", seconds=2)
    somebody = comes().signs_in().is_in()
    somebody.asks_for("2025-01-01", "2025-12-31")
    somebody.starts()
    dialog = somebody.page.get_by_role("dialog")
    dialog.get_by_role("button", name="Stop").click()
    question = somebody.page.locator(".ant-popconfirm", has_text="Stop this task?")
    expect(question).to_contain_text("What has been written stays")
    question.get_by_role("button", name="Let it run").click()
    expect(somebody.page.get_by_text("Stopped")).to_have_count(0)
    dialog.get_by_role("button", name="Stop").click()
    question.get_by_role("button", name="Stop", exact=True).click()
    expect(somebody.page.get_by_text("Stopped", exact=True).first).to_be_visible(timeout=60_000)


@pytest.mark.parametrize(
    ("zone", "now", "first", "last"),
    [
        # In UTC the month has ended, in New York it has not.
        ("America/New_York", "2026-03-31T23:30:00-04:00", "2026-02-01", "2026-02-28"),
        # In Vladivostok it has, in UTC not.
        ("Asia/Vladivostok", "2026-04-01T00:30:00+10:00", "2026-03-01", "2026-03-31"),
    ],
)
def test_the_days_sent_are_the_days_picked(comes: Coming, zone: str, now: str, first: str, last: str) -> None:
    somebody = comes(timezone_id=zone)
    somebody.page.clock.set_fixed_time(now)
    somebody.signs_in().is_in()
    somebody.button("sync").click()
    somebody.page.get_by_placeholder("Start date").click()
    somebody.page.get_by_text("Last month").click()
    for name, day in (("Start date", first), ("End date", last)):
        expect(somebody.page.get_by_placeholder(name)).to_have_value(day)
    with somebody.page.expect_request("**/bank-transactions/sync-async") as asked:
        somebody.starts()
    sent = asked.value.post_data_json or {}
    assert (sent["date_from"], sent["date_to"]) == (first, last)


def test_on_a_phone_one_can_watch_stop_and_read(comes: Coming, onec: OneC) -> None:
    onec.fault("slow", times=0, path="Document_", seconds=2)
    somebody = comes(viewport=PHONE, has_touch=True).signs_in().is_in()
    somebody.asks_for("2024-01-01", "2024-12-31")
    somebody.starts()
    dialog = somebody.page.get_by_role("dialog")
    dialog.get_by_role("link", name="What happened").click()
    _task_id(somebody)
    for path in (somebody.page.url, "/tasks"):
        somebody.page.goto(path)
        expect(somebody.page.get_by_text("Running", exact=True).first).to_be_visible()
        width = somebody.page.evaluate("document.documentElement.scrollWidth")
        assert width <= PHONE["width"], path
    somebody.page.get_by_role("link", name=re.compile("2024")).first.click()
    somebody.button("stop").click()
    somebody.page.locator(".ant-popconfirm").get_by_role("button", name="Stop", exact=True).click()
    expect(somebody.page.get_by_text("Stopped", exact=True).first).to_be_visible(timeout=60_000)


def test_the_other_language_is_a_click_away(comes: Coming) -> None:
    somebody = comes().signs_in().is_in()
    somebody.page.get_by_role("button", name="Русский").click()
    expect(somebody.page.get_by_role("button", name="Синхронизация 1С")).to_be_visible()
    until(lambda: somebody.page.evaluate("document.documentElement.lang") == "ru", "the document is Russian")
    somebody.page.reload()
    expect(somebody.page.get_by_role("button", name="English")).to_be_visible()
