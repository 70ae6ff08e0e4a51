"""One stack, 1C and Chromium for the tests of the page."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Playwright, expect, sync_playwright

from tests.system.client import Client
from tests.system.onec import OneC
from tests.system.running import RunningStack
from tests.web.person import Person, Watched

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
PATIENCE_MS = 30_000
expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="package")
def onec_of_the_page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OneC]:
    found = OneC.on_a_free_port(tmp_path_factory.mktemp("onec") / "onec.log")
    try:
        yield found
    finally:
        found.stop()


@pytest.fixture(scope="package")
def stack_of_the_page(onec_of_the_page: OneC) -> Iterator[RunningStack]:
    with tempfile.TemporaryDirectory(prefix="tidemark-page-") as folder:
        found = RunningStack(Path(folder) / "home", onec_of_the_page.settings)
        try:
            yield found
        finally:
            found.destroy()


@pytest.fixture(scope="package")
def driver() -> Iterator[Playwright]:
    with sync_playwright() as found:
        yield found


@pytest.fixture(scope="package")
def browser(driver: Playwright) -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("THE PAGE IS NOT TESTED: there is no Chromium (Debian: apt install chromium)")
    with driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"]) as found:
        yield found


@pytest.fixture
def onec(onec_of_the_page: OneC) -> OneC:
    """1C, running and without faults."""
    onec_of_the_page.start()
    return onec_of_the_page


@pytest.fixture
def stack(browser: Browser, stack_of_the_page: RunningStack, onec: OneC) -> RunningStack:
    """The stack, running; not started where there is no browser to look at it."""
    stack_of_the_page.start()
    return stack_of_the_page


@pytest.fixture
def client(stack: RunningStack) -> Iterator[Client]:
    """Somebody else, at the API."""
    found = Client.signed_in(stack.known()["api"], "manager", stack.passwords["manager"])
    yield found
    found.http.close()


Coming = Callable[..., Person]


@pytest.fixture
def comes(stack: RunningStack, browser: Browser) -> Iterator[Coming]:
    """Opens a browser of its own for somebody; in the end nothing may have been refused or broken in it."""
    opened: list[tuple[BrowserContext, Watched]] = []

    def come(name: str = "manager", language: str = "en", **how: object) -> Person:
        context = browser.new_context(
            base_url=stack.known()["api"],
            locale={"en": "en-GB", "ru": "ru-RU"}[language],
            **{"viewport": {"width": 1280, "height": 800}, "reduced_motion": "reduce"} | how,  # type: ignore[arg-type]
        )
        context.set_default_timeout(PATIENCE_MS)
        watched = Watched()
        watched.watch(context)
        opened.append((context, watched))
        return Person(context, context.new_page(), name, stack.passwords[name], language, watched)

    yield come
    said = [one for context, watched in opened for one in watched.said]
    for context, _ in opened:
        context.close()
    assert said == []
