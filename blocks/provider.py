"""The one path to a video provider: settings, the API key, and five calls. What they mean is the dialect's business."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, Literal, Self
from urllib.parse import quote

from prefect.blocks.core import Block
from pydantic import AfterValidator, ConfigDict, Field, PrivateAttr, SecretStr, field_validator

from blocks.http import network_failure, proves_unsent
from blocks.provider_checks import plain_address, plain_address_or_none, plain_path, sendable_key
from blocks.provider_list import Page, window
from blocks.provider_wire import TROUBLE, Wire
from workprint.dialects import Dialect
from workprint.dialects.registry import dialect
from workprint.errors import InputError, ProviderError
from workprint.failures import FailureKind, Stage
from workprint.outcomes import (
    Checked,
    NotThere,
    Observation,
    Refused,
    Reply,
    Request,
    Submitted,
    Unanswered,
    Unreadable,
)
from workprint.spec import Kind, Spec
from workprint.states import RenderState

_PAGE_SIZE = 100
#: Tasks asked for in one request: their ids stand in the URL.
_BATCH = 50


class VideoProvider(Block):
    """One account at one provider. Submits once, never retries: the Prefect task decides what may be sent again."""

    _block_type_name = "Workprint video provider"
    _block_type_slug = "workprint-video-provider"
    _description = "A video model's API: dialect, address, key and limits."

    # A rejected key must not stand in the validation error.
    model_config = ConfigDict(hide_input_in_errors=True, use_attribute_docstrings=False)

    dialect: str = Field(
        default="ark", description="The provider's language. `ark`: Volcengine Ark, BytePlus, sandbox."
    )
    base_url: Annotated[str, AfterValidator(plain_address)] = Field(
        description="Scheme and host, e.g. https://ark.cn-beijing.volces.com. Always allowed."
    )
    path_prefix: Annotated[str, AfterValidator(plain_path)] = Field(
        default="/api/v3", description="Path before the API's own; relays have their own prefix."
    )
    api_key: Annotated[SecretStr, AfterValidator(sendable_key)] = Field(
        description="Sent as bearer token, to this host only, and never along a redirect."
    )
    model: str = Field(description="The model's name at the provider, e.g. doubao-seedance-2-5-260628.", min_length=1)
    currency: Literal["CNY", "USD"] = Field(default="CNY", description="What the provider bills in (ISO 4217).")
    max_in_flight: int = Field(default=10, ge=1, description="Tasks the account may have queued or running at once.")
    requests_per_second: float = Field(default=10.0, gt=0, le=1000, description="All calls of this block together.")
    connect_timeout: float = Field(default=10.0, gt=0, description="Seconds to connect.")
    read_timeout: float = Field(default=60.0, gt=0, description="Seconds for the whole answer after connecting.")
    list_lag: float = Field(
        default=60.0, ge=0, description="Seconds its task list may lag behind a submit before absence proves anything."
    )
    gone_after: float = Field(
        default=120.0, ge=0, description="Seconds a known task may be answered with 404 before it counts as lost."
    )
    reference_delivery: Literal["link", "inline"] = Field(
        default="link", description="References go as links into our bucket, or inline as data URLs."
    )
    callback_base_url: Annotated[str, AfterValidator(plain_address_or_none)] = Field(
        default="",
        description="Where the provider reaches our desk, e.g. https://desk.example.com. Empty: no callbacks, we ask.",
    )
    allow_private_network: bool = Field(
        default=False, description="Result links may lead into a private network: for a provider of your own."
    )
    extra: dict[str, Any] = Field(
        default_factory=dict, description="More fields of the submit's body, e.g. priority. They never replace ours."
    )

    _wire: Wire | None = PrivateAttr(default=None)

    @field_validator("dialect")
    @classmethod
    def _known_dialect(cls, value: str) -> str:
        try:
            return dialect(value).name
        except InputError as error:
            raise ValueError(str(error)) from error

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections of the running loop. The block can be used again afterwards."""
        if self._wire is not None:
            await self._wire.aclose()

    @property
    def language(self) -> Dialect:
        """The dialect this account is spoken to in."""
        return dialect(self.dialect)

    def callback_address(self, name: str, token: str) -> str | None:
        """Where the provider shall report one render to. `name` is this block's; None when callbacks are off."""
        if not self.callback_base_url:
            return None
        return f"{self.callback_base_url}/callbacks/{quote(name, safe='')}/{token}"

    async def turn(self) -> None:
        """Wait for our turn. `submit` does not: between the committed intent and the POST no time may be lost."""
        await self._connected().turn()

    async def submit(
        self,
        spec: Spec,
        media: dict[str, str],
        *,
        client_ref: str,
        draft_task_id: str | None = None,
        callback_url: str | None = None,
    ) -> Submitted:
        """One POST. `media` maps a reference's SHA-256 to the URL or data URL the provider shall read.

        Never raises for the network: refused when nothing was sent, unanswered when nobody can know. Raises
        `InputError` for a spec the dialect cannot say.
        """
        request = self.language.submit(
            spec, media, client_ref=client_ref, draft_task_id=draft_task_id, callback_url=callback_url
        )
        try:
            reply = await self._connected().send(self._with_extra(request, spec))
        except TROUBLE as error:
            failure = network_failure(error, Stage.SUBMIT)
            if proves_unsent(error):
                return Refused(failure, failure.raw)
            return Unanswered(failure.raw, failure.code)
        return self.language.read_submit(reply)

    async def check(self, task_id: str) -> Checked:
        """What the provider says of the task now. Network trouble is `Unreadable`: ask again later."""
        reply = await self._answer(self.language.check(task_id))
        return reply if isinstance(reply, Unreadable) else self.language.read_check(reply, _now())

    async def check_many(self, task_ids: Sequence[str]) -> dict[str, Checked]:
        """The same for several tasks, in as few requests as the dialect can say. Every id has its answer.

        A task the filtered list leaves out is asked for by itself: only its own GET proves that it is gone.
        """
        batches = [task_ids[start : start + _BATCH] for start in range(0, len(task_ids), _BATCH)]
        answers = await asyncio.gather(*(self._batch(batch) for batch in batches))
        return {task_id: answer for batch in answers for task_id, answer in batch.items()}

    async def _batch(self, task_ids: Sequence[str]) -> dict[str, Checked]:
        request = self.language.check_many(task_ids) if len(task_ids) > 1 else None
        found = await self._listed(request) if request else ()
        if isinstance(found, Unreadable) and found.failure.kind is not FailureKind.PARAMETERS:
            return dict.fromkeys(task_ids, found)
        if isinstance(found, Unreadable):
            found = ()  # a relay without this list: each task by itself
        known: dict[str, Checked] = {task.task_id: task for task in found}
        missing = [task_id for task_id in task_ids if task_id not in known]
        singles = await asyncio.gather(*(self.check(task_id) for task_id in missing))
        return {**known, **dict(zip(missing, singles, strict=True))}

    async def _listed(self, request: Request) -> tuple[Observation, ...] | Unreadable:
        reply = await self._answer(request)
        return reply if isinstance(reply, Unreadable) else self.language.read_list(reply, _now())

    async def cancel(self, task_id: str) -> Checked:
        """Cancel a task that has not started; the answer is what the provider says of it afterwards.

        State `cancelled` is confirmed; any other state means too late; `NotThere`: the record is gone; `Unreadable`:
        nobody knows. Only a queued task is asked to go: on an ended one Ark's DELETE destroys the record.
        """
        before = await self.check(task_id)
        if not isinstance(before, Observation) or before.state is not RenderState.QUEUED:
            return before
        answer = await self._answer(self.language.cancel(task_id))
        after = await self.check(task_id)
        return answer if isinstance(answer, Unreadable) and isinstance(after, NotThere) else after

    async def recent(self, since: datetime) -> tuple[Observation, ...]:
        """All tasks made at or after `since` (aware), as far as the provider says when.

        Raises `ProviderError` when the list cannot be read to the end of the window: an empty answer means none. The
        list may lag behind a submit by `list_lag`.
        """
        found = await window(self._page, since)
        if isinstance(found, Unreadable):
            raise ProviderError(f"the provider's list cannot be read: {found.failure.raw or found.failure.code}")
        return found

    async def _page(self, page: int) -> Page:
        return await self._listed(self.language.list(page, _PAGE_SIZE))

    async def _answer(self, request: Request) -> Reply | Unreadable:
        try:
            await self.turn()
            return await self._connected().send(request)
        except TROUBLE as error:
            return Unreadable(network_failure(error, Stage.RENDER))

    def _connected(self) -> Wire:
        if self._wire is None:
            self._wire = Wire(
                f"{self.base_url}{self.path_prefix}",
                self.api_key.get_secret_value(),
                connect_timeout=self.connect_timeout,
                read_timeout=self.read_timeout,
                per_second=self.requests_per_second,
            )
        return self._wire

    def _with_extra(self, request: Request, spec: Spec) -> Request:
        """The operator's fields, under ours; none for a native final, which takes all else from its draft."""
        if not self.extra or request.json is None or (spec.native and spec.kind is Kind.FINAL):
            return request
        return Request(request.method, request.path, {**self.extra, **request.json}, request.params)


def _now() -> datetime:
    return datetime.now(UTC)
