"""Who is examined: the sandbox in a dialect's voice, started for it, or a server somewhere."""

import contextlib
import os
import tempfile
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import httpx
from pydantic import SecretStr

from deployments.conform.books import Books
from deployments.conform.loopback import serving
from deployments.conform.specs import smallest
from deployments.conform.subject import Account, Habits, Subject, desk, quick
from deployments.sandbox.testing import Sandbox, running_sandbox
from deployments.sandbox.voices import VOICES
from deployments.sandbox.voices.voice import Action, Voice
from workprint.dialects.registry import dialect
from workprint.errors import InputError
from workprint.models import ModelFacts, all_models, model_facts
from workprint.problems import Problem
from workprint.signatures import Scheme
from workprint.signatures.keys import Keys, published_keys, signing_key

#: Seconds a film of the sandbox takes: long enough to be seen running.
_LATENCY = 0.15
#: Submits a minute: the checks are all made at once.
_RPM = 1_000_000
#: Bytes. Enough to be cut in two, and begun like an MP4.
_FILM = b"\x00\x00\x00\x18ftypmp42" + bytes(8) + os.urandom(32 * 1024)
#: Of a server that is not ours, in seconds: a question every five, half an hour for a film.
FOREIGN = Habits(pause=5.0, patience=1800.0)


def chosen_model(name: str, wanted: str | None) -> ModelFacts:
    """The facts of the wanted model; without a wish of the cheapest with a native draft, else of the cheapest.

    Raises `InputError` where nothing is known of it, or of any model of the dialect.
    """
    if wanted is not None:
        return model_facts(wanted, name)
    today = datetime.now(UTC).date()
    on_sale = [facts for facts in all_models(dialect(name).name) if facts.sunset is None or facts.sunset > today]
    if not on_sale:
        fix = "say --model and describe it in the file WORKPRINT_MODELS names, see docs/models.md"
        zh = f"没有 {name} 的模型资料；请在 WORKPRINT_MODELS 文件中补充，并使用 --model。"
        raise InputError([Problem("--model", f"no model of {name} is known", fix, zh=zh)])
    return min(on_sale, key=_preference)


@contextlib.asynccontextmanager
async def sandboxed(name: str, wanted: str | None) -> AsyncIterator[Subject]:
    """The sandbox in the voice of a dialect's provider, for as long as the context lasts."""
    facts, voice = chosen_model(name, wanted), _voice(name)
    tokens: set[str] = set()
    with tempfile.TemporaryDirectory(prefix="workprint-conform-") as folder:
        film = Path(folder) / "film.mp4"
        film.write_bytes(_FILM)
        settings = {"fixed": str(film), "latency": _LATENCY, "rpm": _RPM}
        async with contextlib.AsyncExitStack() as stack:
            sandbox = await stack.enter_async_context(running_sandbox(Path(folder) / "home", **settings))
            account = Account(name, sandbox.base_url, voice.prefix, SecretStr(sandbox.key), facts.name)
            yield Subject(
                account=account,
                facts=facts,
                provider=await stack.enter_async_context(quick(account)),
                books=await stack.enter_async_context(Books(sandbox.base_url, sandbox.key)),
                listener=await stack.enter_async_context(serving(lambda heard: desk(tokens, heard))),
                tokens=tokens,
                keys=await _keys(voice, sandbox),
            )


@contextlib.asynccontextmanager
async def foreign(account: Account, facts: ModelFacts, *, final: bool) -> AsyncIterator[Subject]:
    """Somebody else's server."""
    async with account.block() as provider:
        yield Subject(account=account, facts=facts, provider=provider, habits=FOREIGN, final=final)


def _voice(name: str) -> Voice:
    voice = VOICES.get(name)
    if voice is None:
        rule = f"the sandbox does not speak {name}"
        fix = "add its voice (deployments/sandbox/voices), or examine a real server with --against"
        raise InputError([Problem("dialect", rule, fix, zh=f"沙盒不支持 {name}；请用 --against 检查真实服务。")])
    return voice


async def _keys(voice: Voice, sandbox: Sandbox) -> Keys:
    """What a customer has to check signatures with: the secret of the console, or the published keys."""
    scheme = dialect(voice.name).signature
    if scheme is Scheme.UNSIGNED:
        return ()
    if scheme is not Scheme.FAL:
        key = signing_key(scheme, SecretStr(sandbox.webhook_secret))
        return (key,) if key is not None else ()
    path = next(route.path for route in voice.routes if route.action is Action.OPEN_DOCUMENT)
    async with httpx.AsyncClient(trust_env=False) as client:
        return published_keys((await client.get(f"{sandbox.base_url}{voice.prefix}{path}")).content)


def _preference(facts: ModelFacts) -> tuple[bool, bool, str, Decimal, str]:
    """Native drafts first, then a known price, then the smallest one of the first currency: two cannot be compared."""
    price = facts.price(smallest(facts)).amount if facts.prices else Decimal(0)
    return (not facts.native, not facts.prices, facts.currency, price, facts.name)
