"""Whether the process lives (``/healthz``), and whether what it shows is current (``/readyz``)."""

import asyncio
import time

from aiokafka.client import AIOKafkaClient
from aiokafka.errors import KafkaError
from fastapi import APIRouter, Response
from pydantic import BaseModel

from api.context import ContextDep
from infra.postgres import is_outage
from projections.queries import freshness

router = APIRouter(tags=["health"])

PATIENCE = 2.0
# An idle projection looks at the log's end every second.
OLDEST_SECONDS = 15.0


class Health(BaseModel):
    status: str


class ProjectionHealth(BaseModel):
    """``age_seconds``: everything older than this is shown. ``behind``: messages not yet shown."""

    ok: bool
    age_seconds: float | None
    behind: int


class Readiness(BaseModel):
    ready: bool
    postgres: bool
    kafka: bool
    projection: ProjectionHealth


@router.get("/healthz")
async def healthz() -> Health:
    """The process answers."""
    return Health(status="ok")


@router.get("/readyz", responses={503: {"model": Readiness, "description": "Something is away or late"}})
async def readyz(response: Response, context: ContextDep) -> Readiness:
    """PostgreSQL and Kafka answer, and the read models keep up."""
    (postgres, projection), kafka = await asyncio.gather(
        _projection(context), _kafka_answers(context.settings.kafka)
    )
    ready = postgres and kafka and projection.ok
    response.status_code = 200 if ready else 503
    return Readiness(ready=ready, postgres=postgres, kafka=kafka, projection=projection)


async def _projection(context: ContextDep) -> tuple[bool, ProjectionHealth]:
    try:
        async with asyncio.timeout(PATIENCE), context.reading.connect() as connection:
            found = await freshness.freshness(connection)
    except Exception as error:
        if not is_outage(error):
            raise
        return False, ProjectionHealth(ok=False, age_seconds=None, behind=0)
    current = found.age_seconds is not None and found.age_seconds <= OLDEST_SECONDS
    return True, ProjectionHealth(ok=current, age_seconds=found.age_seconds, behind=found.behind)


_last_answer: dict[str, tuple[float, bool]] = {}


async def _kafka_answers(bootstrap: str) -> bool:
    """Ask for metadata over a connection of its own; the answer is good for 1 s, however many ask."""
    known = _last_answer.get(bootstrap)
    if known is not None and time.monotonic() - known[0] < 1.0:
        return known[1]
    client = AIOKafkaClient(bootstrap_servers=bootstrap, request_timeout_ms=int(PATIENCE * 1000))
    try:
        async with asyncio.timeout(PATIENCE):
            await client.bootstrap()
        answers = True
    except (KafkaError, OSError, TimeoutError):
        answers = False
    finally:
        await client.close()
    _last_answer[bootstrap] = (time.monotonic(), answers)
    return answers
