"""One key for all processes: given, or made once by whoever needs it first."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pydantic import SecretStr

from infra.settings import Settings
from infra.signing import BadKey, Signer, signed_by, signer


def test_the_key_is_made_once_and_nobody_else_can_read_it(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home")
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: signer(settings).public, range(8)))
    assert len(keys) == 1
    assert [path.name for path in settings.home.iterdir()] == ["audit.key"]
    assert (settings.home / "audit.key").stat().st_mode & 0o777 == 0o600


def test_a_given_key_comes_first(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, audit_key=SecretStr("ab" * 32))
    assert signer(settings).public == Signer.of_seed("ab" * 32).public
    assert list(tmp_path.iterdir()) == []


def test_a_signature_is_of_one_key_and_one_text() -> None:
    mine, other = Signer.of_seed("11" * 32), Signer.of_seed("22" * 32)
    signature = mine.sign(b"text")
    assert signed_by(mine.public, signature, b"text")
    assert not signed_by(mine.public, signature, b"texts")
    assert not signed_by(other.public, signature, b"text")
    assert not signed_by("no key", signature, b"text")
    assert not signed_by(mine.public, "no signature", b"text")


@pytest.mark.parametrize("seed", ["", "ab", "zz" * 32, "ab" * 33])
def test_what_is_no_key_is_refused(seed: str) -> None:
    with pytest.raises(BadKey):
        Signer.of_seed(seed)
