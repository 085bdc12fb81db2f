"""Reading a brief: any JSON value in, a `Brief` or all its problems out. Shapes only; `workprint.rules` judges more."""

import re
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from workprint.brief import Brief, Budget, Camera, DraftPolicy, FinalPolicy, Reference, Shot
from workprint.errors import InputError
from workprint.problems import Problem, refuse
from workprint.reading_words import describe, words

#: Which model lies at which place, list indices left out.
_MODELS: dict[tuple[str, ...], type[BaseModel]] = {
    (): Brief,
    ("budget",): Budget,
    ("draft",): DraftPolicy,
    ("final",): FinalPolicy,
    ("shots",): Shot,
    ("shots", "camera"): Camera,
    ("shots", "references"): Reference,
}
#: Tab, line feed and carriage return are text; the other control characters break logs, JSON viewers and databases.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u2028\u2029]")
_QUOTED = re.compile(r"'([^']*)'")

Location = Sequence[str | int]


def read_brief(data: object) -> Brief:
    """The brief that `data` (what JSON or YAML gave) says. Raises `InputError` with every problem at once."""
    try:
        brief = Brief.model_validate(data)
    except ValidationError as error:
        raise InputError(_problems(error)) from None
    refuse(text_problems(brief))
    return brief


def text_problems(brief: Brief) -> Iterator[Problem]:
    """Texts nobody should have to print or store. Asked again by `workprint.rules`: a form does not pass by here."""
    rule, fix, zh = words("control")
    for path, text in _texts(brief):
        if _CONTROL.search(text):
            yield Problem(path, rule, fix, zh=zh)


def path_of(location: Location) -> str:
    """`("shots", 0, "references", 1)` as `shots[0].references[1]`; the whole is `brief`."""
    path = ""
    for part in location:
        path += f"[{part}]" if isinstance(part, int) else f".{_printable(part)}"
    return path.removeprefix(".") or "brief"


def _problems(error: ValidationError) -> list[Problem]:
    details = error.errors(include_url=False)
    return [_problem(d) for d in details if not _echo(d, details)]


def _echo(detail: ErrorDetails, details: Sequence[ErrorDetails]) -> bool:
    """pydantic calls a list too short when only its items are wrong: the item's own problem says it better."""
    place = detail["loc"]
    return detail["type"] == "too_short" and any(
        len(other["loc"]) > len(place) and other["loc"][: len(place)] == place for other in details
    )


def _problem(detail: ErrorDetails) -> Problem:
    location, kind, context = detail["loc"], detail["type"], dict(detail.get("ctx", {}))
    if kind == "missing":
        return _missing(location)
    if kind == "extra_forbidden":
        return _unknown_key(location)
    if kind in {"enum", "literal_error"}:
        return _unknown_value(location, detail["input"], str(context.get("expected", "")))
    rule, fix, zh = describe(kind, context, detail["msg"])
    return Problem(path_of(location), rule, fix, zh=zh)


def _missing(location: Location) -> Problem:
    name = str(location[-1])
    model = _MODELS.get(_place(location[:-1]))
    meaning = (model.model_fields[name].description or "") if model and name in model.model_fields else ""
    fix = f"add `{name}`: {meaning}" if meaning else f"add `{name}`"
    return Problem(path_of(location), "is missing", fix, zh=f"缺少必填字段 {name}，请补上。")


def _unknown_key(location: Location) -> Problem:
    model = _MODELS.get(_place(location[:-1]))
    known = list(model.model_fields) if model else []
    advice, zh = _advice(str(location[-1]), known)
    return Problem(path_of(location), "is not a field of a brief", f"{advice}, or remove it", zh=f"没有这个字段；{zh}")


def _unknown_value(location: Location, value: object, expected: str) -> Problem:
    advice, zh = _advice(str(value)[:80], _QUOTED.findall(expected) or [expected])
    return Problem(path_of(location), f"cannot be {_short(value)}", advice, zh=f"取值无效；{zh}")


def _advice(word: str, known: Sequence[str]) -> tuple[str, str]:
    """Did you mean ..., and what there is to choose from; in English and Chinese."""
    allowed = ", ".join(known)
    near = get_close_matches(word.lower().replace(" ", "_").replace("-", "_"), known, n=1, cutoff=0.6)
    if near:
        return f"did you mean {near[0]!r}? Allowed: {allowed}", f"是否想写 {near[0]}？可用：{allowed}"
    return f"use one of: {allowed}", f"可用：{allowed}"


def _place(location: Location) -> tuple[str, ...]:
    return tuple(part for part in location if isinstance(part, str))


def _printable(key: str) -> str:
    """A key of the user's, safe to print."""
    return key if key.isidentifier() and len(key) <= 60 else ascii(key)[:60]


def _short(value: object) -> str:
    text = ascii(value) if isinstance(value, str) and not value.isprintable() else repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _texts(value: object, path: str = "") -> Iterator[tuple[str, str]]:
    """Every text of a brief with its path."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from _texts(getattr(value, name), f"{path}.{name}" if path else name)
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from _texts(item, f"{path}[{index}]")


def brief_json(brief: Brief) -> dict[str, Any]:
    """The brief as plain JSON values; `read_brief` gives the same brief back."""
    return brief.model_dump(mode="json")
