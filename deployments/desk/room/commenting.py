"""Comments: what a guest writes about a take, when in the film and where in the picture."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from deployments.desk.room.bodies import is_second, json_of
from deployments.desk.room.drafts import Draft, drafts_of
from deployments.desk.room.refusing import Refused
from deployments.desk.room.room import Room
from workprint.comments import Comment, Region, comment_problems
from workprint.errors import InputError, StaleState
from workprint.problems import Problem, refuse
from workprint.room_links import Guest
from workprint.spec import canonical_sha256

_SIDES = ("x", "y", "width", "height")
_OVER = Problem(
    "campaign",
    "this campaign has ended, and no take of it follows",
    "say it to whoever asked for the campaign: it can be made anew",
    zh="该项目已结束，不会再有新的样片；如需修改，请联系申请人重新提交",
)


async def comment(room: Room, request: Request, guest: Guest) -> Response:
    """Keep one comment. 201: kept, also when it was kept before; 422: what is wrong; 409: no more is taken here."""
    campaign_id = request.path_params["campaign"]
    said = await json_of(request)
    wanted = _comment(campaign_id, await drafts_of(room.ledger, campaign_id), said, guest)
    if await _is_over(room, wanted):
        raise Refused(409, _OVER)
    try:
        kept = await room.ledger.room.comment(wanted)
    except StaleState as error:
        fix = "ask for another take with what is there"
        raise Refused(409, Problem("text", str(error), fix, zh="该样片的意见已达上限")) from error
    return JSONResponse(comment_json(kept), 201)


async def _is_over(room: Room, wanted: Comment) -> bool:
    """Whether the campaign has ended, so that no take follows; what was kept before may be sent again."""
    if (await room.ledger.campaign(wanted.campaign_id)).closed_at is None:
        return False
    return all(one.id != wanted.id for one in await room.ledger.room.comments(wanted.campaign_id))


def comment_json(one: Comment) -> dict[str, Any]:
    """A comment as the page shows it."""
    region = {side: getattr(one.region, side) for side in _SIDES} if one.region else None
    return {
        "id": one.id,
        "variant": one.variant,
        "take": one.take,
        "second": one.second,
        "region": region,
        "text": one.text,
        "actor": one.actor,
        "at": one.at.isoformat(),
        "line": one.line(),
    }


def _comment(campaign_id: str, drafts: tuple[Draft, ...], said: Mapping[str, Any], guest: Guest) -> Comment:
    """The comment that was sent. Raises `InputError` with everything that is wrong."""
    draft = _draft(drafts, said)
    text, second, region = _text(said, "text"), _second(said), _region(said)
    refuse(comment_problems(text, second, region, draft.film.duration))
    claim = draft.claim
    words = [campaign_id, claim.variant, claim.take, draft.film.sha256, guest.name, _text(said, "nonce"), text]
    return Comment(
        id="cmt_" + canonical_sha256(words)[:32],
        campaign_id=campaign_id,
        variant=claim.variant,
        take=claim.take,
        draft_sha256=draft.film.sha256,
        actor=guest.name,
        text=text,
        at=datetime.now(UTC),
        second=second,
        region=region,
    )


def _draft(drafts: tuple[Draft, ...], said: Mapping[str, Any]) -> Draft:
    take = said.get("take")
    # True equals 1 in Python.
    wanted = (said.get("variant"), None if isinstance(take, bool) else take, said.get("draft"))
    for draft in drafts:
        if (draft.claim.variant, draft.claim.take, draft.film.sha256) == wanted:
            return draft
    fix = "load the page again: it names variant, take and draft"
    raise InputError([Problem("draft", "is no draft of this campaign", fix, zh="没有这个样片，请刷新页面")])


def _text(said: Mapping[str, Any], field: str) -> str:
    value = said.get(field, "")
    if not isinstance(value, str):
        raise InputError([Problem(field, "is no text", "send a JSON string", zh="必须是文本")])
    return " ".join(value.split())


def _second(said: Mapping[str, Any]) -> float | None:
    value = said.get("second")
    return None if value is None else _number(value, "second")


def _region(said: Mapping[str, Any]) -> Region | None:
    value = said.get("region")
    if value is None:
        return None
    if not isinstance(value, dict) or set(value) != set(_SIDES):
        fix = "send x, y, width and height, or null for the whole picture"
        raise InputError([Problem("region", "is no region", fix, zh="选区格式不正确")])
    return Region(**{side: _number(value[side], f"region.{side}") for side in _SIDES})


def _number(value: Any, field: str) -> float:
    if not is_second(value):
        raise InputError([Problem(field, "is no number of this film", "send a JSON number", zh="必须是有效数字")])
    return float(value)
