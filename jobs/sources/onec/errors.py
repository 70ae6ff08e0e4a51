"""What 1C or the web server in front of it meant by an answer that is not the one asked for.

Codes (``SourceRefused`` unless said otherwise):

onec_login              401: the user or the password is wrong
onec_rights             401 with OData code 20: rights at record level, the password is right
onec_forbidden          403: the web server or 1C closed the publication to this user
onec_no_entity          404 with code 8 or 9: the set is not published or its name differs
onec_no_service         404 without an OData body: no publication at this address
onec_bad_request        400: the configuration has no such field, or the query is not understood
onec_exception          500 with code -1 or any other: code inside 1C failed. Not tried again: with
                        lock conflicts 1C waits 20 s itself before it says so, and the rest ends the
                        same way; a person repeats the task when 1C is mended
onec_not_implemented    501: the platform is too old or the publication forbids it
onec_redirected         3xx: the address is another one, and a password is not sent after it
onec_no_licence         no free licence or session: Unavailable, it comes free by itself
onec_gateway            502, 503, 504: Unavailable
onec_refused            any other status

Texts of 1C may echo data: they go into ``detail`` only.
"""

import html
import re
from dataclasses import dataclass

from domain.errors import SourceRefused, SourceUnavailable, TidemarkError
from jobs.sources.onec import parsing

RETRIED = frozenset({502, 503, 504})
_READ_AT_MOST = 64 * 1024
_KEEP_AT_MOST = 2_000
_NO_LICENCE = re.compile(r"лицензи|licen[cs]e", re.IGNORECASE)
_XML_CODE = re.compile(r"<(?:\w+:)?code[^>]*>\s*(-?\d+)\s*<")
_XML_TEXT = re.compile(r"<(?:\w+:)?message[^>]*>(.*?)</(?:\w+:)?message>", re.DOTALL)
_TAGS = re.compile(r"<(script|style)\b.*?</\1>|<[^>]*>", re.DOTALL | re.IGNORECASE)


class NoElement(SourceRefused):
    """404 with code 9: the entity set is there, this element of it is not."""


@dataclass(frozen=True, slots=True)
class Said:
    """The text of an error body; ``code`` is OData's, None where a web server spoke instead of 1C."""

    code: str | None
    text: str


def said(body: bytes) -> Said:
    """Read an error body: OData's JSON, its XML (``m:error``), or whatever a web server writes."""
    body = body[:_READ_AT_MOST]
    return _from_json(body) or _from_markup(body.decode("utf-8", errors="replace"))


def is_licence(words: Said) -> bool:
    """Whether 1C says that it has no free licence."""
    return _NO_LICENCE.search(words.text) is not None


def refusal(status: int, words: Said, entity: str) -> TidemarkError:
    """The error that says what has to happen next, with 1C's own text as its detail."""
    if status in RETRIED:
        return SourceUnavailable("onec_gateway", words.text, status=status)
    if status >= 400 and is_licence(words):
        return SourceUnavailable("onec_no_licence", words.text, status=status)
    code = _code(status, words)
    if (status, words.code) == (404, "9"):
        return NoElement(code, words.text, entity=entity, status=status)
    if code in ("onec_rights", "onec_no_entity", "onec_bad_request", "onec_exception"):
        return SourceRefused(code, words.text, entity=entity, status=status)
    return SourceRefused(code, words.text, status=status)


def _code(status: int, words: Said) -> str:
    match status, words.code:
        case 401, "20":
            return "onec_rights"
        case 401, _:
            return "onec_login"
        case 403, _:
            return "onec_forbidden"
        case 404, None:
            return "onec_no_service"
        case 404, _:
            return "onec_no_entity"
        case 400, _:
            return "onec_bad_request"
        case 501, _:
            return "onec_not_implemented"
        case _ if 300 <= status < 400:
            return "onec_redirected"
        case _ if status >= 500:
            return "onec_exception"
    return "onec_refused"


def _from_json(body: bytes) -> Said | None:
    try:
        error = parsing.loads(body)["odata.error"]
        code, message = str(error["code"]), error.get("message")
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    value = message.get("value") if isinstance(message, dict) else message
    return Said(code, parsing.text(value)[:_KEEP_AT_MOST])


def _from_markup(body: str) -> Said:
    code, message = _XML_CODE.search(body), _XML_TEXT.search(body)
    if code:
        return Said(code[1], html.unescape(message[1]).strip()[:_KEEP_AT_MOST] if message else "")
    words = html.unescape(_TAGS.sub(" ", body))
    return Said(None, " ".join(words.split())[:_KEEP_AT_MOST])
