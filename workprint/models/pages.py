"""One TOML file of models as it was written: its entries, and what is wrong with them before anything is known."""

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_args

from workprint.errors import InputError
from workprint.problems import Problem

#: Dialect and name.
Key = tuple[str, str]
EXPLAINED = "correct it; docs/models.md explains every field"


@dataclass(frozen=True, slots=True)
class Entry:
    """One model of one file."""

    file: str
    key: Key
    values: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Page:
    """One file. `users`: it is not of this package."""

    users: bool
    entries: tuple[Entry, ...] = ()
    problems: list[Problem] = field(default_factory=list)

    @classmethod
    def read(cls, path: Path, *, users: bool = False) -> "Page":
        """The file's entries. Raises `InputError` for a file that cannot be read or is no TOML."""
        try:
            values = tomllib.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            fix = "write a TOML file there, or unset WORKPRINT_MODELS"
            zh = "模型文件无法读取；请检查路径和 TOML 语法，或取消设置 WORKPRINT_MODELS。"
            raise InputError([Problem(str(path), f"cannot be read: {error}", fix, zh=zh)]) from error
        page = cls(users, tuple(_entries(path.name, values)))
        page.problems.extend(_unfit(path.name, values, page))
        return page


def wrong(entry: Entry, field_: str, rule: str, fix: str = EXPLAINED) -> Problem:
    """A mistake in an entry: file, model, field, rule and fix."""
    name = entry.key[1] or "a model without a name"
    path = f"{name}: {field_}" if field_ else name
    return Problem(
        path, rule, fix, zh=f"模型文件 {entry.file} 中 {name} 的 {field_ or '内容'} 有误，请更正。", where=entry.file
    )


def _entries(file: str, values: dict[str, Any]) -> list[Entry]:
    models = values.get("models")
    sizes = values.get("sizes", {})
    found = []
    for model in models if isinstance(models, list) else ():
        if isinstance(model, dict):
            own = {"dialect": values.get("dialect", ""), **model}
            if isinstance(own.get("sizes"), str) and isinstance(sizes, dict):
                own["sizes"] = sizes.get(own["sizes"], own["sizes"])
            found.append(Entry(file, (str(own["dialect"]), str(own.get("name", ""))), own))
    return found


def _unfit(file: str, values: dict[str, Any], page: Page) -> list[Problem]:
    """What is wrong with the file as a whole, and with dialects nobody speaks."""
    problems = []
    if strange := sorted(set(values) - {"dialect", "sizes", "models"}):
        zh = f"模型文件 {file} 含有未知的表：{', '.join(strange)}。"
        rule = "the file has a dialect, sizes and models, nothing else"
        problems.append(Problem(", ".join(strange), rule, "put it below [[models]]", zh=zh, where=file))
    if not page.entries:
        zh = f"模型文件 {file} 中没有 [[models]]。"
        problems.append(Problem("models", "there is no [[models]] entry", "write one", zh=zh, where=file))
    if page.users:
        spoken = _dialects()
        strangers = [entry for entry in page.entries if entry.key[0] not in spoken]
        fix = f"use one of: {', '.join(spoken)}"
        problems += [wrong(e, "dialect", f"there is no dialect called {e.key[0]!r}", fix) for e in strangers]
    return problems


def _dialects() -> tuple[str, ...]:
    # Dialects ask for facts of models: their table is only looked at once everything is imported.
    from workprint.dialects.registry import DialectName

    return get_args(DialectName)
