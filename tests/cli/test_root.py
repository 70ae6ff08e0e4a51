"""Options may stand anywhere; a failure is words and an exit code, never a traceback."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from cli.root import Root, hoisted
from tests.cli.running import tidemark

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        (["tasks", "--lang", "ru"], ["--lang", "ru", "tasks"]),
        (["tasks", "--api=http://x", "--json"], ["--api=http://x", "tasks", "--json"]),
        (["--lang", "ru", "tasks"], ["--lang", "ru", "tasks"]),
        (["tasks", "--lang"], ["--lang", "tasks"]),
        (["show", "--", "--lang"], ["show", "--", "--lang"]),
        ([], []),
    ],
)
def test_options_that_may_stand_anywhere(given: list[str], meant: list[str]) -> None:
    assert hoisted(given) == meant


def test_help_names_the_commands_and_exit_codes() -> None:
    result = tidemark("--help")
    assert result.exit_code == 0
    for name in (
        "import",
        "tasks",
        "show",
        "watch",
        "cancel",
        "rejects",
        "events",
        "onec",
        "migrate",
        "users",
    ):
        assert name in result.output
    assert "3 not reachable" in result.output


def test_nobody_answers(tmp_path: Path) -> None:
    with socket.socket() as taken:
        # Bound and not listening: a connection is refused at once.
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        env = {"TIDEMARK_PASSWORD": "x", "TIDEMARK_HOME": str(tmp_path)}
        result = tidemark("tasks", "--api", url, env=env)
    assert result.exit_code == 3
    assert "✗ Tidemark does not answer" in result.stderr
    assert f"where: {url}" in result.stderr
    assert "what to do: look whether it runs" in result.stderr
    assert "Traceback" not in result.output


def test_nothing_runs_here(tmp_path: Path) -> None:
    result = tidemark("tasks", "--lang", "ru", env={"TIDEMARK_HOME": str(tmp_path)})
    assert result.exit_code == 3
    assert "Неизвестно, где работает Tidemark" in result.stderr


@pytest.mark.parametrize(
    "command",
    [
        ("projections", "status"),
        ("projections", "rebuild"),
        ("events", "0190c1de-0000-7000-8000-000000000000"),
    ],
)
def test_without_a_stack_nobody_else_s_servers_are_asked(tmp_path: Path, command: tuple[str, ...]) -> None:
    result = tidemark(*command, env={"TIDEMARK_HOME": str(tmp_path)})
    assert result.exit_code == 3
    assert "Nothing says where Tidemark is" in result.stderr
    assert "TIDEMARK_KAFKA" in result.stderr
    assert "Traceback" not in result.output


def test_an_id_that_is_none(tmp_path: Path) -> None:
    result = tidemark("show", "../../secrets", env={"TIDEMARK_HOME": str(tmp_path)})
    assert result.exit_code == 2
    assert "This is not a task's id" in result.stderr
    assert "../../secrets" in result.stderr
    assert "Traceback" not in result.output


def test_kafka_and_postgres_that_do_not_answer(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        place = f"127.0.0.1:{taken.getsockname()[1]}"
        env = {
            "TIDEMARK_HOME": str(tmp_path),
            "TIDEMARK_KAFKA": place,
            "TIDEMARK_DATABASE_URL": f"postgresql://u:secret-word@{place}/x",
        }
        events, demo = tidemark("events", env=env), tidemark("demo", "clear", env=env)
        status = tidemark("projections", "status", env=env)
    assert (events.exit_code, demo.exit_code, status.exit_code) == (3, 3, 3)
    assert "Kafka does not answer" in events.stderr
    for asked in (demo, status):
        assert "The database does not answer" in asked.stderr
        assert "secret-word" not in asked.output
    assert "Traceback" not in events.output + demo.output + status.output


def test_a_reader_who_has_enough_ends_it_quietly(tmp_path: Path) -> None:
    program = (
        "import sys, typer; from cli.root import Root\n"
        "app = typer.Typer(cls=Root)\n"
        "@app.callback()\ndef root() -> None: ...\n"
        "@app.command()\ndef write() -> None:\n"
        "    while True:\n        sys.stdout.write('line\\n' * 1000)\n"
        "app(['write'])\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(20) == 2


def test_ctrl_c_anywhere_ends_with_130() -> None:
    app = typer.Typer(cls=Root)

    @app.callback()
    def root() -> None: ...

    @app.command()
    def stopped() -> None:
        raise KeyboardInterrupt

    assert CliRunner().invoke(app, ["stopped"]).exit_code == 130
