"""What runs before anything is installed."""

import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.mofile import read_mo

from crm.embedded import bootstrap
from crm.embedded.healthcheck import answers, served_host
from crm.embedded.messages import compile_messages
from crm.embedded.testing import BASE_DIR


def test_it_explains_itself_without_an_action() -> None:
    program = BASE_DIR / "crm" / "embedded" / "bootstrap.py"
    # -S and -E: no site packages, as on a machine where nothing is installed yet
    done = subprocess.run(
        [sys.executable, "-S", "-E", program], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "run|test|lint" in done.stderr


def test_it_tells_an_old_python_what_is_needed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bootstrap, "OLDEST", (99, 0))
    monkeypatch.setenv("PATH", "")
    assert bootstrap.main(["run"]) == 1
    assert "Python 3.11 or newer is needed" in capsys.readouterr().err


def test_it_notices_a_changed_file(tmp_path: Path) -> None:
    lock = tmp_path / "requirements.txt"
    lock.write_text("one")
    before = bootstrap._digest([lock])
    assert bootstrap._digest([lock]) == before
    lock.write_text("two")
    assert bootstrap._digest([lock]) != before


def test_it_uses_caches_of_its_own_where_home_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bootstrap, "VAR", tmp_path)
    monkeypatch.setenv("HOME", "/nonexistent")
    monkeypatch.delenv("UV_CACHE_DIR", raising=False)
    environment = bootstrap._environment()
    assert environment["UV_CACHE_DIR"] == str(tmp_path / "cache" / "uv")
    assert environment["HOME"] == str(tmp_path / "cache" / "home")


def test_it_compiles_messages_without_gettext(tmp_path: Path) -> None:
    folder = tmp_path / "zh_Hans" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    source = folder / "django.po"
    source.write_text(
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n'
        'msgid "Customer"\nmsgstr "客户"\n',
        encoding="utf-8",
    )
    with compile_messages(source).open("rb") as handle:
        assert read_mo(handle).get("Customer").string == "客户"
    assert [path.name for path in sorted(folder.iterdir())] == ["django.mo", "django.po"]


def test_the_health_check_asks_for_a_served_host(
    monkeypatch: pytest.MonkeyPatch, live_server: object
) -> None:
    monkeypatch.setenv("ALLOWED_HOSTS", ".crm.example.com,localhost")
    assert served_host() == "crm.example.com"
    port = live_server.thread.port  # type: ignore[attr-defined]  # a fixture's own
    assert answers(port, "localhost")
    assert not answers(port, "evil.example")
    assert not answers(1, "localhost")
