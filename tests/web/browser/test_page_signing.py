"""Who is who: passwords, sessions and roles, as they look on the page."""

import re

import pytest
from playwright.sync_api import expect

from tests.web.conftest import Coming

FIRST_PASSWORD = ".tidemark/credentials.json"
REFUSED = "401 (Unauthorized)"


@pytest.mark.parametrize("language", ["en", "ru"])
def test_a_wrong_password_says_where_the_first_was_written(comes: Coming, language: str) -> None:
    somebody = comes(language=language)
    somebody.watched.expected.append(REFUSED)
    somebody.signs_in(password="nonsense")
    expect(somebody.page.get_by_text(FIRST_PASSWORD)).to_be_visible()
    somebody.gives(somebody.password).is_in()


def test_an_expired_session_returns_to_the_same_page_with_its_filters(comes: Coming) -> None:
    somebody = comes().signs_in("/tasks?status=failed&q=abc").is_in()
    somebody.watched.expected.append(REFUSED)
    # The server no longer knows the token, of which every tab hears.
    other = somebody.context.new_page()
    other.goto("/tasks")
    other.evaluate(
        """localStorage.setItem("tidemark.session", JSON.stringify({token: "x", expires: 1e15}))"""
    )
    other.close()
    expect(somebody.page.get_by_text("Your session has ended")).to_be_visible()
    expect(somebody.page).to_have_url(re.compile(r"/tasks\?status=failed&q=abc$"))
    somebody.gives(somebody.password).is_in()
    expect(somebody.page).to_have_url(re.compile(r"/tasks\?status=failed&q=abc$"))
    expect(somebody.page.get_by_label("File, text or id")).to_have_value("abc")


def test_nobody_sees_a_button_that_would_be_refused(comes: Coming) -> None:
    for name, seen in (("user", 0), ("manager", 1)):
        somebody = comes(name).signs_in().is_in()
        expect(somebody.page.get_by_role("region", name="Tasks")).to_be_visible()
        expect(somebody.button("sync")).to_have_count(seen)
