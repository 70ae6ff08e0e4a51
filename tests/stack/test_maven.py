"""Kafka is fetched once for all checkouts of a user, whole or not at all, and says how to do without."""

import json
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from stack.home import user_cache
from stack.maven import KAFKA_VERSION, DownloadFailed, kafka_classpath
from stack.ports import LOOPBACK, choose


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "tidemark" / "kafka" / KAFKA_VERSION


def downloaded(cache: Path, *names: str) -> list[Path]:
    """A finished download of these files."""
    cache.mkdir(parents=True)
    jars = [cache / name for name in names]
    for jar in jars:
        jar.write_bytes(b"jar")
    (cache / "files.json").write_text(json.dumps({str(jar): 3 for jar in jars}))
    return jars


def test_what_is_there_is_not_fetched_again(cache: Path) -> None:
    said: list[str] = []
    jars = downloaded(cache, "kafka.jar", "clients.jar")
    assert kafka_classpath(said.append) == f"{jars[0]}:{jars[1]}"
    assert said == []


@pytest.mark.parametrize("damage", [b"", None])
def test_a_file_cut_short_or_missing_is_fetched_again(
    cache: Path, monkeypatch: pytest.MonkeyPatch, damage: bytes | None
) -> None:
    said: list[str] = []
    (jar,) = downloaded(cache, "kafka.jar")
    if damage is None:
        jar.unlink()
    else:
        jar.write_bytes(damage)
    monkeypatch.setenv("TIDEMARK_MAVEN_URL", f"http://{LOOPBACK}:{choose(set())}")
    with pytest.raises(DownloadFailed):
        kafka_classpath(said.append)
    assert said == [f"Kafka {KAFKA_VERSION}: fetching 45 files, 66 MB, into {cache}"]


def test_a_repository_that_does_not_answer_is_named(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repository = f"http://{LOOPBACK}:{choose(set())}"
    monkeypatch.setenv("TIDEMARK_MAVEN_URL", repository)
    with pytest.raises(DownloadFailed, match=f"from {repository}(.|\n)*TIDEMARK_KAFKA to a running Kafka"):
        kafka_classpath(print)
    assert not (cache / "files.json").exists()


class Nothing(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_error(404)

    def log_message(self, *_: object) -> None:
        return


def test_a_repository_without_kafka_is_named(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with HTTPServer((LOOPBACK, 0), Nothing) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("TIDEMARK_MAVEN_URL", f"http://{LOOPBACK}:{server.server_port}")
        with pytest.raises(DownloadFailed, match="TIDEMARK_MAVEN_URL to a mirror"):
            kafka_classpath(print)
        server.shutdown()


def test_the_cache_is_the_users(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setenv("HOME", "/home/somebody")
    assert user_cache() == Path("/home/somebody/.cache/tidemark")
