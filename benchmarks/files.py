"""Generated files of contractors and of stock."""

from collections.abc import Iterator
from pathlib import Path

from jobs.formats.identifiers import with_inn_control
from jobs.formats.mxl.generator import Texts, text_8


def contractors_csv(path: Path, rows: int, first: int = 0) -> None:
    """As 1C saves a list: cp1251, semicolons; every ИНН is right and stands once. ``first`` tells files
    apart."""
    with path.open("w", encoding="cp1251", newline="") as file:
        file.write("Код;Наименование;Полное наименование;ИНН;КПП;ОКПО;Вид контрагента\r\n")
        for number in range(first, first + rows):
            inn = with_inn_control(f"77{number:07}")
            file.write(
                f'00-{number:06};Ромашка-{number} ООО;"ООО ""Ромашка-{number}""";{inn};770101001;'
                f"{number:08};Юридическое лицо\r\n"
            )


def stock_mxl(path: Path, rows: int) -> None:
    """A report (остатки): a title, a header, then a row for each component."""

    def sheet() -> Iterator[tuple[int, Texts]]:
        yield 1, {0: "Остатки товаров на складах"}
        header = ("Код", "Наименование", "Склад", "Ед. изм.", "Количество", "Себестоимость", "Валюта")
        yield 3, dict(enumerate(header))
        for number in range(1, rows + 1):
            cells = (
                f"К-{number:06}",
                f'Компонент "{number}"',
                "Основной склад",
                "шт",
                f"{1 + number % 900},000",
                f"{100 + number % 97}\u00a0000,{number % 100:02}",
                "RUB",
            )
            yield number + 3, dict(enumerate(cells))

    with path.open("wb") as file:
        for piece in text_8(sheet(), rows + 2):
            file.write(piece)
