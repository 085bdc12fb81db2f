"""The table of pages: what there is below /room/, for the routes and for the OpenAPI document alike.

Handlers are named, and loaded when the application is made: a desk without a room loads none of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from workprint.tokens import Purpose

_HERE = "deployments.desk.room"
#: Bytes: 500 variants, a note and a next prompt for each, as long as they may be, in Chinese (nine bytes a sign).
LARGEST_DECISION = 12 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Page:
    """One address and one thing done there."""

    path: str
    #: GET answers HEAD as well.
    method: str
    #: module:function below this package.
    handler: str
    summary: str
    #: What it answers, beside what every page can (421, 429, 500, 503).
    statuses: tuple[int, ...] = (200,)
    #: Only for whoever is inside, and only for the campaign of their link.
    guest: bool = True
    #: Takes a form, whose fields `body` describes.
    form: bool = False
    #: Answers with JSON, refusals as well; a POST takes an object that `body` describes.
    json: bool = False
    #: A link or a sign-in is tried here: few tries for one address.
    door: bool = False
    #: What kind of link `{token}` is. One that opens something counts by itself, and not by address: a whole office
    #: comes from one.
    link: Purpose | None = None
    #: Not counted at all.
    free: bool = False
    #: JSON Schema of what it takes.
    body: Mapping[str, Any] = field(default_factory=dict)
    #: Bytes a guest may send; 0: no more than anybody (`bodies.LONGEST`).
    longest: int = 0
    #: JSON Schema of what it answers when all is well.
    answer: Mapping[str, Any] = field(default_factory=dict)
    #: Query parameters and what they are.
    query: Mapping[str, str] = field(default_factory=dict)

    @property
    def place(self) -> str:
        """The module and function of its handler."""
        module, _, name = self.handler.partition(":")
        return f"{_HERE}.{module}:{name}"


_TEXT = {"type": "string"}
_NUMBER = {"type": "number"}
_CSRF = {"type": "string", "description": "The word in the page's own form."}


def _fields(required: tuple[str, ...], **properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": list(required), "properties": properties}


_FORM = _fields(("csrf",), csrf=_CSRF)
_DECISION = {
    **_fields(("csrf", "gate"), csrf=_CSRF, gate={"type": "string", "description": "Id of the gate that was shown."}),
    "patternProperties": {
        "^decision:": {"type": "string", "enum": ["", "approved", "rejected", "revise"]},
        "^note:": {"type": "string", "maxLength": 500},
        "^prompt:": {"type": "string", "maxLength": 2000},
        "^offer:": {"type": "string", "description": "Digest of the offer that was shown."},
    },
}
_REGION = {
    **_fields(("x", "y", "width", "height"), x=_NUMBER, y=_NUMBER, width=_NUMBER, height=_NUMBER),
    "type": ["object", "null"],
    "additionalProperties": False,
}
_COMMENT = _fields(
    ("variant", "take", "draft", "text"),
    variant=_TEXT,
    take={"type": "integer"},
    draft={"type": "string", "description": "SHA-256 of the draft's bytes."},
    text={"type": "string", "maxLength": 500},
    second={"type": ["number", "null"], "minimum": 0},
    region=_REGION,
    nonce=_TEXT,
)
_SAID = {
    **_fields(
        ("id", "variant", "take", "second", "region", "text", "actor", "at", "line"),
        id=_TEXT,
        variant=_TEXT,
        take={"type": "integer", "minimum": 1},
        second={"type": ["number", "null"], "minimum": 0},
        region=_REGION,
        text=_TEXT,
        actor=_TEXT,
        at={"type": "string", "format": "date-time"},
        line={"type": "string", "description": "The remark as the next take's words say it."},
    ),
    "additionalProperties": False,
}
_STRETCH = {"type": "array", "items": _NUMBER, "minItems": 2, "maxItems": 2}
_WATCHED = _fields(("draft", "stretches"), draft=_TEXT, stretches={"type": "array", "items": _STRETCH, "maxItems": 200})
_SEEN = _fields(
    ("seconds", "share"), seconds={"type": "number", "minimum": 0}, share={"type": "number", "minimum": 0, "maximum": 1}
)
_INSIDE = (401, 403, 404, 410)

#: In this order: the first path that fits is the one that is meant.
ROUTES: tuple[Page, ...] = (
    Page("/room/", "GET", "entering:home", "Where to go from here.", (200, 303, 401, 410)),
    Page(
        "/room/in/{token}", "GET", "entering:ask", "Whose personal link this is.", (200, 403, 404, 410),
        guest=False, door=True, link=Purpose.LINK,
    ),
    Page(
        "/room/in/{token}", "POST", "entering:enter", "Come in with it.", (303, 400, 403, 404, 408, 410, 413, 415, 422),
        guest=False, form=True, door=True, link=Purpose.LINK, body=_FORM,
    ),
    Page(
        "/room/out", "POST", "entering:leave", "Leave.", (200, 400, 401, 403, 408, 410, 413, 415, 422),
        form=True, body=_FORM,
    ),
    Page(
        "/room/sign-in", "GET", "oidc:sign_in", "Sign in (staff).", (302, 404), False, door=True,
        query={"next": "The page to come back to."},
    ),
    Page(
        "/room/signed-in", "GET", "oidc:signed_in", "Come back from the sign-in.", (303, 403, 404), False, door=True,
        query={"code": "From the provider.", "state": "As it was sent.", "iss": "Issuer.", "error": "Why not."},
    ),
    Page(
        "/room/p/{token}", "GET", "previews:preview", "A preview in the bucket.", (302, 403, 404, 410),
        guest=False, link=Purpose.PREVIEW,
    ),
    Page(
        "/room/static/{file:path}", "GET", "static_files:file", "Style and scripts.", (200, 304, 404),
        guest=False, free=True,
    ),
    Page("/room/openapi.json", "GET", "openapi:document", "This document.", (200,), False, json=True),
    Page(
        "/room/{campaign}", "GET", "looking:look", "The campaign's page.", (200, *_INSIDE),
        query={"said": "How many decisions were just put on record."},
    ),
    Page("/room/{campaign}/film/{render_id}", "GET", "films:film", "A film in the bucket.", (302, *_INSIDE)),
    Page(
        "/room/{campaign}/reference/{sha256}", "GET", "films:reference", "A reference in the bucket.", (302, *_INSIDE)
    ),
    Page(
        "/room/{campaign}/decide", "POST", "deciding:decide", "Decide.",
        (303, 400, *_INSIDE, 408, 409, 413, 415, 422), form=True, body=_DECISION, longest=LARGEST_DECISION,
    ),
    Page(
        "/room/{campaign}/comments", "POST", "commenting:comment", "Leave a comment.",
        (201, 400, *_INSIDE, 408, 409, 413, 415, 422), json=True, body=_COMMENT, answer=_SAID,
    ),
    Page(
        "/room/{campaign}/watched", "POST", "watching:watched", "Say what was played.",
        (200, 400, *_INSIDE, 408, 413, 415, 422), json=True, body=_WATCHED, answer=_SEEN,
    ),
)  # fmt: skip
