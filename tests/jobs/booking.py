"""Bank transactions in PostgreSQL for tests of classification: stored rows, rules, and what persons chose."""

from datetime import date
from decimal import Decimal
from typing import Any

import psycopg

from infra.clock import new_id
from jobs.records import Transaction

Connection = psycopg.AsyncConnection[Any]
DAY = date(2025, 3, 3)
TABLES = (
    "bank_transaction, classification_rule, classification_rule_change, confirmed_category, category_choice,"
    " classifier_model, classifier_example, classifier_activation"
)
ROW = Transaction(
    key=b"\0" * 16,
    number="17",
    date=DAY,
    booked_on=DAY,
    direction="out",
    amount=Decimal("1500.00"),
    currency="RUB",
    account="40702810000000000001",
    counterparty_name="ООО Ромашка",
    counterparty_inn="7700000005",
    counterparty_kpp="770001001",
    counterparty_account="40702810000000000002",
    purpose="Арендная плата за март по договору 5",
)
# Words that only one category has, as people type them.
TEXTS = {
    "Аренда": "Арендная плата за {} нежилое помещение",
    "Связь": "Услуги связи и доступ в интернет {}",
    "Реклама": "Размещение рекламы на щитах {}",
}
MONTHS = ("январь", "февраль", "март", "апрель", "май", "июнь", "июль", "август", "сентябрь", "октябрь")
PLACES = ("дом", "офис", "склад", "цех", "гараж", "киоск", "стенд", "зал", "двор", "парк")


async def emptied(connection: Connection) -> None:
    await connection.execute(f"TRUNCATE {TABLES} RESTART IDENTITY CASCADE")
    await connection.commit()


async def stored(connection: Connection, **fields: Any) -> str:
    """A transaction as it stands; gives its id."""
    row = {name: getattr(ROW, name) for name in _COLUMNS} | {
        "key": new_id(),
        "task_id": new_id(),
        "row_no": 1,
        **fields,
    }
    return await _inserted(connection, "bank_transaction", row)


async def _inserted(connection: Connection, table: str, row: dict[str, Any]) -> str:
    names, holes = ", ".join(row), ", ".join(["%s"] * len(row))
    found = await connection.execute(
        f"INSERT INTO {table} ({names}) VALUES ({holes}) RETURNING id", list(row.values())
    )
    made = await found.fetchone()
    assert made is not None
    return str(made[0])


_COLUMNS = (
    "number",
    "date",
    "booked_on",
    "direction",
    "amount",
    "currency",
    "account",
    "counterparty_name",
    "counterparty_inn",
    "counterparty_kpp",
    "counterparty_account",
    "purpose",
)


async def rule(connection: Connection, category: str, **fields: Any) -> str:
    return await _inserted(connection, "classification_rule", {"category": category, **fields})


async def confirmed(connection: Connection, *, each: int = 40) -> None:
    """``each`` transactions of three categories that a person chose, without ИНН."""
    for category, text in TEXTS.items():
        for number in range(each):
            words = f"{MONTHS[number % 10]} {PLACES[number // 10 % 10]}"
            await stored(
                connection,
                purpose=text.format(words),
                category=category,
                classified_by="person",
                confidence=1,
                counterparty_inn="",
            )


async def categories(connection: Connection) -> dict[str, tuple[str | None, str | None]]:
    """By number: category and how."""
    found = await connection.execute("SELECT number, category, classified_by FROM bank_transaction")
    return {number: (category, how) for number, category, how in await found.fetchall()}
