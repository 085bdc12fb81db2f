"""`workprint conform DIALECT`."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from deployments.cli.console import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from deployments.conform.scorecard import Scorecard
    from deployments.conform.subject import Account
    from workprint.errors import InputError
    from workprint.models import ModelFacts


def conform(
    dialect: str | None = None,
    /,
    *,
    every: Annotated[bool, Parameter(name="--all", negative=(), help="All dialects, against the sandbox.")] = False,
    against: Annotated[str | None, Parameter(help="Scheme and host of a real server, e.g. https://api.x.com.")] = None,
    path_prefix: Annotated[str, Parameter(help="Path before the API's own; / is none.")] = "",
    model: Annotated[str | None, Parameter(help="By default the cheapest one, with a native draft if any has.")] = None,
    key_env: Annotated[str | None, Parameter(help="Name of the environment variable that holds the API key.")] = None,
    key: Annotated[
        str | None, Parameter(allow_leading_hyphen=True, help="`-` reads the API key from standard input.")
    ] = None,
    final: Annotated[bool, Parameter(negative=(), help="Order a final too.")] = False,
    yes: Annotated[bool, Parameter(negative=(), help="Spend without asking.")] = False,
    no_price: Annotated[bool, Parameter(negative=(), help="Spend though no price is known; with --yes.")] = False,
    as_json: Annotated[bool, Parameter(name="--json", negative=(), help="One JSON object.")] = False,
    write: Annotated[Path | None, Parameter(help="Write the table of all as Markdown; with --all.")] = None,
) -> int:
    """Examine a dialect: every check against the sandbox, or those that a real server allows.

    Without --against nothing is spent: the sandbox is started for it, speaks as the dialect's provider, and misbehaves
    on request. With --against the highest cost is said first, and you are asked. The API key never stands on the
    command line, where everybody on the machine can read it: name its environment variable (--key-env), pipe it in
    (--key -), or type it when asked. Exit code 1 when a check fails.

    Parameters
    ----------
    dialect
        ark, alltoken, newapi, openai_shape, kling, fal, minimax or openrouter.
    """
    from deployments.cli.failing import DONE, FAILED
    from deployments.cli.loop import run_async

    names = _names(dialect, every=every, against=against, write=write)
    if against is None:
        cards = run_async(_at_home(names, model, quiet=as_json))
    else:
        from deployments.cli.conform_account import examined

        account, facts = examined(names[0], against, path_prefix, model, key_env, key)
        cards = run_async(_abroad(account, facts, final=final, yes=yes, no_price=no_price))
    if write is not None:
        _write(write, cards)
    if as_json:
        print(json.dumps({"ok": _good(cards), "dialects": [c.to_json() for c in cards]}, indent=2, ensure_ascii=False))
    else:
        from deployments.cli.conform_view import show

        show(cards)
    return DONE if _good(cards) else FAILED


def _good(cards: "Sequence[Scorecard]") -> bool:
    return all(card.conforms for card in cards)


def _names(dialect: str | None, *, every: bool, against: str | None, write: Path | None) -> list[str]:
    """Who is examined. Raises `InputError` where that is not clear, and for a dialect nobody knows."""
    from workprint.dialects.registry import dialect as named
    from workprint.dialects.registry import dialects

    if every == (dialect is not None):
        raise _wrong(
            "DIALECT", "either one dialect, or --all", "e.g. `workprint conform ark`", "请指定一个方言，或使用 --all。"
        )
    if every and against is not None:
        raise _wrong(
            "--against", "a real server speaks one dialect", "name it in place of --all", "请指定方言，不要使用 --all。"
        )
    if write is not None and not every:
        raise _wrong("--write", "the page holds all dialects", "use --all", "写入页面时请使用 --all。")
    return [named(dialect).name] if dialect is not None else [language.name for language in dialects()]


async def _at_home(names: list[str], model: str | None, *, quiet: bool) -> "list[Scorecard]":
    """Against the sandbox, one dialect after the other."""
    import logging

    from deployments.conform.runner import examine
    from deployments.conform.stage import sandboxed

    # It says of every callback that was refused, as it must be here.
    logging.getLogger("deployments.sandbox").setLevel(logging.CRITICAL)
    cards = []
    for name in names:
        async with sandboxed(name, model) as subject:
            cards.append(await examine(subject))
        if not quiet and len(names) > 1:
            say(f"{name}: {cards[-1].passed} of {cards[-1].offered} in {cards[-1].seconds:.1f} s", "dim")
    return cards


async def _abroad(
    account: "Account", facts: "ModelFacts", *, final: bool, yes: bool, no_price: bool
) -> "list[Scorecard]":
    """Against a real server, once the cost was agreed to."""
    from deployments.cli.conform_account import agreed
    from deployments.conform.foreign import worst
    from deployments.conform.runner import examine
    from deployments.conform.stage import foreign

    async with foreign(account, facts, final=final) as subject:
        await agreed(worst(facts, subject.language, final=final), subject.provider.api, yes=yes, no_price=no_price)
        return [await examine(subject)]


def _write(page: Path, cards: "Sequence[Scorecard]") -> None:
    from deployments.conform.report import markdown

    page.write_text(markdown(cards), encoding="utf-8")


def _wrong(where: str, rule: str, fix: str, zh: str) -> "InputError":
    from workprint.errors import InputError
    from workprint.problems import Problem

    return InputError([Problem(where, rule, fix, zh=zh)])
