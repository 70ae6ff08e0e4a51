"""Which code this is: the release, and the commit where it runs from a checkout."""

from pathlib import Path

RELEASE = "0.1.0"
_GIT = Path(__file__).parents[1] / ".git"


def _commit(git: Path) -> str:
    """The first twelve digits of the checked-out commit, empty in an image without a repository."""
    try:
        head = (git / "HEAD").read_text(encoding="ascii").strip()
        name = head.removeprefix("ref: ")
        return (head if name == head else _of_branch(git, name))[:12]
    except OSError:
        return ""


def _of_branch(git: Path, name: str) -> str:
    loose = git / name
    if loose.exists():
        return loose.read_text(encoding="ascii").strip()
    packed = (git / "packed-refs").read_text(encoding="utf-8").splitlines()
    return next((line.split()[0] for line in packed if line.endswith(f" {name}")), "")


VERSION = "+".join(part for part in (RELEASE, _commit(_GIT)) if part)
