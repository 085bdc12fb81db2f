"""References: read once, checked by their bytes, hashed, stored, frozen. The final uses the very bytes approved.

Where local files may lie: below the folder of the brief's file (`base`, given when a file is read), and below the
folders of `WORKPRINT_ASSETS` (separated like PATH), which on a machine that runs flows replaces the default of the
working directory and the home directory. Links are followed before that is judged.
"""

import asyncio
import hashlib
import os
import stat
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from blocks.guard import fetch
from blocks.media_types import KINDS, MAX_BYTES, MediaKind, inspect
from workprint import keys
from workprint.brief import Brief, Reference, Role
from workprint.errors import BadReference, OutboundError, UnsafeUrl, WorkprintError
from workprint.links import without_query
from workprint.models import ModelFacts
from workprint.problems import Problem, refuse
from workprint.rules_references import reference_problems
from workprint.spec import FrozenReference

ASSETS = "WORKPRINT_ASSETS"
#: Files in memory at once.
_AT_ONCE = 2

Put = Callable[[str, bytes, str], Awaitable[object]]


class Reader(Protocol):
    """Brings the bytes of one source, at most `max_bytes`."""

    async def __call__(self, source: str, max_bytes: int) -> bytes:
        """Raise a `WorkprintError` whose text goes on from the field's name, with a fix."""
        ...


@dataclass(frozen=True, slots=True)
class FrozenReferences:
    """The references of a whole brief, by shot name and in the brief's order, and what should be known about them."""

    by_shot: dict[str, tuple[FrozenReference, ...]]
    warnings: tuple[Problem, ...] = ()

    def of(self, shot: str) -> tuple[FrozenReference, ...]:
        """The references of one shot; empty for one without. Raises `KeyError` for a shot the brief does not have."""
        return self.by_shot[shot]


@dataclass(frozen=True, slots=True)
class _Use:
    """One place of the brief that names a source."""

    path: str
    shot: str
    reference: Reference

    @property
    def file(self) -> "_File":
        """What must be read: the same file twice in a brief is read once."""
        return self.reference.source, KINDS[self.reference.role]


_File = tuple[str, MediaKind]
_Outcome = FrozenReference | WorkprintError


async def freeze(
    brief: Brief, facts: ModelFacts, *, base: Path | None, put: Put, allow_private: bool = False
) -> FrozenReferences:
    """Read, check, hash and store every reference; `put(key, bytes, media_type)` is called once per distinct file.

    Raises `InputError` with every error at once; else `OutboundError` when a link could not be fetched just now (a new
    try may help); whatever `put` raises comes before both. `allow_private` lets links into our own network through.
    """
    uses = tuple(_uses(brief))
    reader = _reader(base, allow_private=allow_private)
    outcomes = await _read_all({use.file for use in uses}, reader, put)
    frozen = dict(_frozen(uses, outcomes))
    problems = [*_unusable(uses, outcomes), *reference_problems(brief, facts, frozen)]
    refuse(problems)
    _raise_passing(outcomes)
    by_shot = {shot.name: tuple(frozen[u.path] for u in uses if u.shot == shot.name) for shot in brief.shots}
    return FrozenReferences(by_shot, tuple(problems))


def with_absolute_sources(brief: Brief, base: Path) -> Brief:
    """The brief with local paths made absolute from `base`, so that a run elsewhere on this machine finds them."""
    shots = (
        shot.model_copy(update={"references": tuple(_absolute(r, base) for r in shot.references)})
        for shot in brief.shots
    )
    return brief.model_copy(update={"shots": tuple(shots)})


def is_link(source: str) -> bool:
    """Whether a source is a URL rather than a path. A one-letter scheme is a drive."""
    try:
        return len(urlsplit(source).scheme) > 1 and "://" in source
    except ValueError:
        return "://" in source


def read_local(source: str, base: Path | None, max_bytes: int) -> bytes:
    """A file's bytes. Raises `BadReference`: not there, not allowed, no file, too large."""
    roots = allowed_roots(base)
    path = _locate(source, roots)
    try:
        with path.open("rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise BadReference("is not a file", fix="choose a file")
            body = file.read(max_bytes + 1)
    except OSError as error:
        raise BadReference(f"cannot be read: {error.strerror or error}", fix="check the path and its rights") from error
    if len(body) > max_bytes:
        raise BadReference(f"is larger than {max_bytes // 1024 // 1024} MiB", fix="make it smaller")
    return body


def allowed_roots(base: Path | None) -> tuple[Path, ...]:
    """The folders local references may lie in, links followed. `base` first: relative paths start there."""
    named = [Path(part) for part in os.environ.get(ASSETS, "").split(os.pathsep) if part]
    roots = named or ([] if base else [Path.cwd(), Path.home()])
    return tuple(path.resolve() for path in ([base] if base else []) + roots)


def _locate(source: str, roots: Sequence[Path]) -> Path:
    folders = ", ".join(str(root) for root in roots)
    fix = f"put it below {folders}, or name its folder in {ASSETS}"
    candidates = [(root / source).resolve() for root in roots]
    inside = [path for path in candidates if any(path.is_relative_to(root) for root in roots)]
    if not inside:
        raise BadReference(f"{source!r} lies outside the folders references may come from", fix=fix)
    found = next((path for path in inside if path.exists()), None)
    if found is None:
        raise BadReference(f"{source!r} does not exist", fix=f"check the path; relative paths start at {folders}")
    return found


def _reader(base: Path | None, *, allow_private: bool) -> Reader:
    async def read(source: str, max_bytes: int) -> bytes:
        if is_link(source):
            return (await fetch(source, max_bytes=max_bytes, allow_private=allow_private)).body
        return await asyncio.to_thread(read_local, source, base, max_bytes)

    return read


async def _read_all(files: set[_File], reader: Reader, put: Put) -> dict[_File, _Outcome]:
    turn, stored, ordered = asyncio.Semaphore(_AT_ONCE), set[str](), sorted(files)

    async def one(source: str, kind: MediaKind) -> _Outcome:
        async with turn:
            try:
                return await _read(source, kind, reader, put, stored)
            except (BadReference, UnsafeUrl, OutboundError) as error:
                return error

    done = await asyncio.gather(*(one(*file) for file in ordered), return_exceptions=True)
    outcomes: dict[_File, _Outcome] = {}
    for file, outcome in zip(ordered, done, strict=True):
        if isinstance(outcome, BaseException) and not isinstance(outcome, WorkprintError):
            raise outcome
        outcomes[file] = outcome
    return outcomes


async def _read(source: str, kind: MediaKind, reader: Reader, put: Put, stored: set[str]) -> FrozenReference:
    body = await reader(source, MAX_BYTES[kind])
    media = await asyncio.to_thread(inspect, body, kind)
    sha256 = hashlib.sha256(body).hexdigest()
    key = keys.reference(sha256, media.extension)
    if key not in stored:
        stored.add(key)
        await put(key, body, media.media_type)
    shown = without_query(source) if is_link(source) else source
    # The role is that of one use; it is set again for each.
    return FrozenReference(
        Role.SUBJECT, sha256, media.media_type, len(body), key, shown, media.width, media.height, media.duration
    )


def _uses(brief: Brief) -> Iterator[_Use]:
    for i, shot in enumerate(brief.shots):
        for j, reference in enumerate(shot.references):
            yield _Use(f"shots[{i}].references[{j}].source", shot.name, reference)


def _frozen(uses: Iterable[_Use], outcomes: Mapping[_File, _Outcome]) -> Iterator[tuple[str, FrozenReference]]:
    for use in uses:
        outcome = outcomes[use.file]
        if isinstance(outcome, FrozenReference):
            yield use.path, replace(outcome, role=use.reference.role)


def _unusable(uses: Iterable[_Use], outcomes: Mapping[_File, _Outcome]) -> Iterator[Problem]:
    for use in uses:
        outcome = outcomes[use.file]
        if isinstance(outcome, WorkprintError) and not _may_pass(outcome):
            zh = "素材无法使用；请检查文件、地址、格式和尺寸。"
            yield Problem(use.path, str(outcome), outcome.fix or "choose another file", zh=zh)


def _raise_passing(outcomes: Mapping[_File, _Outcome]) -> None:
    for outcome in outcomes.values():
        if isinstance(outcome, WorkprintError):
            raise outcome


def _may_pass(error: WorkprintError) -> bool:
    """A fault of the network, not of the brief: the task that called asks again."""
    return isinstance(error, OutboundError) and error.retryable


def _absolute(reference: Reference, base: Path) -> Reference:
    if is_link(reference.source):
        return reference
    return reference.model_copy(update={"source": str((base / reference.source).resolve())})
