"""1C as the tests have it: the simulator in a process that they can stop, start and disturb."""

import subprocess
import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import httpx

from stack.environment import ONEC_PATH
from stack.ports import choose
from tests.system.guarded import environment, started
from tests.waiting import until

USER, PASSWORD = "tidemark", "пароль-1С"
CONTRACTORS = 20_000


@dataclass
class OneC:
    """One infobase on one port, whether it runs or not; twenty documents a day and entity set."""

    log: Path
    port: int
    process: subprocess.Popen[bytes] | None = None
    password: str = PASSWORD

    @classmethod
    def on_a_free_port(cls, log: Path) -> "OneC":
        return cls(log, choose(set()))

    @property
    def settings(self) -> dict[str, str]:
        """How the stack finds it."""
        return {
            "TIDEMARK_ONEC_URL": f"http://127.0.0.1:{self.port}{ONEC_PATH}",
            "TIDEMARK_ONEC_USER": USER,
            "TIDEMARK_ONEC_PASSWORD": PASSWORD,
        }

    def start(self, password: str = PASSWORD) -> None:
        """Have it running and well, with ``password`` as the one that is right."""
        if self.process is not None and self.password == password:
            httpx.delete(self._admin, trust_env=False).raise_for_status()
            return
        self.stop()
        self.password = password
        self.process = started(
            [sys.executable, "-m", "stack.onec.main", "--port", str(self.port)],
            self.log,
            environment(
                **self.settings
                | {"TIDEMARK_ONEC_PASSWORD": password, "TIDEMARK_ONEC_CONTRACTORS": str(CONTRACTORS)}
            ),
        )
        until(self._answers, "the simulator of 1C answers", 60)

    def stop(self) -> None:
        """Take it away: its port refuses from now on."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def fault(self, name: str, **options: Any) -> None:
        """Plan a fault for the requests to come."""
        httpx.post(self._admin, json={"fault": name} | options, trust_env=False).raise_for_status()

    def documents(self, entity: str, first: date, last: date) -> int:
        """How many posted documents it has of a period, both days included."""
        period = f"Date ge datetime'{first}T00:00:00' and Date le datetime'{last}T23:59:59'"
        answer = httpx.get(
            f"{self.settings['TIDEMARK_ONEC_URL']}/{entity}/$count",
            params={"$filter": f"{period} and Posted eq true"},
            auth=(USER, self.password),
            trust_env=False,
            timeout=60,
        )
        return int(answer.raise_for_status().text)

    @property
    def _admin(self) -> str:
        return f"http://127.0.0.1:{self.port}/_simulate"

    def _answers(self) -> bool:
        try:
            return httpx.get(self._admin, trust_env=False).is_success
        except httpx.TransportError:
            return False
