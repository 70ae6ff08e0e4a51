"""Recalculation of 100,000 components from 2,000,000 quotes beside one SQL statement that does the same
sums, and price lists of 100,000 items."""

import time
from typing import Any

import psycopg

from benchmarks.bench import Bench
from benchmarks.client import FINAL
from benchmarks.report import BenchmarkFailed, Outcome, at_most

COMPONENTS, QUOTES_EACH = 100_000, 20
AS_OF, DAYS = "2025-03-31", 90
TIMES, LIST_SECONDS = 1.5, 5.0
PAUSE, PATIENCE = 0.02, 600.0

_FILL = f"""
INSERT INTO component (code, code_key, name, vendor, category, unit, method, coefficient, rounding, currency,
    task_id, row_no)
SELECT 'К-' || lpad(n::text, 6, '0'), 'К-' || lpad(n::text, 6, '0'), 'Компонент ' || n,
    'Производитель ' || n % 50,    'Категория ' || n % 20, 'шт', 'weighted_avg', 1.2, 0.01, 'RUB', uuidv7(), n
FROM generate_series(1, {COMPONENTS}) n;
INSERT INTO quote (key, component_id, supplier, kind, price, currency, quantity, day, task_id, row_no)
SELECT uuidv7(), c.id, 'Поставщик ' || n, 'supplier', 100 + (c.id * 7 + n * 13) % 900 + n * 0.01,
    CASE WHEN n % 10 = 0 THEN 'USD' ELSE 'RUB' END, 1 + n % 7,
    date '{AS_OF}' - (c.id * 3 + n * 5)::integer % 80, uuidv7(), n
FROM component c, generate_series(1, {QUOTES_EACH}) n;
INSERT INTO currency_rate SELECT 'USD', date '{AS_OF}' - n, 80 + n * 0.01, uuidv7(), n
FROM generate_series(0, 120) n;
"""
# What the task does for each batch, done by hand over all: rates of the day, average, coefficient, rounding,
# what changed, and the same row of history.
_BY_HAND = f"""
WITH rated AS (
    SELECT component_id, quantity, price * CASE WHEN currency = 'RUB' THEN 1 ELSE (SELECT r.rate
        FROM currency_rate r WHERE r.currency = q.currency AND r.day <= q.day ORDER BY r.day DESC LIMIT 1)
        END AS price
    FROM quote q WHERE kind = 'supplier' AND day > date '{AS_OF}' - {DAYS} AND day <= date '{AS_OF}'
), priced AS (
    SELECT component_id, round(sum(price * quantity) / sum(quantity), 10) AS price, count(*) AS quotes
    FROM rated GROUP BY component_id
), written AS (
    UPDATE component c SET price = round(p.price * c.coefficient / c.rounding) * c.rounding, priced_at = now()
    FROM priced p WHERE p.component_id = c.id
        AND c.price IS DISTINCT FROM round(p.price * c.coefficient / c.rounding) * c.rounding
    RETURNING c.id, old.price AS before, c.price, c.method, c.currency, p.quotes, p.price AS raw,
        c.coefficient, c.rounding
)
INSERT INTO price_history (component_id, old, new, currency, method, inputs, task_id)
SELECT id, before, price, currency, method, jsonb_build_object('as_of', date '{AS_OF}',
    'days', {DAYS}, 'quotes', quotes, 'price', raw::text, 'coefficient', coefficient::text,
    'rounding', rounding::text), uuidv7() FROM written
"""
_TABLES = (
    "component, quote, currency_rate, price_history, recalculated_day, pricelist, pricelist_item,"
    " part_number, stock_lot"
)


def measure(bench: Bench) -> Outcome:
    """Every price changes, which is the dearest case for both."""
    with psycopg.connect(bench.running.database_url, autocommit=True) as connection:
        bench.say(f"filling {COMPONENTS:,} components with {COMPONENTS * QUOTES_EACH:,} quotes")
        connection.execute(_FILL)
        _settled(connection, fresh=True)
        theirs = _timed(connection, _BY_HAND)
        prices = _prices(connection)
        bench.say(f"one statement: {theirs:.2f} s")
        _settled(connection, fresh=True)
        ours = _ran(bench, "/components/recalculate-all", {"as_of": AS_OF, "days": DAYS}, "updated")
        if _prices(connection) != prices:
            raise BenchmarkFailed("the task's prices are not those of the statement")
        bench.say(f"recalculation: {ours:.2f} s")
        _settled(connection, fresh=False)
        listed = _ran(bench, "/pricelists", {"kind": "estimate", "as_of": AS_OF}, "created")
        connection.execute(f"TRUNCATE {_TABLES} CASCADE")
    what = f"{COMPONENTS:,} components, {COMPONENTS * QUOTES_EACH:,} quotes"
    return Outcome(
        [
            at_most(
                f"recalculation of {what}, POST to completed, against one SQL statement ({theirs:.2f} s)",
                TIMES * theirs,
                ours,
                "s",
                2,
            ),
            at_most(f"price list of {COMPONENTS:,} items, POST to completed", LIST_SECONDS, listed, "s", 2),
        ]
    )


def _settled(connection: psycopg.Connection[Any], *, fresh: bool) -> None:
    if fresh:
        connection.execute("UPDATE component SET price = NULL WHERE price IS NOT NULL")
        connection.execute("TRUNCATE price_history")
    connection.execute("VACUUM (FULL, ANALYZE) component")
    connection.execute("VACUUM (ANALYZE) quote, currency_rate, price_history")
    connection.execute("CHECKPOINT")


def _timed(connection: psycopg.Connection[Any], statement: str) -> float:
    began = time.perf_counter()
    connection.execute(statement)
    return time.perf_counter() - began


def _prices(connection: psycopg.Connection[Any]) -> Any:
    return connection.execute("SELECT count(price), sum(price) FROM component").fetchone()


def _ran(bench: Bench, path: str, body: dict[str, Any], count: str) -> float:
    bench.client.wait_until_idle(60)
    began = time.perf_counter()
    task_id = bench.client.start(path, body)
    while (task := bench.client.task(task_id))["status"] not in FINAL:
        if time.perf_counter() - began > PATIENCE:
            raise BenchmarkFailed(f"{path} is {task['status']} after {PATIENCE:g} s")
        time.sleep(PAUSE)
    elapsed = time.perf_counter() - began
    if task["status"] != "completed" or task["counts"][count] != COMPONENTS:
        raise BenchmarkFailed(f"{path} ended as {task['status']}: {task['counts']}, {task['error']}")
    return elapsed
