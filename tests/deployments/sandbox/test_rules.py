"""Rules that need no server: prices, drafts, secrets, settings, and what time does to tasks."""

import json
import stat
import time
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from deployments.sandbox.keys import bearer_key, kept_secret
from deployments.sandbox.refusals import Refusal
from deployments.sandbox.settings import SandboxSettings
from deployments.sandbox.store import KEPT_SECONDS, Store
from deployments.sandbox.tasks import Params, Status, Task, charge_for
from deployments.sandbox.testing import running_sandbox
from deployments.sandbox.values import Ask, Look
from deployments.sandbox.voices.ark import ArkVoice
from deployments.sandbox.voices.ark_catalogue import amount, model_named, tokens
from deployments.sandbox.voices.ark_finals import DRAFT_SECONDS
from tests.deployments.sandbox.client import MODEL, Client, draft_item, text_body

PRO, OLD = "doubao-seedance-1-5-pro-251215", "doubao-seedance-1-0-pro-250528"


ARK = ArkVoice()


def asking(body: dict[str, object], known: dict[str, Task] | None = None, now: float = 0) -> Ask:
    find = (known or {}).get
    return Ask(json.dumps(body).encode(), path={}, query=(), headers={}, now=now, find=find, by_reference=find)


def params(**more: object) -> Params:
    return ARK.wanted(asking(text_body(**more))).params  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("size", "frames", "expected"),
    [((864, 496), 120, 50220), ((1920, 1080), 120, 243000), ((854, 480), 120, 48037)],
)
def test_tokens_follow_arks_formula(size: tuple[int, int], frames: int, expected: int) -> None:
    """Width by height by frames by 1/1024, in whole tokens."""
    assert expected == tokens(*size, frames)


@pytest.mark.parametrize(
    ("model", "resolution", "sound", "flex", "expected"),
    [
        (MODEL, "480p", True, False, "70"),
        (MODEL, "720p", False, False, "70"),
        (MODEL, "1080p", True, False, "77"),
        ("dreamina-seedance-2-5-260628", "1080p", True, False, "77"),
        (PRO, "1080p", True, False, "16"),
        (PRO, "1080p", False, False, "8"),
        (PRO, "1080p", False, True, "4"),
    ],
)
def test_the_price_follows_model_size_sound_and_tier(
    model: str, resolution: str, sound: bool, flex: bool, expected: str
) -> None:
    """CNY per million tokens, under either seller's name of the model."""
    assert Decimal(expected) == model_named(model).rate(resolution, sound=sound, flex=flex)


def test_an_amount_is_exact() -> None:
    """243000 tokens at 77 CNY a million are 18.711 CNY."""
    assert Decimal("18.7110") == amount(243000, Decimal(77))


def test_defaults_are_arks() -> None:
    """A draft is 480p, a full film 720p, sound is on where the model has it, and five seconds are enough."""
    assert ("480p", "adaptive", 120, True) == _seen(params(duration=None))
    assert ("720p", "adaptive", 120, True) == _seen(params(duration=None, draft=False))
    assert ("1080p", "adaptive", 120, False) == _seen(params(duration=None, draft=False, model=OLD))
    assert ("1080p", "adaptive", 29, False) == _seen(params(duration=None, draft=False, model=OLD, frames=29))


def _seen(made: Params) -> tuple[str, str, int, bool]:
    return made.resolution, made.ratio, made.frames, made.generate_audio


def test_what_is_left_to_the_model_is_still_repeatable() -> None:
    """Seed -1 and duration -1 follow from the request; another prompt gets another seed; who asks does not matter."""
    first = params(model=PRO, seed=-1, duration=-1)
    assert first == params(model=PRO, seed=-1, duration=-1)
    assert 4 * 24 <= first.frames <= 12 * 24
    assert first.seed == params(model=PRO, seed=-1, duration=-1, safety_identifier="else").seed
    assert first.seed != params(model=PRO, seed=-1, duration=-1, prompt="Another").seed


def task(**more: object) -> Task:
    made = Task("cgt-1", 1, replace(params(), ratio="16:9"), Status.SUCCEEDED, created_at=1000, updated_at=1001)
    return replace(made, **more)  # type: ignore[arg-type]


def test_a_draft_makes_finals_for_seven_days() -> None:
    """On the last second it does, one later it does not."""
    body: dict[str, object] = {"model": MODEL, "content": [draft_item("cgt-1")]}
    made = ARK.wanted(asking(body, {"cgt-1": task()}, 1000 + DRAFT_SECONDS)).params
    assert ("1080p", "cgt-1", False) == (made.resolution, made.draft_task_id, made.draft)
    with pytest.raises(Refusal, match="7 days"):
        ARK.wanted(asking(body, {"cgt-1": task()}, 1001 + DRAFT_SECONDS))


def test_a_task_object_says_only_what_is_known() -> None:
    """No link, no usage and no error before the end; frames instead of a duration where it is not whole seconds."""
    running = ARK.shown(Look(task(status=Status.RUNNING), "http://ark", 1000, 1001))
    assert {"content", "usage", "error", "frames", "draft_task_id"}.isdisjoint(running)
    short = ARK.shown(Look(task(params=replace(params(ratio="1:1"), frames=29)), "http://ark", 1000, 1001, link="u"))
    assert (29, {"video_url": "u"}) == (short["frames"], short["content"])
    assert "duration" not in short


def test_a_task_survives_the_store(tmp_path: Path) -> None:
    """What is written comes back equal, a success is billed once with it, and after seven days nobody finds it."""
    store = Store(tmp_path / "a.db")
    made = store.create("cgt-1", task().params, [], 1000)
    assert made == store.find("ark", "cgt-1", 1000 + KEPT_SECONDS - 1) == store.anyones("cgt-1", 1000)
    assert store.find("ark", "cgt-1", 1000 + KEPT_SECONDS) is None
    assert store.find("other", "cgt-1", 1000) is None
    cost = ARK.cost(made.params)
    done = store.move(made, Status.SUCCEEDED, 1002, cost)
    assert [charge_for(done, cost, 1002)] == store.bill()
    store.delete(done)
    assert (None, [done], 1) == (store.find("ark", "cgt-1", 1003), store.all(), len(store.bill()))
    store.close()


async def test_a_task_that_waited_too_long_expires(tmp_path: Path) -> None:
    """Past its own execution_expires_after a queued task is expired, costs nothing, and stays readable."""
    store = Store(tmp_path / "sandbox.db")
    store.create("cgt-old", replace(task().params, execution_expires_after=3600), [], time.time() - 3601)
    store.close()
    async with running_sandbox(tmp_path, fixed="50kB") as sandbox, Client(sandbox) as client:
        ended = await client.until("cgt-old", lambda task: task["status"] != "queued")
        assert ("expired", []) == (ended["status"], (await sandbox.bill())["charges"])


async def test_a_broken_render_is_a_failed_task(tmp_path: Path) -> None:
    """When the model itself breaks, the client is told with Ark's code, and nothing is billed."""
    store = Store(tmp_path / "sandbox.db")
    store.create("cgt-broken", replace(task().params, stills=("not-there",)), [], time.time())
    store.close()
    async with running_sandbox(tmp_path) as sandbox, Client(sandbox) as client:
        ended = await client.until("cgt-broken", lambda task: task["status"] not in {"queued", "running"})
        assert ("failed", "InternalServiceError") == (ended["status"], ended["error"]["code"])
        assert [] == (await sandbox.bill())["charges"]


async def test_links_name_the_address_clients_use(tmp_path: Path) -> None:
    """Behind another name, links begin with the public address; the set key is the one that opens."""
    wanted_key = SecretStr("a-key-of-ours")
    settings = {"fixed": "50kB", "public_url": "http://films.example/", "key": wanted_key}
    async with running_sandbox(tmp_path, **settings) as sandbox, Client(sandbox) as client:
        done = await client.ended(text_body())
    assert "a-key-of-ours" == sandbox.key
    assert done["content"]["video_url"].startswith("http://films.example/files/cgt-")


async def test_a_film_by_its_link_becomes_a_reference(client: Client) -> None:
    """Reference media are fetched over HTTP; the ratio follows the film; a page that is no film is refused."""
    first = await client.ended(text_body(ratio="9:16"))

    def remake(url: str) -> dict[str, object]:
        film = {"type": "video_url", "video_url": {"url": url}, "role": "reference_video"}
        sound = {"type": "audio_url", "audio_url": {"url": url}, "role": "reference_audio"}
        return text_body(content=[film, sound])

    second = await client.ended(remake(first["content"]["video_url"]))
    assert ("succeeded", "9:16") == (second["status"], second["ratio"])
    reply = await client.submit(remake(f"{client.sandbox.base_url}/healthz"))
    assert "content.0.video_url.url" == reply.json()["error"]["param"]


async def test_the_queue_keeps_its_order(tmp_path: Path) -> None:
    """With one slot tasks run one after the other, in the order they came."""
    async with running_sandbox(tmp_path, fixed="50kB", latency=0.01, concurrency=1) as sandbox:
        async with Client(sandbox) as client:
            ids = [await client.accepted(text_body()) for _ in range(5)]
            await client.until(ids[-1], lambda task: task["status"] == "succeeded")
        assert ids == [charge["task_id"] for charge in (await sandbox.bill())["charges"]]


def test_a_secret_is_made_once_and_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file's secret stays, is its owner's only, and gives way to the environment and to a setting."""
    settings = SandboxSettings(home=tmp_path / "home")
    made = bearer_key(settings)
    assert made == bearer_key(settings) == kept_secret(tmp_path / "home" / "key")
    assert 0o600 == stat.S_IMODE((tmp_path / "home" / "key").stat().st_mode)
    monkeypatch.setenv("WORKPRINT_SANDBOX_KEY", "from the environment")
    assert "from the environment" == bearer_key(settings)
    assert "set" == bearer_key(settings.model_copy(update={"key": SecretStr("set")}))
    assert "set" not in repr(settings.model_copy(update={"key": SecretStr("set")}))


def test_a_port_in_use_is_an_error_at_once(tmp_path: Path) -> None:
    """Two sandboxes cannot share a port, and the second says so before it does anything."""
    from deployments.sandbox.__main__ import main
    from deployments.sandbox.server import SandboxServer

    first = SandboxServer(SandboxSettings(home=tmp_path, port=0))
    try:
        first._socket.listen()
        assert 1 == main(["--home", str(tmp_path), "--port", first.url.rpartition(":")[2]])
    finally:
        first._socket.close()


def test_settings_are_checked(tmp_path: Path) -> None:
    """An unknown setting and a fault list that cannot be read are errors."""
    (tmp_path / "faults.json").write_text('[{"fault": "earthquake"}]')
    for wrong in ({"colour": "red"}, {"faults": tmp_path / "faults.json"}, {"fixed": "8 miles"}):
        with pytest.raises(ValidationError):
            SandboxSettings.model_validate({"home": tmp_path, **wrong})
