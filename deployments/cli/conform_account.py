"""The account that `workprint conform --against` examines: its key, and what may be spent."""

import getpass
import os
import sys

from pydantic import SecretStr, ValidationError

from deployments.cli.console import ERR, interactive
from deployments.cli.keyboard import sure
from deployments.conform.foreign import Worst
from deployments.conform.stage import chosen_model
from deployments.conform.subject import Account
from workprint.errors import InputError
from workprint.models import ModelFacts
from workprint.problems import Problem


def examined(
    name: str, against: str, path_prefix: str, model: str | None, key_env: str | None, key: str | None
) -> tuple[Account, ModelFacts]:
    """The account and its model's facts. Raises `InputError` for an address, a path or a key that cannot be right."""
    facts = chosen_model(name, model)
    account = Account(name, against, path_prefix, _key(key_env, key), facts.name)
    try:
        account.block()
    except ValidationError as error:
        # Pydantic is told not to repeat what was given: it may be the key.
        raise InputError(
            [_problem(found["loc"], found["msg"]) for found in error.errors(include_input=False)]
        ) from None
    return account, facts


async def agreed(cost: Worst, api: str, *, yes: bool, no_price: bool) -> None:
    """Say what it may cost, and ask. Raises `InputError` unless somebody wants it."""
    ERR.print(f"This orders {cost.films} at {api}.", markup=False)
    if cost.amount is None:
        ERR.print("No price of the model is known.", markup=False)
        if not (yes and no_price):
            fix = "say --yes --no-price when you accept whatever it costs, or add the price (docs/models.md)"
            rule, zh = "nobody can say what this costs", "未知价格；若接受任何费用，请使用 --yes --no-price。"
            raise InputError([Problem("--no-price", rule, fix, zh=zh)])
        return
    ERR.print(f"It costs at most {cost.amount} {cost.currency} by {cost.source}.", markup=False)
    if not yes and not await sure("Spend it?"):
        raise InputError(
            [Problem("--yes", "nothing was spent", "run it again when you want to", zh="未产生任何费用。")]
        )


def _key(key_env: str | None, key: str | None) -> SecretStr:
    if key_env is not None and key is None:
        return _named(key_env)
    if key == "-" and key_env is None:
        return SecretStr(sys.stdin.readline().strip())
    if key is None and interactive():
        return SecretStr(getpass.getpass("API key: "))
    rule = "an API key does not stand on the command line: everybody on the machine can read it there"
    fix = "name its environment variable with --key-env NAME, or pipe it in with --key -"
    zh = "请勿在命令行中填写密钥；请使用 --key-env NAME 或 --key -。"
    raise InputError([Problem("--key", rule, fix, zh=zh)])


def _named(variable: str) -> SecretStr:
    text = os.environ.get(variable, "")
    if not text:
        rule, fix = f"the environment variable {variable} is not set", "set it to the API key, and run this again"
        raise InputError([Problem("--key-env", rule, fix, zh=f"环境变量 {variable} 未设置。")])
    return SecretStr(text)


def _problem(loc: tuple[int | str, ...], message: str) -> Problem:
    where = {"base_url": "--against", "path_prefix": "--path-prefix", "api_key": "--key"}
    field = str(loc[0]) if loc else ""
    rule = message.removeprefix("Value error, ")
    return Problem(where.get(field, field), rule, "correct it, and run this again", zh="请更正后重试。")
