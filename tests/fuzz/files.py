"""Files that something happened to: cut off, bytes changed, pieces doubled, moved or left out."""

from collections.abc import Callable
from pathlib import Path

from hypothesis import strategies as st

from domain.errors import TidemarkError

SAMPLES = Path(__file__).parents[2].parent / "shared" / "samples"

# What breaks parsers of 1C's formats most readily.
_PIECES = st.sampled_from(
    [
        b"",
        b"\0",
        b'"',
        b"{",
        b"}",
        b"<",
        b">",
        b"&",
        b"]]>",
        b"\xff\xff",
        b"\r\n",
        b",",
        b"=",
        b"\xd0",
        b"9" * 30,
    ]
)
_POSITION = st.integers(0, 1 << 16)


def samples(folder: str) -> list[bytes]:
    """The public samples, where they lie beside the repository."""
    return [path.read_bytes() for path in sorted((SAMPLES / folder).glob("*"))]


@st.composite
def damaged(draw: st.DrawFn, whole: list[bytes]) -> bytes:
    """One of ``whole`` after up to six accidents."""
    data = bytearray(draw(st.sampled_from(whole)))
    for _ in range(draw(st.integers(1, 6))):
        start = draw(_POSITION) % (len(data) + 1)
        end = min(len(data), start + draw(st.integers(0, 64)))
        match draw(st.sampled_from(("cut", "change", "insert", "double", "move", "drop"))):
            case "cut":
                del data[start:]
            case "change":
                data[start:end] = draw(st.binary(min_size=end - start, max_size=end - start))
            case "insert":
                data[start:start] = draw(_PIECES)
            case "double":
                data[start:start] = data[start:end]
            case "move":
                part = bytes(data[start:end])
                del data[start:end]
                place = draw(_POSITION) % (len(data) + 1)
                data[place:place] = part
            case "drop":
                del data[start:end]
    return bytes(data)


def ends(read: Callable[[], object]) -> str:
    """It ends; where it does not end well, the code of an error of ours. Any other exception is a defect."""
    try:
        read()
    except TidemarkError as error:
        return error.code
    return ""
