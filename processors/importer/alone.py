"""A batch that was delivered three times and left no outcome, tried by a process that does nothing else.

Stops, rebalances and power cuts leave no outcome either: only what ends such a process too is poison.
``python -m processors.trial.main`` takes the batch on standard input and writes it as an importer does.
"""

import asyncio
import logging
import pickle
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from domain.errors import TidemarkError
from infra.postgres import create_engine, is_outage
from infra.settings import Settings
from jobs.kinds.registry import kind_named
from processors.importer.applying import Applying
from processors.importer.outcomes import Delivered

log = logging.getLogger(__name__)

# As sysexits.h has it: try again later.
AWAY = 75
# Whoever works at one batch for so long, the longest wait for an undo included, does not end by itself.
MOST_SECONDS = 900.0
_THIS = (sys.executable, "-m", "processors.trial.main")


@dataclass(frozen=True, slots=True)
class Alone:
    """Starts that process, with the importer's own environment."""

    command: Sequence[str] = _THIS
    most_seconds: float = MOST_SECONDS

    async def survives(self, delivered: Delivered) -> bool:
        """Whether the process could say what becomes of the batch: afterwards its outcome is in the database,
        or the importer meets the same refusal. Raises ConnectionError while PostgreSQL is away."""
        process = await asyncio.create_subprocess_exec(*self.command, stdin=asyncio.subprocess.PIPE)
        try:
            async with asyncio.timeout(self.most_seconds):
                await process.communicate(pickle.dumps(delivered))
        except TimeoutError:
            return False
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        if process.returncode == AWAY:
            raise ConnectionError("PostgreSQL is away from the process that tries a batch alone")
        log.warning("A batch of %s was tried alone: exit code %d", delivered.task_id, process.returncode)
        return process.returncode == 0


async def tried(settings: Settings, delivered: Delivered) -> int:
    """Apply it once; the exit code. What nobody foresees leaves as an exception, and the process with it."""
    engine = create_engine(
        settings.database_url.get_secret_value(), pool_size=1, application=settings.worker, loads=True
    )
    try:
        await Applying(engine, kind_named, settings.worker).apply(delivered)
    except TidemarkError as error:
        log.info("The importer will be told so too: %s", error.code)
    except Exception as error:
        if not is_outage(error):
            raise
        return AWAY
    finally:
        await engine.dispose()
    return 0
