"""Whatever is done to an exported history, it is found, and the first event is named."""

from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.chain import climbed, leaf, path, root
from domain.tampering import Tampered
from domain.verification import Verified, Verifier
from events.audit import RootSigned
from infra.signing import Signer, signed_by
from tests.domain.exported import OTHER, SIGNER, TASK, Line, file_of, hashed, history, signed

OF_ONE = file_of(signed(history(12, (TASK, OTHER)), (4, 9)))
OF_ALL = file_of(signed(history(12, (TASK, OTHER)), (4, 9), None), None)
CHOSEN = file_of(list(reversed(history(6, (TASK, OTHER)))), None, complete=False)
FILES = (OF_ONE, OF_ALL, CHOSEN)
anyone = st.sampled_from(FILES)


def verified(lines: Sequence[bytes], **known: object) -> Verified:
    return Verifier(signed_by, **known).verify(lines)  # type: ignore[arg-type]


def fault(lines: Sequence[bytes], **known: object) -> tuple[str, str]:
    with pytest.raises(Tampered) as found:
        verified(lines, **known)
    return found.value.fault, found.value.event


def test_what_was_not_touched_verifies() -> None:
    assert verified(OF_ONE) == Verified(6, 1, 2, 5, SIGNER.public, True)
    assert verified(OF_ALL) == Verified(12, 2, 2, 10, SIGNER.public, True)
    assert verified(CHOSEN) == Verified(6, 2, 0, 0, SIGNER.public, False)
    assert verified(file_of([], None)).events == 0


@given(anyone, st.data())
def test_every_byte_counts(lines: list[bytes], data: st.DataObject) -> None:
    whole = b"".join(lines)
    place = data.draw(st.integers(0, len(whole) - 1))
    other = data.draw(st.integers(0, 255).filter(lambda byte: byte != whole[place]))
    changed = whole[:place] + bytes([other]) + whole[place + 1 :]
    fault(changed.splitlines(keepends=True) if b"\r" not in changed else changed.split(b"\n"))


@given(anyone, st.data())
def test_every_line_counts(lines: list[bytes], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(lines) - 1))
    fault(lines[:place] + lines[place + 1 :])


@given(anyone, st.data())
def test_nothing_can_be_put_between(lines: list[bytes], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(lines)))
    line = data.draw(st.sampled_from(lines) | st.binary(max_size=80).map(lambda text: text + b"\n"))
    fault([*lines[:place], line, *lines[place:]])


@given(anyone, st.data())
def test_the_order_counts(lines: list[bytes], data: st.DataObject) -> None:
    shuffled = data.draw(st.permutations(lines).filter(lambda found: found != lines))
    fault(shuffled)


def test_the_event_is_named() -> None:
    third = OF_ONE[3]
    assert fault([*OF_ONE[:3], third.replace(b'"processed', b'"prOcessed'), *OF_ONE[4:]]) == (
        "changed",
        "3:4",
    )
    assert fault(OF_ONE[:3] + OF_ONE[4:]) == ("removed", "3:2")
    assert fault([*OF_ONE[:3], third, *OF_ONE[3:]]) == ("added", "3:4")
    assert fault(OF_ONE[:-1]) == ("cut", "3:10")
    assert fault([*OF_ONE[:3], third.replace(b"{", b"[", 1), *OF_ONE[4:]]) == ("not_json", "3:2")


@pytest.mark.parametrize("lines", [[], [b"\n"], [b"  "]])
def test_failing_an_empty_file_is_called_so(lines: list[bytes]) -> None:
    assert fault(lines) == ("empty", "")


@pytest.mark.parametrize(
    "line", [b'{"specversion":"1.0"}\n', b"position,time\n", b"PK\x03\x04", b"[]\n", b"7"]
)
def test_failing_a_file_that_is_no_export_is_called_so(line: bytes) -> None:
    assert fault([line]) == ("foreign", "")
    assert fault([line, line]) == ("foreign", "")
    assert fault(OF_ONE[:1])[0] == "cut"


Change = Callable[[list[Line]], list[Line]]


def _changed(lines: list[Line]) -> list[Line]:
    return [*lines[:2], lines[2] | {"value": "{}"}, *lines[3:]]


def _rehashed(lines: list[Line]) -> list[Line]:
    """By somebody who knows how the chain is made."""
    made, previous = lines[:2], bytes.fromhex(lines[1]["hash"])
    for line in lines[2:]:
        line = line | {"value": "{}", "previous": previous.hex()}
        previous = hashed(line, previous)
        made.append(line | {"hash": previous.hex()})
    return made


def _removed(lines: list[Line]) -> list[Line]:
    return lines[:2] + lines[3:]


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (_changed, ("changed", "3:2")),
        (_removed, ("removed", "3:1")),
        (lambda lines: [*lines[:2], lines[3], lines[2], *lines[4:]], ("removed", "3:1")),
        (lambda lines: [*lines[:3], lines[2], *lines[3:]], ("added", "3:2")),
    ],
)
def test_even_where_everything_was_sealed_and_signed_anew(change: Change, found: tuple[str, str]) -> None:
    """By somebody who has the key of exports: the chain still names the event."""
    assert fault(file_of(change(history(8)))) == found


def test_a_chain_that_was_made_anew_is_not_the_one_that_was_signed() -> None:
    lines = _rehashed(history(8))
    roots = [line for line in signed(history(8), (7,)) if "root" in line]
    assert fault(file_of(lines + roots)) == ("root", "3:0-7")


def test_an_end_that_was_left_out_shows_by_the_roots() -> None:
    lines = signed(history(8), (3, 7))
    assert fault(file_of(lines[:-2] + lines[-1:])) == ("root", "3:4-7")
    assert fault(file_of([*lines[:4], lines[-1]])) == ("root", "3:4-7")


def test_roots_that_were_kept_elsewhere_have_the_last_word() -> None:
    honest = signed(history(8), (3, 7))
    kept = {
        (signed.partition, signed.number): signed
        for signed in (RootSigned(**line["root"]) for line in honest if "root" in line)
    }
    assert verified(file_of(honest), trusted=kept).roots == 2
    other = signed(_rehashed(history(8)), (3, 7))
    assert verified(file_of(other)).roots == 2
    assert fault(file_of(other), trusted=kept) == ("root", "3:0-3")


def test_another_key_is_not_this_installation_s() -> None:
    assert fault(OF_ONE, key=Signer.of_seed("22" * 32).public)[0] == "key"
    assert verified(OF_ONE, key=SIGNER.public).key == SIGNER.public


@given(st.integers(1, 40), st.data())
def test_every_leaf_has_a_path_to_the_root(count: int, data: st.DataObject) -> None:
    leaves = [leaf(TASK, number, bytes(32)) for number in range(count)]
    place = data.draw(st.integers(0, count - 1))
    steps = path(leaves, place)
    assert climbed(leaves[place], steps) == root(leaves)
    assert climbed(leaf(TASK, count, bytes(32)), steps) != root(leaves)
