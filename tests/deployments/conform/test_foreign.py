"""`workprint conform --against`: a server that is treated as somebody else's, as a user runs it."""

import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path

import pytest
import pytest_asyncio

from deployments.conform.stage import chosen_model
from deployments.sandbox.testing import Sandbox, running_sandbox
from tests.deployments.cli.command import environment, workprint

VARIABLE = "CONFORM_TEST_KEY"


@pytest_asyncio.fixture(scope="session")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Sandbox]:
    home = tmp_path_factory.mktemp("foreign")
    film = home / "film.mp4"
    film.write_bytes(b"\x00\x00\x00\x18ftypmp42" + os.urandom(4096))
    async with running_sandbox(home / "home", fixed=str(film), latency=0.3) as running:
        yield running


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


async def test_a_real_server_is_examined_within_the_cost_that_was_said(server: Sandbox, home: Path) -> None:
    """With --yes and --final everything a stranger can be asked passes, for no more than the highest cost said."""
    words = ("conform", "ark", "--against", server.base_url, "--key-env", VARIABLE, "--yes", "--final", "--json")
    ran = workprint(home, *words, **{VARIABLE: server.key})
    (card,) = json.loads(ran.stdout)["dialects"]
    said = Decimal(ran.stderr.partition("at most ")[2].partition(" CNY")[0])
    charged = sum(Decimal(charge["amount"]) for charge in (await server.bill())["charges"])
    assert (0, True) == (ran.returncode, card["conforms"]), ran.stdout
    assert 0 < charged <= said
    assert "drafts.native_final" in {r["check"] for r in card["results"] if r["verdict"] == "passed"}
    assert card["left_out"] > 0
    assert server.key not in ran.stdout + ran.stderr


async def test_nothing_is_spent_without_a_yes(server: Sandbox, home: Path) -> None:
    """Without --yes, and with nobody to ask, the cost is said and nothing is sent."""
    before = await server.tasks()
    words = ("conform", "ark", "--against", server.base_url, "--key-env", VARIABLE)
    ran = workprint(home, *words, **{VARIABLE: server.key})
    assert (2, True, before) == (ran.returncode, "at most" in ran.stderr, await server.tasks())


def test_a_key_can_be_piped_in(server: Sandbox, home: Path) -> None:
    """`--key -` takes the key from standard input, for a dialect under a prefix of its own."""
    argv = [sys.executable, "-m", "deployments.cli", "conform", "kling", "--against", server.base_url]
    argv += ["--path-prefix", "/kling", "--key", "-", "--yes", "--json"]
    ran = subprocess.run(
        argv,
        env=environment(home),
        cwd=home.parent,
        input=f"{server.key}\n",
        text=True,
        capture_output=True,
        check=False,
    )
    assert (0, True) == (ran.returncode, json.loads(ran.stdout)["ok"]), ran.stdout + ran.stderr


def test_a_key_on_the_command_line_is_refused(server: Sandbox, home: Path) -> None:
    """A key that everybody on the machine could read is neither used nor repeated."""
    ran = workprint(home, "conform", "ark", "--against", server.base_url, "--key", "sk-very-secret-key", "--yes")
    assert (2, True) == (ran.returncode, "--key-env" in ran.stderr)
    assert "sk-very-secret-key" not in ran.stdout + ran.stderr


@pytest.mark.parametrize("agreed", [False, True])
async def test_an_unknown_price_needs_to_be_accepted(server: Sandbox, home: Path, tmp_path: Path, agreed: bool) -> None:
    """A model without a price is examined only with --yes --no-price; --yes alone spends nothing."""
    model = f"priceless-{agreed}".lower()
    book, like = tmp_path / "models.toml", chosen_model("openai_shape", None).name
    book.write_text(f'dialect = "openai_shape"\n[[models]]\nname = "{model}"\nlike = "{like}"\nprices = []\n')
    words = ["conform", "openai_shape", "--against", server.base_url, "--path-prefix", "/openai_shape", "--json"]
    words += ["--model", model, "--key-env", VARIABLE, "--yes", *(["--no-price"] if agreed else [])]
    before = await server.tasks()
    ran = workprint(home, *words, **{VARIABLE: server.key, "WORKPRINT_MODELS": str(book)})
    assert "No price of the model is known." in ran.stderr
    assert agreed == (ran.returncode != 2)
    assert agreed or before == await server.tasks()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "--all"),
        (["ark", "--all"], "--all"),
        (["klingon"], "there is no dialect"),
        (["ark", "--write", "page.md"], "--all"),
        (["ark", "--model", "no-such-model"], "no facts and prices are known"),
        (["ark", "--against", "http://user:password@127.0.0.1:1", "--key-env", "PATH", "--yes"], "--against"),
        (["ark", "--against", "http://127.0.0.1:1", "--key-env", "NOT_SET_ANYWHERE"], "NOT_SET_ANYWHERE is not set"),
    ],
)
def test_a_wish_that_cannot_be_is_refused(home: Path, words: list[str], said: str) -> None:
    """What makes no sense is refused as wrong input, with the way to mend it and without a traceback."""
    ran = workprint(home, "conform", *words)
    assert (2, True, False) == (ran.returncode, said in ran.stderr, "Traceback" in ran.stderr)


def test_a_server_that_does_not_conform_ends_with_one(server: Sandbox, home: Path) -> None:
    """Failed checks are named with what was expected and seen, and the exit code is 1."""
    words = (
        "conform",
        "ark",
        "--against",
        server.base_url,
        "--path-prefix",
        "/nowhere",
        "--key-env",
        VARIABLE,
        "--yes",
    )
    ran = workprint(home, *words, **{VARIABLE: server.key})
    assert (1, True) == (ran.returncode, "✗ ark submit.accepted" in ran.stdout)
    assert {"expected:", "seen:"} <= set(ran.stdout.split())
