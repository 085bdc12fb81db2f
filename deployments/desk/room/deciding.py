"""What a guest decides: one form, one vote a variant, on record in one transaction; then the run is woken."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from deployments.boards import board_in
from deployments.desk.room.bodies import form_of
from deployments.desk.room.csrf import FIELD
from deployments.desk.room.drafts import drafts_of
from deployments.desk.room.looking import look_again
from deployments.desk.room.room import Room
from deployments.desk.room.words import words
from workprint.board import Board
from workprint.comments import Comment, as_prompt, remarks_on
from workprint.deciding import Cast
from workprint.errors import InputError, NotFound, StaleState
from workprint.gates import Gate, GateState
from workprint.policy import Channel, person
from workprint.problems import Problem
from workprint.render import Approval, Decision
from workprint.room_links import Guest
from workprint.spec import canonical_sha256
from workprint.votes import Voter

if TYPE_CHECKING:
    from tasks.voting import Ballot

logger = logging.getLogger(__name__)
_DECISION, _NOTE, _PROMPT, _OFFER = "decision:", "note:", "prompt:", "offer:"
#: A guest may say these; whatever is undecided is sent as an empty word.
_WORDS = {word.value: word for word in (Decision.APPROVED, Decision.REJECTED, Decision.REVISE)}
_LONGEST = {_NOTE: 500, _PROMPT: 2000}


@dataclass(frozen=True, slots=True)
class _Asked:
    gate: Gate
    board: Board
    comments: tuple[Comment, ...]


async def decide(room: Room, request: Request, guest: Guest) -> Response:
    """Cast the form's votes. 303: on record; 422: what is wrong; 409: somebody or something was faster."""
    campaign_id, form = request.path_params["campaign"], _as_typed(await form_of(request))
    asked = await _asked(room, campaign_id, form)
    if asked is None or (changed := _changed(asked, form)):
        problems = changed if asked else [_closed()]
        return await look_again(room, request, guest, problems=problems, kept=form, status=409)
    try:
        outcome = await _cast(room, asked, form, guest)
    except InputError as error:
        return await look_again(room, request, guest, problems=error.problems, kept=form, status=422)
    except StaleState:
        return await look_again(room, request, guest, problems=[_closed()], kept=form, status=409)
    if late := await _too_late(room, outcome, guest):
        return await look_again(room, request, guest, problems=late, kept=form, status=409)
    return RedirectResponse(f"/room/{campaign_id}?said={len(outcome.recorded)}", 303)


def _as_typed(form: Mapping[str, str]) -> dict[str, str]:
    """Browsers send the end of a line as two signs (HTML, 4.10.21.4), and count one when they bound a text."""
    return {field: text.replace("\r\n", "\n") for field, text in form.items()}


async def _asked(room: Room, campaign_id: str, form: Mapping[str, str]) -> _Asked | None:
    gate = await room.ledger.gates.current(campaign_id)
    if gate is None or not any(_is_shown(gate, form, name) for name in _said(form)):
        gate = await _answered(room, campaign_id, form) or gate
    if gate is None or _overdue(gate):
        return None
    board = board_in(await room.ledger.find(campaign_id), campaign_id, gate.offers)
    return None if board is None else _Asked(gate, board, await room.ledger.room.comments(campaign_id))


async def _answered(room: Room, campaign_id: str, form: Mapping[str, str]) -> Gate | None:
    """The closed gate that the form is about: whoever comes too late is told who was faster, or said the same twice."""
    try:
        gate = await room.ledger.gates.get(form.get("gate", ""))
    except NotFound:
        return None
    return gate if gate.campaign_id == campaign_id and gate.state is not GateState.OPEN else None


def _is_shown(gate: Gate, form: Mapping[str, str], name: str) -> bool:
    """Whether the gate asks of a variant what was on the page."""
    return name in gate.variants and form.get(_OFFER + name) == gate.digest(name)


def _overdue(gate: Gate) -> bool:
    """Whether its time is over, and nobody has closed it yet."""
    return gate.state is GateState.OPEN and gate.deadline <= datetime.now(UTC)


async def _cast(room: Room, asked: _Asked, form: Mapping[str, str], guest: Guest) -> Cast:
    """The votes on record, and the run woken when they close the gate. InputError, StaleState."""
    from tasks.voting import cast, heard_by_run

    gate, ballots = asked.gate, _ballots(asked, form)
    voter = Voter(guest.name, Channel.SCREENING_ROOM, guest.roles, guest.agent, proven=True)
    shares = await _shares(room, asked, guest)
    outcome = await cast(room.ledger, asked.board, gate, ballots, voter, watched=shares, nonce=_name(form))
    if gate.state is GateState.OPEN and heard_by_run(outcome):
        await _wake(room, gate, guest)
    return outcome


def _name(form: Mapping[str, str]) -> str:
    """Of exactly this form: sent again it counts once, and another word from the same page counts anew."""
    return canonical_sha256({field: text for field, text in form.items() if field != FIELD})


async def _wake(room: Room, gate: Gate, guest: Guest) -> None:
    """Resume the run. While Prefect cannot do it the votes stand all the same, and rescue wakes it within a minute."""
    from prefect.settings import PREFECT_API_URL

    from tasks.voting import wake

    # Without a server's address Prefect's client would start a server of its own.
    if not PREFECT_API_URL.value():
        return
    try:
        # Well before the guest is asked to try again: what they said is on record.
        async with asyncio.timeout(room.settings.answer_seconds / 3):
            await wake(gate.campaign_id, guest.name, "decided in the screening room")
    except TimeoutError:
        logger.warning("room_not_woken %s: Prefect does not answer", gate.campaign_id)


def _ballots(asked: _Asked, form: Mapping[str, str]) -> "dict[str, Ballot]":
    """What the form says of each variant. Raises `InputError` for words that are none, and texts that are too long."""
    from tasks.voting import Ballot

    problems = [*_strange_words(form), *_too_long(form)]
    if problems:
        raise InputError(problems)
    said = {name: _WORDS[form[_DECISION + name]] for name in _said(form)}
    return {
        name: Ballot(what, form.get(_NOTE + name, ""), _prompt(asked, form, name) if what is Decision.REVISE else "")
        for name, what in said.items()
    }


def _prompt(asked: _Asked, form: Mapping[str, str], name: str) -> str:
    """The words of the next take: the guest's own, else those before with what was remarked on this take."""
    if own := form.get(_PROMPT + name, "").strip():
        return own
    variant = next((v for v in asked.board.waiting if v.name == name), None)
    if variant is None:
        return ""
    remarks = remarks_on(asked.comments, name, variant.take)
    return as_prompt(variant.free_prompt, remarks) if remarks else ""


def _named(form: Mapping[str, str]) -> list[str]:
    return [field.removeprefix(_DECISION) for field in form if field.startswith(_DECISION)]


def _said(form: Mapping[str, str]) -> list[str]:
    """The variants that are decided."""
    return [name for name in _named(form) if form[_DECISION + name]]


def _strange_words(form: Mapping[str, str]) -> list[Problem]:
    ways = ", ".join(_WORDS)
    return [
        Problem(f"variants.{name}", "is no decision", f"choose one of: {ways}", zh="请选择：通过、拒绝或修改")
        for name in _named(form)
        if form[_DECISION + name] not in {"", *_WORDS}
    ]


def _too_long(form: Mapping[str, str]) -> list[Problem]:
    return [
        Problem(
            f"variants.{field.removeprefix(start)}.{start.rstrip(':')}",
            f"has {len(text)} characters, {most} are allowed",
            "shorten it",
            zh=f"共 {len(text)} 字，最多 {most} 字，请缩短",
        )
        for field, text in form.items()
        for start, most in _LONGEST.items()
        if field.startswith(start) and len(text) > most
    ]


async def _shares(room: Room, asked: _Asked, guest: Guest) -> dict[str, float]:
    """How much of each variant's draft this guest has watched, from 0 to 1."""
    films = {d.film.sha256: d.film for d in await drafts_of(room.ledger, asked.gate.campaign_id)}
    shown = {offer.variant: offer.draft for offer in asked.gate.offers if offer.draft in films}
    seen = await room.ledger.room.watched(guest.name, [sha for sha in shown.values() if sha])
    return {name: seen[sha].share(films[sha].duration) for name, sha in shown.items() if sha}


def _changed(asked: _Asked, form: Mapping[str, str]) -> list[Problem]:
    """Variants whose offer is no longer the one on the page: nobody says yes to what they have not seen."""
    gate = asked.gate
    return [
        Problem(
            f"variants.{name}",
            "has changed since you opened this page",
            "look at it again, then decide",
            zh="页面打开后内容已更新，请重新查看后再决定",
        )
        for name in _said(form)
        if name in gate.variants and not _is_shown(gate, form, name)
    ]


def _closed() -> Problem:
    rule, fix = "nothing is asked here any more", "look at the history below: somebody, or the deadline, decided"
    return Problem("gate", rule, fix, zh="审批已结束，请查看下方记录")


async def _too_late(room: Room, outcome: Cast, guest: Guest) -> Sequence[Problem]:
    """What others decided first. The same word said twice is no news: a second click, a page loaded again."""
    votes = await room.ledger.gates.votes(outcome.gate.campaign_id) if outcome.late else ()
    own = {(vote.variant, vote.offer, vote.decision) for vote in votes if person(vote.actor) == person(guest.name)}
    return [
        _faster(vote.variant, before)
        for vote, before in outcome.late
        if before.decision is not vote.decision or (vote.variant, vote.offer, vote.decision) not in own
    ]


def _faster(variant: str, before: Approval) -> Problem:
    said = words("zh")[f"decision_{before.decision}"]
    return Problem(
        f"variants.{variant}",
        f"{before.actor} has decided before ({before.decision}, {before.at:%Y-%m-%d %H:%M} UTC)",
        "what was decided first stands",
        zh=f"{before.actor} 已先作出决定（{said}），以先作出的决定为准",
    )
