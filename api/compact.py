"""``GET /api/tasks/{id}``: a task for polling every 500 ms; never rate limited."""

from uuid import UUID

from fastapi import APIRouter

from api import shown
from api.context import LanguageDep, Reading
from api.models import CompactTask
from api.responses import reads
from api.security import Reader
from api.tasks import found

router = APIRouter(tags=["tasks"])


@router.get("/api/tasks/{task_id:uuid}", responses=reads(404), response_model_exclude_unset=True)
async def get_compact_task(
    task_id: UUID, _: Reader, connection: Reading, language: LanguageDep
) -> CompactTask:
    """Pending shows as running; failed and stopped as error, with the words in ``error``; ``retry`` is there
    only while the task waits for its next try."""
    return shown.compact(await found(connection, task_id), language)
