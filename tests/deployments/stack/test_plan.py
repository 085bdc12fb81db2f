"""What is started, and what is registered, before anything runs."""

from importlib import import_module
from pathlib import Path

import pytest

from deployments.desk.room.settings import RoomSettings
from deployments.stack.home import Home
from deployments.stack.plan import WORK_POOL, child_env, servers, worker
from deployments.stack.registration import _schedule, entries

_PORTS = {"prefect": 4999, "s3": 5000, "sandbox": 5001, "desk": 5002}


def test_children_never_see_the_callers_prefect(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A developer's own server or profile must not receive what the embedded stack does."""
    monkeypatch.setenv("PREFECT_API_URL", "https://elsewhere.example/api")
    monkeypatch.setenv("PREFECT_API_KEY", "pnu_secret")
    env = child_env(Home(tmp_path), 4999)
    assert ["http://127.0.0.1:4999/api", False] == [env["PREFECT_API_URL"], "PREFECT_API_KEY" in env]


def test_secrets_are_not_on_a_command_line(tmp_path: Path) -> None:
    """Everybody on a machine can read the arguments of every process."""
    home = Home(tmp_path)
    words = " ".join(word for program in servers(home, home.secrets(), _PORTS) for word in program.argv)
    shown = repr(servers(home, home.secrets(), _PORTS))
    for secret in (home.secrets().sandbox_key, home.secrets().room_key):
        assert [False, False] == [secret in words, secret in shown]


def test_the_desk_has_a_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The desk of a stack opens its own room on its own port, whatever room the caller's variables name."""
    monkeypatch.setenv("WORKPRINT_ROOM_URL", "https://room.example.com")
    home = Home(tmp_path)
    (desk,) = [program for program in servers(home, home.secrets(), _PORTS) if program.name == "desk"]
    assert "http://127.0.0.1:5002" == desk.env["WORKPRINT_ROOM_URL"]
    settings = RoomSettings.from_environment(desk.env)
    assert settings is not None
    assert home.secrets().room_key == settings.key.get_secret_value()


def test_flows_may_read_the_copies_and_what_the_user_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """WORKPRINT_ASSETS of the caller still counts, after the folder of the copies."""
    monkeypatch.setenv("WORKPRINT_ASSETS", "/srv/brand")
    assert f"{tmp_path / 'assets'}:/srv/brand" == worker(Home(tmp_path), _PORTS).env["WORKPRINT_ASSETS"]


def test_every_deployment_names_a_flow_that_is_there() -> None:
    """prefect.yaml names flows by module path, in the work pool that the stack makes."""
    for entry in entries():
        module, _, name = entry["entrypoint"].rpartition(".")
        assert entry["name"] == getattr(import_module(module), name).name
        assert WORK_POOL == entry["work_pool"]["name"]


def test_a_schedule_is_split_into_its_timing_and_its_switch() -> None:
    """What prefect.yaml writes in one mapping the client takes in two."""
    entry = {"cron": "0 6 * * *", "timezone": "Asia/Shanghai", "active": False, "slug": "daily"}
    timing = {"cron": "0 6 * * *", "timezone": "Asia/Shanghai"}
    assert {"schedule": timing, "active": False, "slug": "daily"} == _schedule(entry)
