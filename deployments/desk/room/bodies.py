"""What a request brings: one form, or one JSON object; read once, within bounds."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from starlette.exceptions import HTTPException
from starlette.requests import Request

from deployments.desk.bodies import Unread, read_body

#: Bytes, where a page allows no more (`routes.Page.longest`).
LONGEST = 256 * 1024
#: The largest campaign (`workprint.rules.MAX_VARIANTS`) has four fields for each variant, and some of the form itself.
#: Seconds.
LONGEST_FILM = 86_400
MOST_FIELDS = 2100
FORM, JSON = "application/x-www-form-urlencoded", "application/json"
_UNREAD = {Unread.OVERSIZED: 413, Unread.SLOW: 408, Unread.BROKEN_OFF: 400}


async def form_of(request: Request) -> Mapping[str, str]:
    """The fields of a form. HTTPException 400, 408, 413, 415 or 422; a field that comes twice is refused as well."""
    if not hasattr(request.state, "form"):
        request.state.form = _fields(await _body(request, FORM))
    form: Mapping[str, str] = request.state.form
    return form


async def json_of(request: Request) -> Mapping[str, Any]:
    """A JSON object. HTTPException as above."""
    if not hasattr(request.state, "json"):
        request.state.json = _object(await _body(request, JSON))
    found: Mapping[str, Any] = request.state.json
    return found


async def read_out(request: Request) -> bool:
    """Whether nothing is left of the body: who is refused gets to read why only after having said it all."""
    if not hasattr(request.state, "whole"):
        await _read(request)
    whole: bool = request.state.whole
    return whole


async def _read(request: Request) -> bytes | Unread:
    request.state.whole = False
    longest, seconds = getattr(request.state, "body_bytes", LONGEST), getattr(request.state, "body_seconds", 10.0)
    body = await read_body(request, longest, seconds)
    request.state.whole = isinstance(body, bytes)
    return body


async def _body(request: Request, media_type: str) -> bytes:
    said = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if said != media_type:
        raise HTTPException(415, "wrong_type")
    body = await _read(request)
    if isinstance(body, Unread):
        raise HTTPException(_UNREAD[body], f"body_{body}")
    return body


def _fields(body: bytes) -> Mapping[str, str]:
    try:
        text = body.decode("ascii")
        pairs = parse_qsl(
            text, keep_blank_values=True, strict_parsing=True, errors="strict", max_num_fields=MOST_FIELDS
        )
    except UnicodeError as error:
        raise HTTPException(422, "not_text") from error
    except ValueError as error:
        raise HTTPException(400, "not_a_form") from error
    form = dict(pairs)
    if len(form) < len(pairs):
        raise HTTPException(422, "field_twice")
    if any("\x00" in part for pair in pairs for part in pair):
        raise HTTPException(422, "not_text")
    return form


def _object(body: bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(body.decode("utf-8"), parse_constant=_refuse_constant)
    except UnicodeDecodeError as error:
        raise HTTPException(422, "not_text") from error
    except (ValueError, RecursionError) as error:
        raise HTTPException(400, "not_json") from error
    if not isinstance(found, dict):
        raise HTTPException(422, "not_an_object")
    if not all(map(_is_text, _texts(found))):
        raise HTTPException(422, "not_text")
    return found


def is_second(value: object) -> bool:
    """Whether a JSON value is a second of some film. The bound also keeps away integers that no float can hold."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= LONGEST_FILM


def _refuse_constant(word: str) -> None:
    raise ValueError(word)


def _texts(value: Any) -> list[str]:
    """Every text in a JSON value, without recursion: a stranger chose how deep it is."""
    found, waiting = [], [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            found.append(one)
        elif isinstance(one, dict):
            waiting += [*one.keys(), *one.values()]
        elif isinstance(one, list):
            waiting += one
    return found


def _is_text(text: str) -> bool:
    """Whether any database takes it: no NUL, and no half of a character."""
    return "\x00" not in text and not any("\ud800" <= sign <= "\udfff" for sign in text)
