"""``tidemark onec check`` on a real socket: each step in words, and the exit code."""

from stack.onec.simulator import Simulator
from tests.cli.running import tidemark
from tests.onec.world import served, small_world

USER, PASSWORD = "Администратор", "п@роль:1"


def check(url: str, password: str = PASSWORD) -> tuple[int, str]:
    env = {"TIDEMARK_ONEC_USER": USER, "TIDEMARK_ONEC_PASSWORD": password, "TIDEMARK_HOME": "/nonexistent"}
    result = tidemark("onec", "check", "--url", url, "--lang", "ru", env=env)
    return result.exit_code, result.output


def test_each_step_is_ticked_off() -> None:
    with served(Simulator(USER, PASSWORD, small_world())) as url:
        code, said = check(url)
    assert code == 0
    for step in ("Адрес", "Вход", "Права", "Опубликованные объекты", "Первый документ", "Часовой пояс"):
        assert f"✓ {step}: " in said
    assert "check_" not in said


def test_a_wrong_password_says_where_to_mend_it() -> None:
    with served(Simulator(USER, PASSWORD, small_world())) as url:
        code, said = check(url, "wrong")
    assert code == 2
    assert "✗ Вход: " in said
    assert "→ 1С → Администрирование" in said


def test_nobody_there() -> None:
    code, said = check("http://127.0.0.1:9/base/odata/standard.odata")
    assert code == 3
    assert "✗ Адрес: " in said


def test_nothing_is_configured() -> None:
    result = tidemark("onec", "check", env={"TIDEMARK_HOME": "/nonexistent"})
    assert result.exit_code == 2
    assert "TIDEMARK_ONEC_URL" in result.stderr
