"""Somebody at the page: signs in, starts, watches; and what the browser complains of meanwhile."""

import json
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.docs.blocks import ROOT

AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
WORDS = {
    "name": ("User", "Имя"),
    "password": ("Password", "Пароль"),
    "enter": ("Sign in", "Войти"),
    "sync": ("1C synchronisation", "Синхронизация 1С"),
    "start": ("Start", "Начать"),
    "first day": ("Start date", "Начальная дата"),
    "last day": ("End date", "Конечная дата"),
    "stop": ("Stop", "Остановить"),
}
# Each refusal of the Content-Security-Policy, kept where the test finds it.
_REPORT = """
document.addEventListener("securitypolicyviolation", (event) =>
  console.error("CSP", event.violatedDirective, event.blockedURI, event.sample));
"""


@dataclass
class Watched:
    """Errors and warnings of the console and of scripts, but for those with a part of ``expected``."""

    said: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)

    def watch(self, context: BrowserContext) -> None:
        context.add_init_script(_REPORT)
        context.on("console", lambda message: self._note(message.type, message.text))
        context.on("weberror", lambda error: self._note("error", str(error.error)))

    def _note(self, kind: str, text: str) -> None:
        if kind in ("error", "warning") and not any(part in text for part in self.expected):
            self.said.append(text)


@dataclass
class Person:
    context: BrowserContext
    page: Page
    name: str
    password: str
    language: str
    watched: Watched

    def word(self, name: str) -> str:
        return WORDS[name][0 if self.language == "en" else 1]

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=self.word(name), exact=True)

    def signs_in(self, at: str = "/tasks", password: str | None = None) -> "Person":
        """Opens an address, and signs in there."""
        self.page.goto(at)
        return self.gives(password or self.password)

    def gives(self, password: str) -> "Person":
        self.page.get_by_label(self.word("name")).fill(self.name)
        self.page.get_by_label(self.word("password")).fill(password)
        self.button("enter").click()
        return self

    def is_in(self) -> "Person":
        expect(self.page.get_by_role("button", name=self.name)).to_be_visible()
        return self

    def asks_for(self, first: str, last: str) -> None:
        """Types a period, as the language writes it, into the form of the sync."""
        self.button("sync").click()
        # Enter behind the last day would start it.
        for label, day, key in (("first day", first, "Enter"), ("last day", last, "Tab")):
            box = self.page.get_by_placeholder(self.word(label))
            box.fill(day)
            box.press(key)

    def starts(self) -> None:
        self.page.get_by_role("dialog").get_by_role("button", name=self.word("start"), exact=True).click()

    def serious(self) -> list[str]:
        """What axe finds that keeps somebody from using the page as it stands now."""
        # The policy holds for scripts of the page, not for what the debugger evaluates.
        self.page.evaluate(AXE.read_text(encoding="utf-8"))
        found: list[dict[str, Any]] = self.page.evaluate("async () => (await axe.run()).violations")
        return [
            json.dumps([one["id"], [node["html"][:200] for node in one["nodes"]]], ensure_ascii=False)
            for one in found
            if one["impact"] in ("serious", "critical")
        ]
