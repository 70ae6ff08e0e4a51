"""Where Tidemark is and who one is: options, then ``TIDEMARK_*``, then what the running stack wrote.

The stack of this machine writes ``stack.json`` and ``credentials.json`` into its folder: TIDEMARK_HOME,
else ``.tidemark`` in the current folder, else beside this checkout.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from cli.failures import Failure, Unreachable
from infra.settings import Settings

_FOLDER = ".tidemark"
_CHECKOUT = Path(__file__).resolve().parent.parent
# What a stack that chose its servers itself says of them, under the names of the settings.
_FROM_STACK = {"kafka": "kafka", "database_url": "database_url", "onec_url": "onec", "api_url": "api"}


class _Given(BaseSettings):
    """What the caller's environment says about the way in."""

    model_config = SettingsConfigDict(env_prefix="TIDEMARK_", env_ignore_empty=True)

    home: Path | None = None
    api_url: str | None = None
    user: str = "manager"
    password: SecretStr | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """Who signs in."""

    user: str
    password: str


class Installation:
    """What is known of the installation before anybody is asked. ``api`` is the option ``--api``."""

    def __init__(self, api: str | None = None) -> None:
        self._given = _Given()
        self._api = api
        self.home = _home(self._given.home)
        self._stack = _json(self.home / "stack.json")

    def api_url(self) -> str:
        """The API's address without a slash at its end; Unreachable where nothing says it."""
        found = self._api or self._given.api_url or self._stack.get("api")
        if not found:
            raise Unreachable("cli.no_address", str(self.home / "stack.json"))
        url = str(found).rstrip("/")
        if not url.startswith(("http://", "https://")):
            raise Failure("cli.bad_address", url)
        return url

    def account(self) -> Account:
        """The user of TIDEMARK_USER, ``manager`` where it is not set, with the password that is known."""
        user, password = self._given.user, self._given.password
        if password is not None:
            return Account(user, password.get_secret_value())
        known = self._passwords().get(user) or _json(self.home / "credentials.json").get(user)
        if not known:
            raise Failure("cli.no_password", str(self.home / "credentials.json"), user=user)
        return Account(user, str(known))

    def reaching(self, *servers: str) -> Settings:
        """The settings of who goes to these servers (``kafka``, ``database_url``); Unreachable where nothing
        says where one is: at its usual port there may be somebody else's."""
        found = self.settings()
        if not found.model_fields_set.issuperset(servers):
            raise Unreachable("cli.no_servers", str(self.home / "stack.json"))
        return found

    def settings(self) -> Settings:
        """The installation's settings; what the environment leaves out is taken from the running stack."""
        given = self._environment().model_fields_set
        found = {
            name: self._stack[key]
            for name, key in _FROM_STACK.items()
            if name not in given and self._stack.get(key)
        }
        if "onec_url" in found and "onec_user" not in given:
            found |= self._simulator()
        return Settings(**found, home=self.home)

    def _simulator(self) -> dict[str, str]:
        """How the 1C simulator of the stack is entered: its password is in the stack's folder."""
        key = self.home / "onec.key"
        return {"onec_user": "tidemark", "onec_password": key.read_text().strip()} if key.exists() else {}

    def _passwords(self) -> Mapping[str, str]:
        return self._environment().passwords()

    def _environment(self) -> Settings:
        try:
            return Settings()
        except ValidationError as error:
            problem = error.errors()[0]
            name = f"TIDEMARK_{'_'.join(map(str, problem['loc'])).upper()}"
            raise Failure("cli.bad_setting", name, reason=problem["msg"]) from error


def _home(given: Path | None) -> Path:
    if given is not None:
        return given.absolute()
    beside = [Path.cwd() / _FOLDER, _CHECKOUT / _FOLDER]
    return next((folder for folder in beside if (folder / "stack.json").exists()), beside[0])


def _json(path: Path) -> dict[str, Any]:
    """A small file of the stack; empty where there is none."""
    try:
        content: dict[str, Any] = json.loads(path.read_bytes())
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise Failure("cli.file_unreadable", str(path), reason=str(error)) from error
    return content
