"""The error tree: who acts next, and which failures are one and the same."""

from domain.errors import Fatal, MalformedRow, Rejected, Retryable, SourceUnavailable, UnsupportedFormat


def test_failures_with_one_cause_share_a_fingerprint_whatever_their_numbers() -> None:
    first = SourceUnavailable("onec_unavailable", host="base", status=502)
    again = SourceUnavailable("onec_unavailable", host="base", status=503)
    other = SourceUnavailable("onec_unavailable", host="archive", status=502)
    assert first.fingerprint == again.fingerprint != other.fingerprint
    assert isinstance(first, Retryable)


def test_rejected_rows_share_a_fingerprint_by_code_and_field() -> None:
    first = MalformedRow("bad_date", "Дата", "31.02.2025", line=41)
    again = MalformedRow("bad_date", "Дата", "30.02.2025", line=90)
    assert (first.field, first.value, first.arguments) == ("Дата", "31.02.2025", {"line": 41})
    assert first.fingerprint == again.fingerprint != MalformedRow("bad_date", "ДатаСписано").fingerprint
    assert isinstance(first, Rejected)


def test_another_format_is_not_tried_again() -> None:
    assert isinstance(UnsupportedFormat("unsupported_format", found="XLSX"), Fatal)
