"""The home, its lock, its secrets, its ports and its state."""

import json
import os
import socket
import stat
from contextlib import ExitStack
from pathlib import Path

import pytest

from deployments.stack.home import Home, write_private
from deployments.stack.ports import choose
from deployments.stack.state import StackState, require_running, running
from workprint.errors import StackError


def _state() -> StackState:
    return StackState(1, {"prefect": 1, "s3": 2, "sandbox": 3}, {"prefect": 4}, "sqlite:///ledger.db")


def test_two_stacks_cannot_share_a_home(tmp_path: Path) -> None:
    """The second lock is refused and says where the first one is."""
    home = Home(tmp_path)
    lock = home.lock()
    with pytest.raises(StackError, match=str(tmp_path)):
        home.lock()
    os.close(lock)
    os.close(home.lock())


def test_asking_whether_a_home_is_taken_does_not_take_it(tmp_path: Path) -> None:
    """`taken` follows the lock and creates nothing."""
    home = Home(tmp_path / "new")
    assert not home.taken()
    assert not home.root.exists()
    lock = home.lock()
    assert home.taken()
    os.close(lock)
    assert not home.taken()


def test_secrets_are_made_once_and_private(tmp_path: Path) -> None:
    """The secrets stay the same, only the owner can read them, and they do not show in a log."""
    home = Home(tmp_path)
    first = home.secrets()
    assert first == home.secrets()
    assert stat.S_IMODE((tmp_path / "secrets.json").stat().st_mode) == 0o600
    assert first.sandbox_key not in repr(first)
    assert Home(tmp_path / "other").secrets() != first


def test_an_older_home_gets_the_rooms_key(tmp_path: Path) -> None:
    """A secrets file from before the screening room keeps what it has, and gets the key once, as private as before."""
    home = Home(tmp_path)
    home.create()
    old = {"sandbox_key": "old key", "callback_secret": "whsec_old"}
    write_private(tmp_path / "secrets.json", json.dumps(old))
    found = home.secrets()
    assert ("old key", "whsec_old", True) == (found.sandbox_key, found.callback_secret, len(found.room_key) >= 32)
    assert found == home.secrets()
    assert stat.S_IMODE((tmp_path / "secrets.json").stat().st_mode) == 0o600
    assert found.room_key not in repr(found)


def test_a_taken_port_gives_way() -> None:
    """A preferred port that somebody listens on is replaced by a free one."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        with ExitStack() as held:
            assert taken != choose({"prefect": taken}, held)["prefect"]


def test_a_free_port_is_kept() -> None:
    """A preferred port that is free is the one that is used: bookmarks stay good."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        free = other.getsockname()[1]
    with ExitStack() as held:
        assert {"s3": free} == choose({"s3": free}, held)


def test_two_stacks_that_start_together_do_not_meet() -> None:
    """A port that was chosen is nobody else's before its server listens; afterwards it is free again."""
    with ExitStack() as first, ExitStack() as second:
        port = choose({"prefect": 0}, first)["prefect"]
        assert port != choose({"prefect": port}, second)["prefect"]
    with ExitStack() as third:
        assert {"prefect": port} == choose({"prefect": port}, third)


def test_a_state_left_by_a_killed_stack_does_not_count(tmp_path: Path) -> None:
    """Without the lock there is no stack, whatever an old stack.json says; the error says how to start one."""
    home = Home(tmp_path)
    home.create()
    _state().write(home)
    assert running(home) is None
    with pytest.raises(StackError) as caught:
        require_running(home)
    assert "workprint up" in caught.value.diagnostics()


def test_the_state_of_a_running_stack_is_read_back(tmp_path: Path) -> None:
    """While the lock is held, stack.json is the stack; only the owner can read it."""
    home = Home(tmp_path)
    lock = home.lock()
    assert running(home) is None
    _state().write(home)
    assert _state() == running(home)
    assert stat.S_IMODE(home.state_file.stat().st_mode) == 0o600
    os.close(lock)
