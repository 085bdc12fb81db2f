"""Reading a brief for the commands: problems on standard error, local references made absolute."""

import hashlib
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from blocks.briefs import BriefFile, read_brief_file
from deployments.cli.console import ERR
from deployments.stack.home import Home
from deployments.stack.plan import SANDBOX_MODEL
from workprint.brief import Brief, Reference
from workprint.choosing import Chosen, cheapest
from workprint.fallback import Choice, choice_problems
from workprint.models import ModelFacts, all_models, model_facts
from workprint.problems import Problem, refuse
from workprint.rules import check_brief
from workprint.rules_model import sunset_problems

#: What the sandbox's provider block speaks.
SANDBOX_DIALECT = "ark"


@dataclass(frozen=True, slots=True)
class Loaded:
    """A checked brief and the model it is checked for. `chosen`: why that one, where nobody named it.

    `fallbacks`: the blocks asked after it, in the brief's order.
    """

    brief: Brief
    facts: ModelFacts
    chosen: Chosen | None = None
    fallbacks: tuple[Choice, ...] = ()


def load(path: Path, model: str | None = None) -> Loaded:
    """The checked brief of a file, its local references as absolute paths. `model`: its provider block's by default,
    and the cheapest that can make it where the block names none.

    Warnings go to standard error; raises `InputError` with every error, each with file and line.
    """
    file, today = read_brief_file(path), datetime.now(UTC).date()
    facts, chosen = _made_by(file.brief, *_asked(file.brief.provider, model), today)
    fallbacks = tuple(_fallback(file.brief, place, today) for place in range(len(file.brief.fallbacks)))
    found = (*check_brief(file.brief, facts), *sunset_problems(facts, today), *_missing(file, path.parent))
    problems = file.located((*found, *choice_problems(file.brief, fallbacks, today)))
    for problem in problems:
        if problem.severity == "warning":
            ERR.print(problem.line(), markup=False)
    refuse(problems)
    return Loaded(absolute(file.brief, path.parent), facts, chosen, fallbacks)


def _made_by(brief: Brief, model: str, dialect: str, today: date) -> tuple[ModelFacts, Chosen | None]:
    """The model a block makes a brief with: its own, else the cheapest that can."""
    chosen = None if model else cheapest(brief, dialect, today)
    return model_facts(chosen.model if chosen else model, dialect), chosen


def _fallback(brief: Brief, place: int, today: date) -> Choice:
    name = brief.fallbacks[place]
    return Choice(name, _made_by(brief, *_asked(name, None, f"fallbacks[{place}]"), today)[0])


def _asked(provider: str, model: str | None, field: str = "provider") -> tuple[str, str]:
    """Model (maybe empty) and dialect of a brief. A model only one dialect has says which; else the provider block
    does: the sandbox's is known, any other is asked for at the Prefect server.
    """
    speakers = {facts.dialect for facts in all_models() if facts.name == model}
    if model and len(speakers) == 1:
        return model, speakers.pop()
    if provider == "sandbox":
        return model or SANDBOX_MODEL, SANDBOX_DIALECT
    from deployments.cli.loop import run_async
    from deployments.cli.servers import server

    server()
    from tasks.house import load_provider

    block = run_async(load_provider(provider, field))
    return model or block.model, block.dialect


def absolute(brief: Brief, base: Path) -> Brief:
    """The same brief with every local path made absolute against `base`: a flow runs in another folder."""
    return _sources(brief, lambda reference: str(_local(reference, base)))


def staged(brief: Brief, home: Home) -> Brief:
    """The same brief with its local files copied into the home, where the flows of the embedded stack may read them."""
    home.create()
    return _sources(brief, lambda reference: _copied(Path(reference.source), home))


def _copied(file: Path, home: Home) -> str:
    with file.open("rb") as stream:
        folder = home.assets / hashlib.file_digest(stream, "sha256").hexdigest()[:16]
    folder.mkdir(mode=0o700, exist_ok=True)
    return str(shutil.copyfile(file, folder / file.name))


def _sources(brief: Brief, place: Callable[[Reference], str]) -> Brief:
    """The brief with every local reference's source replaced."""

    def moved(reference: Reference) -> Reference:
        return reference if _remote(reference) else reference.model_copy(update={"source": place(reference)})

    shots = (s.model_copy(update={"references": tuple(map(moved, s.references))}) for s in brief.shots)
    return brief.model_copy(update={"shots": tuple(shots)})


def _local(reference: Reference, base: Path) -> Path:
    return (base / Path(reference.source).expanduser()).resolve()


def _remote(reference: Reference) -> bool:
    return "://" in reference.source


def _missing(file: BriefFile, base: Path) -> tuple[Problem, ...]:
    return tuple(
        Problem(
            f"shots[{i}].references[{j}].source",
            f"there is no file {_local(reference, base)}",
            "a relative path means the folder of the brief; correct it, or give a URL",
            zh="文件不存在；相对路径以简报所在文件夹为准。",
        )
        for i, shot in enumerate(file.brief.shots)
        for j, reference in enumerate(shot.references)
        if not _remote(reference) and not _local(reference, base).is_file()
    )
