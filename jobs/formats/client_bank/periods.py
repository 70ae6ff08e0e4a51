"""Which days of which own accounts a statement speaks of."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date

from jobs.formats.client_bank.sections import AccountSection, merge
from jobs.formats.client_bank.survey import FileSurvey


def periods(file: FileSurvey, sections: Sequence[AccountSection]) -> list[AccountSection]:
    """Sections whose days are known: each dated one, and for each own account the header's period with the
    opening balance of its first section and the closing one of its last.

    A header whose days do not include those of an account's sections says nothing of that account.
    """
    merged = merge(sections)
    of_header: list[AccountSection] = []
    dated: dict[str, list[AccountSection]] = {account: [] for account in (*merged, *file.own_accounts)}
    for section in _dated(sections):
        dated[section.account].append(section)
    for account, own in dated.items():
        whole = replace(
            merged.get(account) or AccountSection(account), date_from=file.date_from, date_to=file.date_to
        )
        if _has_days(whole) and all(_within(section, whole) for section in own) and whole not in own:
            of_header.append(whole)
    return [section for own in dated.values() for section in own] + of_header


def _dated(sections: Iterable[AccountSection]) -> Iterator[AccountSection]:
    """One day is enough: a section of one day may name it once."""
    for section in sections:
        first = section.date_from or section.date_to
        found = replace(section, date_from=first, date_to=section.date_to or first)
        if _has_days(found):
            yield found


def _has_days(section: AccountSection) -> bool:
    first, last = section.date_from, section.date_to
    return bool(section.account) and first is not None and last is not None and first <= last


def _within(section: AccountSection, whole: AccountSection) -> bool:
    return _first(whole) <= _first(section) and _last(section) <= _last(whole)


def _first(section: AccountSection) -> date:
    return section.date_from or date.min


def _last(section: AccountSection) -> date:
    return section.date_to or date.max
