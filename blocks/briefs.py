"""Brief files: YAML 1.2 (safe, no tags, no aliases, no repeated keys) or JSON, with file and line in every problem.

Reading stops at 256 KiB: a brief is written by hand. What a file means is said by `workprint.reading`.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NoReturn

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, SequenceNode

from workprint.brief import Brief
from workprint.errors import InputError
from workprint.problems import Problem
from workprint.reading import path_of, read_brief

MAX_BYTES = 256 * 1024

Location = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class BriefFile:
    """A brief as read from a file, which knows on which line each field stands."""

    brief: Brief
    name: str
    lines: Mapping[str, int] = field(default_factory=dict)

    def located(self, problems: Iterable[Problem]) -> tuple[Problem, ...]:
        """The problems with file and line: that of the field, or of the nearest thing around it."""
        return tuple(_located(problem, self.name, self.lines) for problem in problems)


def read_brief_file(path: Path) -> BriefFile:
    """Read `.yaml`, `.yml` or `.json`. Raises `InputError` with every problem of shape, each with its line."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        _refuse(path.name, f"cannot be read: {error.strerror or error}", "check the path", "无法读取文件；请检查路径。")
    return parse_brief(data, name=path.name)


def parse_brief(data: bytes, *, name: str) -> BriefFile:
    """The brief in the bytes of a file called `name`, whose ending says whether it is JSON. Raises `InputError`."""
    text = _text(data, name)
    values, lines = _json(text, name) if name.lower().endswith(".json") else _yaml(text, name)
    try:
        return BriefFile(read_brief(values), name, lines)
    except InputError as error:
        raise InputError([_located(p, name, lines) for p in error.problems]) from None


def _text(data: bytes, name: str) -> str:
    if len(data) > MAX_BYTES:
        kib = MAX_BYTES // 1024
        _refuse(name, f"is larger than {kib} KiB", "split it into several briefs", f"文件超过 {kib} KiB；请拆分。")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        _refuse(name, "is not UTF-8 text", "save it as UTF-8", "不是 UTF-8 文本；请另存为 UTF-8。")


def _yaml(text: str, name: str) -> tuple[object, dict[str, int]]:
    try:
        root = YAML(typ="safe", pure=True).compose(text)
        lines = _Lines(name)
        lines.walk(root, ())
        return YAML(typ="safe", pure=True).load(text), lines.of
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else None
        _refuse(name, _words(error), "correct the YAML", "YAML 语法错误；请更正。", line)
    except (YAMLError, ValueError, RecursionError) as error:
        reason = "is nested too deeply" if isinstance(error, RecursionError) else f"is not YAML: {_first_line(error)}"
        _refuse(name, reason, "correct the YAML", "YAML 语法错误；请更正。")


def _json(text: str, name: str) -> tuple[object, dict[str, int]]:
    try:
        return json.loads(text, object_pairs_hook=_no_twins, parse_constant=_no_constant), {}
    except json.JSONDecodeError as error:
        _refuse(name, f"is not JSON: {error.msg}", "correct the JSON", "JSON 语法错误；请更正。", error.lineno)
    except (ValueError, RecursionError) as error:
        _refuse(name, f"is not JSON we read: {_first_line(error)}", "correct the JSON", "JSON 语法错误；请更正。")


class _Lines:
    """Walks the composed YAML and notes each path's line; refuses aliases, which hide what a brief costs."""

    def __init__(self, name: str) -> None:
        self.of: dict[str, int] = {}
        self._name = name
        self._seen: set[int] = set()

    def walk(self, node: Node | None, location: Location) -> None:
        """Note this node and everything under it."""
        if node is None:
            return
        line = node.start_mark.line + 1
        if id(node) in self._seen:
            fix = "write the values out"
            _refuse(self._name, "uses a YAML alias (*name)", fix, "不支持 YAML 别名；请写出完整内容。", line)
        self._seen.add(id(node))
        self.of.setdefault(path_of(location), line)
        self._inside(node, location)

    def _inside(self, node: Node, location: Location) -> None:
        if isinstance(node, MappingNode):
            for key, value in node.value:
                place = (*location, str(key.value))
                self.of[path_of(place)] = key.start_mark.line + 1
                self.walk(value, place)
        elif isinstance(node, SequenceNode):
            for index, item in enumerate(node.value):
                self.walk(item, (*location, index))


def _located(problem: Problem, name: str, lines: Mapping[str, int]) -> Problem:
    path: str = problem.path
    while path not in lines and path != "brief":
        path = _around(path)
    line = lines.get(path)
    return replace(problem, where=f"{name}:{line}" if line else name)


def _around(path: str) -> str:
    """`shots[0].name` lies in `shots[0]`, that in `shots`, that in the brief."""
    cut = max(path.rfind("."), path.rfind("["))
    return path[:cut] if cut > 0 else "brief"


def _no_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"the key {twice[:60]!r} stands twice in one object")
    return values


def _no_constant(word: str) -> NoReturn:
    raise ValueError(f"{word} is not a JSON number")


def _words(error: MarkedYAMLError) -> str:
    return f"is not YAML we read: {_first_line(error.problem or error.context or 'syntax error')}"


def _first_line(error: object) -> str:
    return (str(error).splitlines() or ["syntax error"])[0][:200]


def _refuse(name: str, rule: str, fix: str, zh: str, line: int | None = None) -> NoReturn:
    where = f"{name}:{line}" if line else name
    raise InputError([Problem("brief", rule, fix, zh=zh, where=where)])
