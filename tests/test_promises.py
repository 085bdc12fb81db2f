"""The house rule of the tests themselves: each one is a promise somebody can read."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

TESTS = Path(__file__).parent
#: The end of a sentence with another one after it.
SECOND_SENTENCE = re.compile(r"[.!?]\s+[A-Z]")


def promises_in(path: Path) -> Iterator[tuple[str, str]]:
    """Name and docstring of every test function of a file, also of those in classes."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
            place = f"{path.relative_to(TESTS)}:{node.lineno} {node.name}"
            yield place, " ".join((ast.get_docstring(node) or "").split())


def promises() -> list[tuple[str, str]]:
    return [found for path in sorted(TESTS.rglob("test_*.py")) for found in promises_in(path)]


def test_every_test_promises_something() -> None:
    """Each test function has a docstring that ends with a full stop."""
    assert [] == [place for place, promise in promises() if not promise.endswith(".")]


def test_every_promise_is_one_sentence() -> None:
    """Nobody hides a second promise behind the first."""
    assert [] == [place for place, promise in promises() if SECOND_SENTENCE.search(promise)]


def test_no_test_is_defined_twice() -> None:
    """Two tests of one name in one file would silently be one."""
    names = [re.sub(r":\d+ ", " ", place) for place, _ in promises()]
    assert [] == sorted({name for name in names if names.count(name) > 1})
