"""1C's refusals: a status, OData's code and 1C's text, as JSON, XML or the web server's HTML.

Seen in samples: 401/20, 404/9, 500/-1, 501 in XML. 404/8 and 13 are documented; 10 (no such property)
and 14 (options that cannot be parsed) are from memory of the platform's documentation.
"""

from dataclasses import dataclass
from html import escape
from typing import Any

import orjson
from starlette.responses import HTMLResponse, Response


@dataclass(frozen=True)
class Refused(Exception):
    """An answer with OData's own error body."""

    status: int
    code: str
    text: str


def no_entity_set(name: str) -> Refused:
    return Refused(404, "8", f'Тип сущности "{name}" не найден')


def no_element() -> Refused:
    return Refused(404, "9", "Экземпляр сущности не найден")


def no_property(name: str) -> Refused:
    return Refused(400, "10", f'Запрошенное свойство "{name}" не найдено')


def bad_option(name: str, why: str) -> Refused:
    return Refused(400, "14", f"Ошибка разбора опций запроса: {name}: {why}")


def no_rights() -> Refused:
    return Refused(401, "20", "Нарушение прав доступа")


def exception() -> Refused:
    return Refused(500, "-1", 'Не удалось выполнить запрос: поле объекта не обнаружено ("Сумма")')


def not_implemented() -> Refused:
    return Refused(501, "0", "Произошла ошибка сервиса")


def body(refused: Refused, as_json: bool) -> Response:
    """The error as 1C writes it: JSON where JSON was asked for, else ``m:error``."""
    if as_json:
        message = {"lang": "ru", "value": refused.text}
        return json_response({"odata.error": {"code": refused.code, "message": message}}, refused.status)
    xml = (
        '<?xml version="1.0"?><error xmlns="http://schemas.microsoft.com/ado/2007/08/dataservices/metadata">'
        f'<code>{refused.code}</code><message xml:lang="ru">{escape(refused.text)}</message></error>'
    )
    return Response(xml, refused.status, media_type="application/xml")


def html(status: int, title: str, text: str = "", headers: dict[str, str] | None = None) -> Response:
    """What Apache or IIS says by itself."""
    page = (
        f"<html><head><title>{status} {title}</title></head><body><h1>{title}</h1><p>{text}</p></body></html>"
    )
    return HTMLResponse(page, status, headers)


def unauthorized() -> Response:
    return html(401, "Unauthorized", headers={"WWW-Authenticate": 'Basic realm=""'})


def json_response(value: Any, status: int = 200) -> Response:
    return Response(orjson.dumps(value), status, media_type="application/json;charset=utf-8")
