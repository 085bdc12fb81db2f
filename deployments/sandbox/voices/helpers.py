"""What most voices need to read a submit. A `Refusal` is raised in plain words, and the voice makes it its own."""

import hashlib
import re
from collections.abc import Callable
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from deployments.sandbox.billing import known_facts
from deployments.sandbox.refusals import invalid, missing, no_such_model, sensitive_text
from deployments.sandbox.render.plan import FPS
from deployments.sandbox.tasks import Params
from deployments.sandbox.values import Ask, PageQuery
from workprint.models import ModelFacts

#: Enough to try the path; a provider's real filter is its secret.
_SENSITIVE = re.compile(r"\b(nude|naked|porn\w*|gore|beheading|behead)\b|裸体|色情|血腥|斩首", re.IGNORECASE)


class Strict(BaseModel):
    """A body: an unknown field is refused, as a field of the wrong type is."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Tolerant(BaseModel):
    """A body of a provider that ignores fields it does not know."""

    model_config = ConfigDict(extra="ignore", frozen=True, strict=True)


_Body = TypeVar("_Body", bound=BaseModel)


def read_json(shape: type[_Body], raw: bytes) -> _Body:
    """The body, or a refusal naming the first field that is missing or wrong."""
    try:
        return shape.model_validate_json(raw)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        param = ".".join(str(part) for part in first["loc"]) or "body"
        raise (missing(param) if first["type"] == "missing" else invalid(param, first["msg"])) from None


def checked_text(text: str, param: str) -> str:
    """The prompt without space around it. Refuses an empty one, and what an input filter would stop."""
    prompt = text.strip()
    if not prompt:
        raise missing(param, "text to video needs a prompt")
    check_sensitive(prompt, param)
    return prompt


def check_sensitive(text: str, param: str) -> None:
    """Refuse text that the input filter would stop."""
    if _SENSITIVE.search(text):
        raise sensitive_text(param)


def facts_or_refuse(model: str, voice: str) -> ModelFacts:
    """The facts of a model this provider sells."""
    facts = known_facts(model, voice)
    if facts is None:
        raise no_such_model(model)
    return facts


def within(facts: ModelFacts, params: Params) -> Params:
    """The parameters, when the model can do them: length, resolution and ratio."""
    if params.frames % FPS or params.frames // FPS not in facts.durations:
        raise invalid("duration", f"{facts.name} renders {', '.join(map(str, facts.durations))} seconds")
    allowed = {*facts.resolutions, *facts.draft.resolutions, *facts.draft.finals}
    if params.resolution not in allowed:
        raise invalid("resolution", f"{facts.name} renders {', '.join(sorted(allowed))}")
    if params.ratio != "adaptive" and params.ratio not in facts.ratios:
        raise invalid("ratio", f"{facts.name} renders {', '.join(facts.ratios)}")
    return params


def frames(seconds: int) -> int:
    """Frames of a film that long."""
    return seconds * FPS


def seed_from(*words: str) -> int:
    """A seed that follows from the request, for one that names none: the sandbox stays repeatable."""
    return int.from_bytes(hashlib.sha256("\n".join(words).encode()).digest()[:4])


def numbered_page(ask: Ask, size: int, statuses: Callable[[str], tuple[str, ...]]) -> PageQuery:
    """A list by page_num and page_size (`size` by default), filtered by status (`statuses` reads it), model and ids."""
    size = whole_number(ask, "page_size", size, 500)
    return PageQuery(
        size=size,
        skip=(whole_number(ask, "page_num", 1, 500) - 1) * size,
        statuses=statuses(status) if (status := ask.value("filter.status")) else (),
        model=ask.value("filter.model"),
        ids=ask.values("filter.task_ids"),
    )


def whole_number(ask: Ask, name: str, default: int, most: int, least: int = 1) -> int:
    """A number of the query."""
    text = ask.value(name, str(default))
    if not text.isdecimal() or not least <= int(text) <= most:
        raise invalid(name, f"a whole number from {least} to {most}")
    return int(text)
