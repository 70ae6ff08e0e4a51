"""Pages that are asked of 1C once an attempt, and then only read again."""

from collections.abc import Awaitable, Callable

from jobs.sources.onec.pages import PageNames, PageStore, StoredPage, StoredSurvey

Ask = Callable[[], Awaitable[StoredPage]]
Count = Callable[[], Awaitable[dict[str, int]]]


class Stored:
    """What one attempt has read so far. Another reader that was taken for dead may have been faster: what is
    stored counts, whoever stored it."""

    def __init__(self, store: PageStore, task_id: str, attempt: int) -> None:
        self._store = store
        self._names = PageNames(task_id, attempt)
        self._counts: dict[str, int] | None = None

    async def counts(self, ask: Count) -> dict[str, int]:
        """How many elements each entity set had when the attempt began."""
        if self._counts is None:
            data = await self._store.get(self._names.survey)
            if data is None:
                asked = StoredSurvey(await ask()).encode()
                data = await self._store.put_if_absent(self._names.survey, asked)
            self._counts = StoredSurvey.decode(data).counts
        return self._counts

    async def page(self, number: int, ask: Ask) -> StoredPage:
        """The page as stored; asked for and stored if it is not there yet."""
        data = await self._store.get(self._names.page(number))
        if data is None:
            data = await self._store.put_if_absent(self._names.page(number), (await ask()).encode())
        return StoredPage.decode(data)
