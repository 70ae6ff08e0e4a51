"""CommerceML 2.03 … 2.10 (Обмен коммерческой информацией): contractors and offers as a stream of rows."""

from collections.abc import Iterable, Iterator

from jobs.formats.commerceml.contractors import Contractors
from jobs.formats.commerceml.offers import Offers
from jobs.formats.commerceml.reading import Reader, Row, Shape

__all__ = ["Reader", "Row", "Shape", "contractors", "offers", "reader_of"]


def reader_of(what: str) -> Reader:
    """A reader of ``contractors`` or ``offers``."""
    shapes: dict[str, type[Shape]] = {"contractors": Contractors, "offers": Offers}
    return Reader(shapes[what]())


def contractors(chunks: Iterable[bytes]) -> Iterator[Row]:
    """Every Контрагент of Контрагенты, not those that a Представитель is."""
    return _rows("contractors", chunks)


def offers(chunks: Iterable[bytes]) -> Iterator[Row]:
    """Every Предложение, a row for each warehouse that has it."""
    return _rows("offers", chunks)


def _rows(what: str, chunks: Iterable[bytes]) -> Iterator[Row]:
    reader = reader_of(what)
    for chunk in chunks:
        yield from reader.feed(chunk)
    yield from reader.close()
