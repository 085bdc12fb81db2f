"""Outbound reports: signed as Standard Webhooks, through the guard, once. The task decides whether to try again."""

import asyncio
import base64
import binascii
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import httpx
from prefect.blocks.core import Block
from pydantic import ConfigDict, Field, SecretStr, field_validator
from standardwebhooks import Webhook

from blocks.guard import check_syntax, guarded_client
from blocks.http import as_reply, capped_body, describe
from workprint.dialects.replies import retry_after
from workprint.errors import CallbackFailed, UnsafeUrl
from workprint.links import without_query
from workprint.redact import redact

_PREFIX = "whsec_"
#: Bytes of key (Standard Webhooks specification, signature scheme).
_KEY_SIZES = range(24, 65)
#: Answers that may change by themselves: 408 and 425 ask for it, 429 says later (RFC 9110, 8470, 6585).
_TRY_AGAIN = frozenset({408, 425, 429})
#: Bytes of a refusal that are read for the error's text.
_LONGEST_ANSWER = 2048


class CallbackSender(Block):
    """Signs and posts one report. The receiver checks the signature, and knows a repeated one by its message id."""

    _block_type_name = "Workprint callback"
    _block_type_slug = "workprint-callback"
    _description = "Signs the reports posted to a brief's callback_url (Standard Webhooks)."

    # A rejected secret must not stand in the validation error.
    model_config = ConfigDict(hide_input_in_errors=True)

    secret: SecretStr = Field(description="whsec_ and base64 of 24 to 64 random bytes; the receiver has the same one.")
    timeout: float = Field(default=15.0, gt=0, description="Seconds for the whole delivery.")
    allow_private_network: bool = Field(
        default=False, description="Reports may go to loopback and private addresses, also over plain http."
    )

    @field_validator("secret")
    @classmethod
    def _strong_enough(cls, value: SecretStr) -> SecretStr:
        text = value.get_secret_value().strip()
        try:
            size = len(base64.b64decode(text.removeprefix(_PREFIX), validate=True))
        except (binascii.Error, ValueError):
            size = 0
        if not text.startswith(_PREFIX) or size not in _KEY_SIZES:
            raise ValueError("secret must be whsec_ followed by the base64 of 24 to 64 bytes")
        return SecretStr(text)

    async def send(self, url: str, event_type: str, payload: Mapping[str, Any], message_id: str, now: datetime) -> None:
        """POST `{"type", "timestamp", "data"}`, signed. `now` is aware; `message_id` stays the same over retries.

        Raises `UnsafeUrl`, or `CallbackFailed` whose `retryable` says whether sending again can help.
        """
        check_syntax(url)
        if not self.allow_private_network and not url.lower().startswith("https://"):
            raise UnsafeUrl(f"{without_query(url)!r} is not https", fix="give an https callback_url")
        message = {"type": event_type, "timestamp": now.isoformat(), "data": dict(payload)}
        body = json.dumps(message, ensure_ascii=False, separators=(",", ":"))
        await self._post(url, body, self._headers(body, message_id, now))

    def _headers(self, body: str, message_id: str, now: datetime) -> dict[str, str]:
        signature = Webhook(self.secret.get_secret_value()).sign(message_id, now, body)
        return {
            "content-type": "application/json",
            "webhook-id": message_id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": signature,
        }

    async def _post(self, url: str, body: str, headers: dict[str, str]) -> None:
        # No redirects: a POST sent on is a report in the wrong hands, or one turned into a GET.
        client = guarded_client(allow_private=self.allow_private_network, follow_redirects=False)
        try:
            async with (
                asyncio.timeout(self.timeout),
                client,
                client.stream("POST", url, content=body.encode(), headers=headers) as response,
            ):
                answer = await capped_body(response, _LONGEST_ANSWER)
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
            raise CallbackFailed(describe(error, url), retryable=not isinstance(error, httpx.InvalidURL)) from error
        _check_taken(url, response, answer)


def _check_taken(url: str, response: httpx.Response, answer: bytes) -> None:
    """Raise `CallbackFailed` unless the receiver took the report."""
    status = response.status_code
    if 200 <= status < 300:
        return
    raise CallbackFailed(
        f"{without_query(url)} answered HTTP {status}: {redact(answer, limit=500)}",
        retryable=status in _TRY_AGAIN or status >= 500,
        retry_after=retry_after(as_reply(response, answer, "")),
        fix="ask the owner of the brief's callback_url",
    )
