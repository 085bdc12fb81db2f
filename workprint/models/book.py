"""The book of models: the TOML files of this package, and the user's own on top."""

import os
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from workprint.errors import InputError
from workprint.models.facts import PRICE, ModelFacts
from workprint.models.pages import EXPLAINED, Entry, Key, Page, wrong
from workprint.problems import Problem

#: Names the user's own file.
VARIABLE = "WORKPRINT_MODELS"
_HERE = Path(__file__).parent
#: pydantic's word for a mistake -> how to mend it.
_FIXES = {"missing": "add it", "extra_forbidden": "remove it, or correct its name"}


def model_facts(name: str, dialect: str) -> ModelFacts:
    """The facts of a model as one dialect sells it. Raises `InputError` naming the known ones."""
    facts = _book().get((dialect, name))
    if facts is None:
        raise InputError([_unknown(name, dialect)])
    return facts


def known_models(dialect: str | None = None) -> tuple[str, ...]:
    """Names of all models with facts, sorted; of one dialect, or of all."""
    return tuple(sorted({facts.name for facts in all_models(dialect)}))


def all_models(dialect: str | None = None) -> tuple[ModelFacts, ...]:
    """Facts of all models by dialect and name; of one dialect, or of all."""
    return tuple(facts for (spoken, _), facts in sorted(_book().items()) if dialect in {None, spoken})


def _unknown(name: str, dialect: str) -> Problem:
    known = ", ".join(known_models(dialect)) or "none"
    fix = f"set the provider block's model to one of: {known}; or add its facts to a file named by {VARIABLE}"
    zh = f"价格表中没有 {dialect} 的模型 {name}；请在 provider 配置中选择：{known}。"
    return Problem("provider.model", f"no facts and prices are known of {dialect} model {name!r}", fix, zh=zh)


def _book() -> Mapping[Key, ModelFacts]:
    return _read(os.environ.get(VARIABLE, ""))


@cache
def _read(own: str) -> Mapping[Key, ModelFacts]:
    """Every model with its facts. Raises `InputError` with every mistake of every file."""
    problems: list[Problem] = []
    entries: dict[Key, Entry] = {}
    for page in _pages(own):
        entries |= _laid_over(page, entries)
        problems += page.problems
    book: dict[Key, ModelFacts] = {}
    for key, entry in entries.items():
        try:
            book[key] = ModelFacts.model_validate(entry.values)
        except ValidationError as error:
            problems += _mistakes(entry, error)
    if problems:
        raise InputError(problems)
    return book


def _pages(own: str) -> Iterator[Page]:
    yield from (Page.read(path) for path in sorted(_HERE.glob("*.toml")))
    if own:
        yield Page.read(Path(own).expanduser(), users=True)


def _laid_over(page: Page, known: Mapping[Key, Entry]) -> dict[Key, Entry]:
    """The entries of a page on top of the model each is `like`, or of the one it overrides."""
    book: dict[Key, Entry] = {}
    for entry in page.entries:
        like = entry.values.pop("like", None)
        base = {**known, **book}.get((entry.key[0], like or entry.key[1]))
        if like and base is None:
            page.problems.append(wrong(entry, "like", f"there is no {entry.key[0]} model {like!r} before it"))
        elif base is not None:
            sources = _sources(base, entry, users=page.users)
            entry.values.update({**base.values, **entry.values, "sources": sources})
        book[entry.key] = entry
    return book


def _sources(base: Entry, entry: Entry, *, users: bool) -> Any:
    """Both entries' sources. Prices of the user's own have a source of their own: ours does not vouch for them."""
    own = entry.values.get("sources", {})
    if not isinstance(own, dict):
        return own
    inherited = dict(base.values.get("sources", {}))
    if users and "prices" in entry.values:
        inherited.pop(PRICE, None)
    return {**inherited, **own}


def _mistakes(entry: Entry, error: ValidationError) -> Iterable[Problem]:
    for mistake in error.errors(include_url=False, include_input=False):
        field = ".".join(str(part) for part in mistake["loc"])
        yield wrong(entry, field, mistake["msg"].removeprefix("Value error, "), _FIXES.get(mistake["type"], EXPLAINED))
