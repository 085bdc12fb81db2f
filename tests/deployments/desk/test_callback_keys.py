"""The file that says whose callbacks are signed: what it may hold, and what is said of what it may not."""

import os
import re
import signal
import textwrap
import tomllib
from pathlib import Path

import httpx
import pytest

from deployments.desk.__main__ import main
from deployments.desk.callback_keys import CALLBACK_KEYS, FAL_JWKS, Signing, _Table, read_callback_keys
from deployments.desk.reception import Unkept
from deployments.stack.home import Home
from deployments.stack.plan import servers
from tests.deployments.desk.desk import BODY, TOKEN
from tests.deployments.desk.test_process import started, stopped
from tests.workprint import signers
from workprint.callbacks import Receipt
from workprint.errors import InputError
from workprint.render import Render
from workprint.signatures import Scheme
from workprint.signatures.verifying import Verdict

ROOT = Path(__file__).parents[3]

SECRET = signers.standard_secret()
PLAIN = signers.plain_secret()


def file(folder: Path, text: str, mode: int = 0o600) -> Path:
    path = folder / "callback-keys.toml"
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
    return path


def refused(path: Path) -> list[tuple[str, str, str]]:
    """Path, rule and fix of every problem."""
    with pytest.raises(InputError) as caught:
        read_callback_keys(path)
    assert {str(path)} == {problem.where for problem in caught.value.problems}
    return [(problem.path, problem.rule, problem.fix) for problem in caught.value.problems]


def test_every_scheme_can_be_said(tmp_path: Path) -> None:
    """One table a block, each with the keys its scheme has."""
    inline = signers.jwks("first").decode().replace('": ', '" = ')
    text = f"""
        [kling]
        scheme = "standard_webhooks"
        secrets = ["{SECRET}", "{signers.standard_secret("new")}"]
        ["open.router"]
        scheme = "openrouter"
        secrets = ["{PLAIN}"]
        [fal]
        scheme = "fal"
        [fal-mirror]
        scheme = "fal"
        jwks_url = "http://10.0.0.1/jwks.json"
        allow_private_network = true
        [fal-offline]
        scheme = "fal"
        jwks = {inline}
    """
    found = read_callback_keys(file(tmp_path, text, 0o640))
    assert signers.kling().keys + signers.kling("new").keys == found["kling"].keys
    assert Signing(Scheme.OPENROUTER, signers.openrouter().keys) == found["open.router"]
    assert Signing(Scheme.FAL, (), FAL_JWKS) == found["fal"]
    assert Signing(Scheme.FAL, (), "http://10.0.0.1/jwks.json", allow_private_network=True) == found["fal-mirror"]
    assert Signing(Scheme.FAL, signers.fal().keys) == found["fal-offline"]


BROKEN = f"""
[a]
scheme = "hmac"
secrets = ["s3cret-one"]
[b]
secrets = ["s3cret-two"]
[c]
scheme = "standard_webhooks"
secret = "s3cret-three"
[d]
scheme = "standard_webhooks"
secrets = ["{SECRET}", "whsec_s3cret"]
jwks_url = "https://elsewhere.example/jwks.json"
[e]
scheme = "openrouter"
[f]
scheme = "fal"
secrets = ["s3cret-four"]
jwks_url = "http://elsewhere.example/jwks.json"
[g]
scheme = "fal"
jwks = {{ keys = [] }}
jwks_url = "ftp://elsewhere.example"
[h]
scheme = "unsigned"
[i]
scheme = "openrouter"
secrets = "{PLAIN}"
allow_private_network = "yes"
[j.k]
scheme = "fal"
[l]
scheme = "openrouter"
secrets = ["s3cret", 7]
"""
PLACES = [
    "a.scheme",
    "b.scheme",
    "c.secret",
    "d.secrets[1]",
    "d.jwks_url",
    "e.secrets",
    "f.secrets",
    "f.jwks_url",
    "g.jwks",
    "g.jwks_url",
    "g.jwks_url",
    "h.scheme",
    "i.secrets",
    "i.allow_private_network",
    "j.scheme",
    "j.k",
    "l.secrets[1]",
]


def test_everything_wrong_is_said_at_once(tmp_path: Path) -> None:
    """Each problem names table and field, has a rule and a fix, and repeats no secret."""
    problems = refused(file(tmp_path, f'm = "{SECRET}"\n{BROKEN}'))
    assert ["m", *PLACES] == [place for place, _, _ in problems]
    assert all(rule and fix for _, rule, fix in problems)
    assert ("s3cret" in str(problems), PLAIN in str(problems), SECRET in str(problems)) == (False, False, False)


@pytest.mark.parametrize("mode", [0o604, 0o644, 0o602, 0o601])
def test_a_file_that_others_can_open_is_refused(tmp_path: Path, mode: int) -> None:
    """Whatever else it says: every user of the machine could sign, or take a secret out."""
    path = file(tmp_path, f'[a]\nscheme = "openrouter"\nsecrets = ["{PLAIN}"]', mode)
    ((place, rule, fix),) = refused(path)
    assert (CALLBACK_KEYS, True, f"chmod o= {path}") == (place, f"mode {mode:04o}" in rule, fix)


@pytest.mark.parametrize("text", ["", "# nothing yet", "[a", 'a = "b', "[a]\n[a]", "\x00"])
def test_a_file_that_says_nothing(tmp_path: Path, text: str) -> None:
    """No TOML, or no table, is one problem of the file: an empty list of keys never means that all may call."""
    assert [CALLBACK_KEYS] == [place for place, _, _ in refused(file(tmp_path, text))]


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    """It is named, with the system's reason."""
    ((place, rule, _),) = refused(tmp_path / "none.toml")
    assert (CALLBACK_KEYS, "cannot be read: No such file or directory") == (place, rule)


def test_a_file_that_is_no_text(tmp_path: Path) -> None:
    """Bytes that are no UTF-8 are one problem, too."""
    path = file(tmp_path, "")
    path.write_bytes(b"\xff\xfe")
    assert [CALLBACK_KEYS] == [place for place, _, _ in refused(path)]


def test_keys_are_in_no_representation(tmp_path: Path) -> None:
    """What is read can be printed without giving a secret away."""
    path = file(tmp_path, f'[a]\nscheme = "openrouter"\nsecrets = ["{PLAIN}"]')
    assert PLAIN not in repr(read_callback_keys(path))


def test_the_desk_does_not_start_with_a_broken_file(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """It ends with 1 and the whole list, one line a problem, without secret and without traceback."""
    os.environ[CALLBACK_KEYS] = str(file(tmp_path, BROKEN))
    try:
        assert 1 == main(["--port", "0"])
    finally:
        del os.environ[CALLBACK_KEYS]
    said = capfd.readouterr().err
    assert [place for place in PLACES if f": {place}: " not in said] == []
    assert ("s3cret" in said, "Traceback" in said) == (False, False)


@pytest.mark.system
async def test_the_process_reads_its_file(tmp_path: Path, ledger_url: str, render: Render) -> None:
    """It says whose callbacks must be signed, takes those, refuses others, and logs why without a secret."""
    path = file(tmp_path, f'[sandbox]\nscheme = "standard_webhooks"\nsecrets = ["{SECRET}"]')
    keys = {"WORKPRINT_LEDGER_URL": ledger_url, CALLBACK_KEYS: str(path)}
    async with started(**keys) as (process, url), httpx.AsyncClient(base_url=url, trust_env=False) as client:
        address, headers = f"/callbacks/sandbox/{TOKEN}", signers.kling().sign(BODY, signers.now())
        assert 200 == (await client.post(address, content=BODY, headers=headers)).status_code
        assert 401 == (await client.post(address, content=BODY)).status_code
        code, said = await stopped(process, signal.SIGTERM)
    assert (0, False, False) == (code, TOKEN in said, SECRET in said)
    assert "callbacks of sandbox must be signed: standard_webhooks" in said
    assert "callback_badly_signed provider=sandbox verdict=missing_header" in said


def test_the_stacks_desk_finds_the_users_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A path relative to where the user is means the same to a desk that runs in another folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(CALLBACK_KEYS, "keys.toml")
    home = Home(tmp_path / "home")
    ports = {"prefect": 4999, "s3": 5000, "sandbox": 5001, "desk": 5002}
    (desk,) = (program for program in servers(home, home.secrets(), ports) if program.name == "desk")
    assert str(tmp_path / "keys.toml") == desk.env[CALLBACK_KEYS]


def test_the_page_explains_everything() -> None:
    """Each field of the file and each verdict is in docs/callbacks.md, and its example is one that the desk takes."""
    page = (ROOT / "docs/callbacks.md").read_text(encoding="utf-8")
    words = {*_Table.model_fields, *Verdict, *Unkept, *Receipt} - {Verdict.VALID, Unkept.BUSY, Unkept.UNAVAILABLE}
    assert sorted(word for word in words - {Receipt.MALFORMED} if f"`{word}`" not in page) == []
    (example,) = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    schemes = {table["scheme"] for table in tomllib.loads(textwrap.dedent(example)).values()}
    assert set(Scheme) - {Scheme.UNSIGNED} == schemes
