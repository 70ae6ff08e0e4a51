"""Whether people can read it: every code has words, in Russian and in English."""

import re

from tests.system.client import Json

_CYRILLIC = re.compile("[а-я]{4}")
# Names of things of 1C stay Russian in English sentences, in a word or two.
_RUSSIAN_SENTENCE = re.compile("[а-я]{2,} [а-я]{2,} [а-я]{2,}")


def check_worded(code: str, russian: str, english: str) -> None:
    """Two sentences for one code, each in its language, nothing left to fill in."""
    assert _CYRILLIC.search(russian), russian
    assert not _RUSSIAN_SENTENCE.search(english), english
    assert russian != english
    for text in (russian, english):
        assert code not in text
        assert not re.search(r"[{}?]", text), text


def check_problem(russian: Json, english: Json, status: int, code: str) -> Json:
    """One problem in both languages (RFC 9457); its arguments."""
    for problem in (russian, english):
        assert (problem["status"], problem["code"]) == (status, code)
        assert problem["type"] == f"urn:tidemark:problem:{code}"
        assert problem["correlation_id"]
    assert russian["args"] == english["args"]
    check_worded(code, russian["detail"], english["detail"])
    check_worded(code, russian["title"], english["title"])
    arguments: Json = english["args"]
    return arguments
