"""Task kind ``classifier_train``: a text model from the categories that persons have confirmed."""

import asyncio
from typing import Any

import orjson
import psycopg

from domain.errors import Fatal
from events.records import Counts
from infra.copying import copy_line
from jobs.base import Batch, BatchResult, RowVerdict, Source, SourceTools, Survey, TaskSpec, Upload
from jobs.classify import LEAST_PRECISION, THRESHOLD
from jobs.learning.training import MOST, Trained, trained
from jobs.purposes import without_numbers
from jobs.sources.database import DatabaseSource, Question

# A category with fewer is not learned: nothing could be said of how well it is known.
FEWEST_EACH = 5
FEWEST = 50

_CONFIRMED = f"""
SELECT t.category, t.direction, t.purpose, t.number
FROM bank_transaction t
WHERE classified_by = 'person' AND NOT retracted AND direction IN ('in', 'out') AND category IS NOT NULL
ORDER BY id DESC LIMIT {MOST}
"""
_ROWS = f"""
SELECT * FROM (SELECT c.*, count(*) OVER (PARTITION BY category) AS times FROM ({_CONFIRMED}) c) counted
WHERE times >= {FEWEST_EACH}
"""
_MOMENT = f"""
SELECT coalesce(sum(times), 0)::integer AS confirmed,
    coalesce(sum(times) FILTER (WHERE times >= {FEWEST_EACH}), 0)::integer AS learned,
    count(*) FILTER (WHERE times >= {FEWEST_EACH}) AS categories
FROM (SELECT category, count(*) AS times FROM ({_CONFIRMED}) c GROUP BY category) counted
"""
_HEAD = """
INSERT INTO classifier_model (id, threshold, expected) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING
"""
_TEMP = """
CREATE TEMP TABLE IF NOT EXISTS incoming_example ON COMMIT DELETE ROWS
AS SELECT row_no, category, direction, words FROM classifier_example WITH NO DATA
"""
_EXAMPLES = """
INSERT INTO classifier_example (model_id, row_no, category, direction, words)
SELECT %s, row_no, category, direction, words FROM incoming_example
WHERE EXISTS (SELECT FROM classifier_model m WHERE m.id = %s AND m.version IS NULL) ORDER BY row_no
ON CONFLICT DO NOTHING RETURNING row_no
"""
# Last of all: others wait for this row until the commit.
_COUNTED = """
UPDATE classifier_model SET received = received + %s WHERE id = %s
RETURNING received = expected AND version IS NULL
"""
_ALL = "SELECT words, direction, category FROM classifier_example WHERE model_id = %s ORDER BY row_no"
_FORGET = "DELETE FROM classifier_example WHERE model_id = %s"
# One after the other, so that no number is left out.
_VERSIONS = "SELECT pg_advisory_xact_lock(hashtext('classifier_model.version'))"
_LEARNED = """
UPDATE classifier_model SET version = (SELECT coalesce(max(version), 0) + 1 FROM classifier_model),
    transactions = %(transactions)s, texts = %(texts)s, categories = %(categories)s, accuracy = %(accuracy)s,
    coverage = %(coverage)s, precision = %(precision)s, quality = %(quality)s,
    temperature = %(temperature)s, parameters = %(parameters)s
WHERE id = %(id)s
"""
_RETIRE = "UPDATE classifier_model SET active = false WHERE active"
_ACTIVATE = """
WITH activated AS (UPDATE classifier_model SET active = true WHERE id = %s RETURNING id, version, threshold)
INSERT INTO classifier_activation (version, threshold, author)
SELECT version, threshold, 'task:' || id FROM activated
"""


class ConfirmedSource(DatabaseSource):
    """The newest confirmed transactions; too few are an error that says how many it takes."""

    async def survey(self) -> Survey:
        found = await super().survey()
        context = found.context
        if context["learned"] < FEWEST or context["categories"] < 2:
            raise Fatal(
                "too_few_confirmed",
                confirmed=context["confirmed"],
                learned=context["learned"],
                categories=context["categories"],
                needed=FEWEST,
                each=FEWEST_EACH,
            )
        return found


class ClassifierTrain:
    """A model has its task's id, so that no retry makes a second one. It is learned, and gets its version, in
    the commit of its last example: the same examples give the same model, in whatever batches they come.

    It becomes the active one where ``params.activate`` (default) and at ``params.threshold`` it is right in
    at least nine of ten cases; else a person may activate it.
    """

    name = "classifier_train"
    in_order = False
    upload: Upload | None = None

    def source(self, task: TaskSpec, tools: SourceTools) -> Source:
        return ConfirmedSource(task, tools, Question(_ROWS, moment=_MOMENT, of_task=True))

    async def write(self, connection: psycopg.AsyncConnection[Any], batch: Batch) -> BatchResult:
        task_id = batch.task.task_id
        threshold = float(batch.task.params.get("threshold", THRESHOLD))
        rows = list(batch.numbered())
        lines = [
            copy_line(str(row_no), row["category"], row["direction"], without_numbers(row["purpose"]))
            for row_no, row in rows
        ]
        async with connection.cursor() as cursor:
            await cursor.execute(_HEAD, [task_id, threshold, batch.context["learned"]])
            await cursor.execute(_TEMP)
            await cursor.execute("DELETE FROM incoming_example")
            async with cursor.copy(
                "COPY incoming_example (row_no, category, direction, words) FROM STDIN"
            ) as copy:
                await copy.write("".join(lines))
            await cursor.execute(_EXAMPLES, [task_id, task_id])
            created = {row_no for (row_no,) in await cursor.fetchall()}
            await cursor.execute(_COUNTED, [len(created), task_id])
            if (await cursor.fetchone() or (False,))[0]:
                await _finish(cursor, batch.task, threshold)
        said = tuple(
            RowVerdict("created" if row_no in created else "unchanged", row["number"]) for row_no, row in rows
        )
        return BatchResult(Counts(created=len(created), unchanged=len(rows) - len(created)), (), said)


async def _finish(cursor: psycopg.AsyncCursor[Any], task: TaskSpec, threshold: float) -> None:
    await cursor.execute(_ALL, [task.task_id])
    found = await cursor.fetchall()
    # Some seconds: not in the way of the loop, which has to keep the consumer's place in its group.
    made = await asyncio.to_thread(trained, found, threshold)
    await cursor.execute(_VERSIONS)
    await cursor.execute(_LEARNED, {"id": task.task_id, **_columns(made)})
    await cursor.execute(_FORGET, [task.task_id])
    if task.params.get("activate", True) and (made.precision or 0) >= LEAST_PRECISION:
        await cursor.execute(_RETIRE)
        await cursor.execute(_ACTIVATE, [task.task_id])


def _columns(made: Trained) -> dict[str, Any]:
    return {
        "transactions": made.transactions,
        "texts": made.texts,
        "categories": orjson.dumps(made.categories).decode(),
        "accuracy": made.accuracy,
        "coverage": made.coverage,
        "precision": made.precision,
        "quality": orjson.dumps(made.quality).decode(),
        "temperature": made.bayes.temperature,
        "parameters": made.parameters,
    }
