"""Which language the reader wants: ``--lang``, else the locale of the terminal."""

from collections.abc import Mapping

from infra.wording import DEFAULT, LANGUAGES, Language

# In the order in which POSIX asks them.
_LOCALE = ("LC_ALL", "LC_MESSAGES", "LANG")


def language_from(option: str | None, environment: Mapping[str, str]) -> Language:
    """``ru`` or ``en``; a locale that is neither, and an unknown option, read English."""
    given = option or next((environment[name] for name in _LOCALE if environment.get(name)), "")
    short = given.replace("-", "_").split("_")[0].split(".")[0].lower()
    return next((known for known in LANGUAGES if known == short), DEFAULT)
