"""What is known of a statement while one document of it is read."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jobs.formats.identifiers import currency_of


@dataclass(frozen=True, slots=True)
class Context:
    """Own accounts, own ИНН, currency; made once a batch from its JSON. ``sole``: the only own account."""

    accounts: frozenset[str]
    inns: frozenset[str]
    currency: str
    sole: str

    @classmethod
    def of(cls, plain: "Mapping[str, Any] | Context") -> "Context":
        """From ``{"own_accounts": […], "own_inns": […], "currency": "RUB"}``; each may be missing."""
        if isinstance(plain, Context):
            return plain
        accounts = frozenset(str(account) for account in plain.get("own_accounts", ()) if account)
        return cls(
            accounts=accounts,
            inns=frozenset(str(inn) for inn in plain.get("own_inns", ()) if inn),
            currency=str(plain.get("currency", "RUB")),
            sole=next(iter(accounts)) if len(accounts) == 1 else "",
        )

    def currency_for(self, account: str) -> str:
        """An account's own currency, by its digits 6 to 8; else the statement's."""
        return currency_of(account) or self.currency
