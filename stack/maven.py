"""Kafka's files from a Maven repository into the user's cache, without Java or Maven."""

import fcntl
import json
import os
import shutil
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from jgo.env import EnvironmentBuilder
from jgo.maven import MavenContext, PythonResolver

from stack.home import user_cache

# The one place: compose.yaml must name the same (tests/stack/test_compose.py).
KAFKA_VERSION = "4.4.0"
SIZE_MB = 66
CENTRAL = "https://repo.maven.apache.org/maven2"

# slf4j-simple, and not Log4j's binding: the parent of that one pins kafka-clients to 3.9, and jgo
# then mixes both. Without any binding Kafka logs nothing.
ENDPOINT = f"org.apache.kafka:kafka_2.13:{KAFKA_VERSION}+org.slf4j:slf4j-simple:1.7.36"


class DownloadFailed(Exception):
    """Kafka could not be fetched; the message says what to do instead."""


def kafka_classpath(say: Callable[[str], None]) -> str:
    """Kafka's jars, fetched where the cache does not have them whole (66 MB, 10 to 30 s)."""
    cache = user_cache() / "kafka" / KAFKA_VERSION
    cache.mkdir(parents=True, exist_ok=True)
    manifest = cache / "files.json"
    with _alone(cache / "lock"):
        if not _is_whole(manifest):
            say(f"Kafka {KAFKA_VERSION}: fetching 45 files, {SIZE_MB} MB, into {cache}")
            _fetch(cache, manifest)
        sizes: dict[str, int] = json.loads(manifest.read_bytes())
        return os.pathsep.join(sizes)


def _is_whole(manifest: Path) -> bool:
    """Whether a finished download is still there: the list is written last, with the sizes."""
    try:
        sizes: dict[str, int] = json.loads(manifest.read_bytes())
        return all(Path(jar).stat().st_size == size for jar, size in sizes.items())
    except (FileNotFoundError, ValueError):
        return False


def _fetch(cache: Path, manifest: Path) -> None:
    """Resolve and download; a jar that an interrupted download cut short is fetched again."""
    repository = os.environ.get("TIDEMARK_MAVEN_URL") or CENTRAL
    try:
        jars = _resolve(cache, repository)
        if not all(zipfile.is_zipfile(jar) for jar in jars):
            for folder in ("m2", "env"):
                shutil.rmtree(cache / folder)
            jars = _resolve(cache, repository)
    except (OSError, RuntimeError, ValueError, zipfile.BadZipFile) as error:
        raise DownloadFailed(
            f"Kafka could not be fetched from {repository}: {error}\n"
            "Set TIDEMARK_MAVEN_URL to a mirror of Maven Central, or TIDEMARK_KAFKA to a running Kafka."
        ) from error
    draft = manifest.with_suffix(".draft")
    draft.write_text(json.dumps({str(jar): jar.stat().st_size for jar in jars}, indent=1))
    draft.replace(manifest)


def _resolve(cache: Path, repository: str) -> list[Path]:
    context = MavenContext(
        resolver=PythonResolver(),
        repo_cache=cache / "m2",
        remote_repos={"central": repository},
        timeout=60,
    )
    return EnvironmentBuilder(context=context, cache_dir=cache / "env").from_endpoint(ENDPOINT).all_jars


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """One process at a time, over all checkouts of this user."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
