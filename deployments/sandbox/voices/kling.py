"""Kling's words: Kling API 2.0, model in the path.

Docs "Text to Video", "Image to Video", "Omni Video Generation", "Query Task", "Error Codes", "Callback Protocol".

`external_task_id` is unique: a second submit with it is refused with 1201 "already exists", as the real server was seen
to do (its docs name no code). An unknown id is answered with an empty list, a question takes twenty ids, and every
success is billed as cash from the balance. The docs have no cancel. Callbacks are always signed here, as if the account
had a webhook secret: the home's.
"""

import base64
import hashlib
import hmac
import secrets as chance
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from deployments.sandbox.keys import Secrets
from deployments.sandbox.refusals import Refusal, Why, invalid, missing, no_such_model
from deployments.sandbox.render.plan import FPS
from deployments.sandbox.tasks import OPEN, Status
from deployments.sandbox.values import Answer, Ask, Letter, Look, Page, PageQuery, Wanted
from deployments.sandbox.voices.helpers import Tolerant, facts_or_refuse, read_json, within
from deployments.sandbox.voices.kling_body import TAKES, Body, media_of, params_of
from deployments.sandbox.voices.voice import JSON, Action, Voice, VoiceRoute
from workprint.brief import Audio

_MOST_IDS = 20
_ENDS = frozenset(Status) - OPEN


class Cursor(Tolerant):
    """A question about all tasks of a window. Times are Unix milliseconds, as a number or its text."""

    start_time: int | str | None = None
    end_time: int | str | None = None
    cursor: str = ""
    limit: int = 100
    filters: tuple[dict[str, Any], ...] = ()


class KlingVoice(Voice):
    """Kling as it is documented: our id unique, a cost in money, signed callbacks, links that live 30 days."""

    name = "kling"
    prefix = "/kling"
    routes = (
        VoiceRoute("GET", "/tasks", Action.LIST),
        VoiceRoute("POST", "/tasks", Action.LIST),
        VoiceRoute("POST", "/{family}/{model}", Action.SUBMIT),
    )
    words: Mapping[Status, str] = {
        Status.QUEUED: "submitted",
        Status.RUNNING: "processing",
        Status.SUCCEEDED: "succeeded",
        Status.FAILED: "failed",
    }
    errors: Mapping[Why, tuple[int, str]] = {
        Why.INVALID: (400, "1201"),
        Why.MISSING: (400, "1201"),
        Why.KEY: (401, "1002"),
        Why.MODEL: (404, "1203"),
        Why.TASK: (404, "1203"),
        Why.SENSITIVE: (400, "1301"),
        Why.RATE: (429, "1302"),
        Why.BALANCE: (429, "1102"),
    }
    broken = ("5000", "Server internal error")
    rejected = ("1301", "Failure to pass the risk control system")
    no_id: Mapping[str, Any] = {"code": 0, "message": "SUCCEED", "request_id": "r"}
    #: 30 days.
    link_seconds = 2_592_000
    echoes_reference = True
    calls_back = frozenset({Status.QUEUED, Status.RUNNING, Status.SUCCEEDED, Status.FAILED})
    signs = True

    def new_id(self, now: float) -> str:
        """Nineteen digits."""
        return f"{int(now * 1000):013d}{chance.randbelow(10**6):06d}"

    def wanted(self, ask: Ask) -> Wanted:
        """A film of the model in the path."""
        family, model = ask.path["family"], ask.path["model"]
        if family not in {known for known, _ in TAKES}:
            raise Refusal(Why.MODEL, "The requested method is invalid", status=404, code="1202")
        if (family, model) not in TAKES:
            raise no_such_model(model)
        body, facts = read_json(Body, ask.body), facts_or_refuse(model, self.name)
        _check_unique(ask, body.options.external_task_id)
        params = params_of(body, family, model, sound=Audio.MUTE not in facts.audio)
        return Wanted(within(facts, params), media_of(body))

    def accepted(self, look: Look) -> Answer:
        """The id in `data`."""
        known = ("id", "status", "create_time", "update_time", "external_id")
        shown = self.shown(look)
        return Answer(_well({name: shown[name] for name in known if name in shown}))

    def shown(self, look: Look) -> JSON:
        """The task: the same in answers and callbacks."""
        shown: JSON = {
            "id": look.task.id,
            "status": self.word(look),
            "message": look.task.error_message,
            "create_time": int(look.created_at * 1000),
            "update_time": int(look.updated_at * 1000),
            "outputs": _outputs(look),
        }
        if look.reference:
            shown["external_id"] = look.reference
        if look.status in _ENDS:
            shown["billing"] = _billing(look)
        return shown

    def page(self, ask: Ask) -> PageQuery:
        """GET names tasks, POST pages through a window by cursor."""
        return self._window(read_json(Cursor, ask.body)) if ask.body else _named(ask)

    def listed(self, page: Page) -> JSON:
        """A list for names, a page for a window."""
        tasks = [self.shown(look) for look in page.looks]
        if page.named:
            return _well(tasks)
        data: JSON = {"count": len(tasks), "has_more": page.more}
        if tasks:
            data["result"] = tasks
        if page.more:
            data["next_cursor"] = page.looks[-1].task.id
        return _well(data)

    def error_body(self, status: int, code: str, refusal: Refusal) -> JSON:
        """A number and a text."""
        known = code if code.isdecimal() else self.errors.get(refusal.why, (status, "1200"))[1]
        return {"code": int(known), "message": refusal.message, "request_id": chance.token_hex(8)}

    def signature(self, letter: Letter, secrets: Secrets) -> Mapping[str, str]:
        """Standard Webhooks: HMAC-SHA256 over id, time and body."""
        at = str(int(letter.at))
        key = base64.b64decode(secrets.webhook.removeprefix("whsec_"))
        digest = hmac.new(key, f"{letter.id}.{at}.".encode() + letter.content, hashlib.sha256).digest()
        signed = f"v1,{base64.b64encode(digest).decode()}"
        return {"webhook-id": letter.id, "webhook-timestamp": at, "webhook-signature": signed}

    def _window(self, asked: Cursor) -> PageQuery:
        if not 1 <= asked.limit <= 500:
            raise invalid("limit", "a whole number from 1 to 500")
        words = [word for one in asked.filters if one.get("key") == "status" for word in one.get("values", ())]
        query = PageQuery(
            size=asked.limit,
            statuses=tuple(status for word in words for status in self.statuses(str(word))),
            after=asked.cursor,
        )
        if asked.cursor:
            return query
        return replace(query, since=_seconds(asked.start_time, 0.0), until=_seconds(asked.end_time, float("inf")))


def _check_unique(ask: Ask, reference: str) -> None:
    if reference and ask.by_reference(reference) is not None:
        raise Refusal(Why.INVALID, "external_task_id already exists", param="options.external_task_id")


def _named(ask: Ask) -> PageQuery:
    ids, references = _parts(ask.value("task_ids")), _parts(ask.value("external_task_ids"))
    if not ids and not references:
        raise missing("task_ids", "task_ids or external_task_ids")
    if ids and references:
        raise invalid("task_ids", "task_ids and external_task_ids cannot be used simultaneously")
    if len(ids) + len(references) > _MOST_IDS:
        raise invalid("task_ids", f"task_ids and external_task_ids cannot exceed {_MOST_IDS} in total")
    return PageQuery(size=_MOST_IDS, ids=ids, references=references)


def _parts(text: str) -> tuple[str, ...]:
    return tuple(part for part in text.split(",") if part)


def _seconds(milliseconds: int | str | None, default: float) -> float:
    text = "" if milliseconds is None else str(milliseconds)
    if text and not text.isdecimal():
        raise invalid("start_time", "Unix milliseconds")
    return int(text) / 1000 if text else default


def _well(data: Any) -> JSON:
    return {"code": 0, "message": "SUCCEED", "request_id": chance.token_hex(8), "data": data}


def _outputs(look: Look) -> list[JSON]:
    if look.status is not Status.SUCCEEDED or not look.link:
        return []
    seconds = look.params.frames / FPS
    return [{"type": "video", "id": f"v{look.task.id}", "url": look.link, "duration": f"{seconds:.1f}"}]


def _billing(look: Look) -> list[JSON]:
    """Cash from the balance, at the list price."""
    if look.cost is None:
        return []
    amount, currency = look.cost.amount, look.cost.currency
    return [
        {"charge_type": "cash", "cash_type": "balance", "amount": amount, "currency": currency, "list_price": amount}
    ]
