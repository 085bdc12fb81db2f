"""`AppriseNotice`: messages to whatever Apprise knows and Prefect has no block for: email, DingTalk, Feishu, WeCom.

Pitfall: Apprise makes its own requests, so `blocks.guard` cannot hold them to the address it checked: what is checked
here is the name, right before it is used. Redirects are not followed.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from prefect.blocks.abstract import NotificationBlock, NotificationError
from pydantic import ConfigDict, Field, SecretStr, field_validator

from blocks.guard import check_url
from workprint.errors import OutboundError, UnsafeUrl

if TYPE_CHECKING:
    from apprise import NotifyBase

#: Services at an address of the customer's that have only an encrypted form. Every other such service has both forms;
#: of the rest Apprise itself knows the address, and where the host would stand is a token or a mail domain.
_HOSTED = frozenset({"workflow", "workflows"})
_FIX = "set allow_private_network only for a server of your own"


class AppriseNotice(NotificationBlock):
    """One address, as an Apprise URL. Used like any notification block of Prefect."""

    _block_type_name = "Workprint Apprise Notification"
    _block_type_slug = "workprint-apprise"
    _description = (
        "Messages by email (mailtos://), DingTalk (dingtalk://), Feishu (feishu://), Lark (lark://), WeCom "
        "(wecombot://) and whatever else Apprise knows."
    )

    # A rejected address holds a password or token, and must not stand in the validation error.
    model_config = ConfigDict(hide_input_in_errors=True)

    url: SecretStr = Field(
        title="Apprise URL",
        description="As https://github.com/caronc/apprise/wiki describes it for each service, with its tokens.",
    )
    allow_private_network: bool = Field(
        default=False, description="Also without encryption, and to loopback and private addresses."
    )

    @field_validator("url")
    @classmethod
    def _known(cls, url: SecretStr) -> SecretStr:
        if _service(url) is None:
            raise ValueError("Apprise knows no such address; its wiki shows how each service is written")
        return url

    async def notify(self, body: str, subject: str | None = None) -> None:
        """Send one message.

        Raises `UnsafeUrl` or `OutboundError` before anything is sent; inside `raise_on_failure()` also
        `NotificationError` when the service does not take it. No error says the address.
        """
        from apprise import Apprise

        service = _service(self.url)
        if service is None:
            raise UnsafeUrl("Apprise knows no such address", fix="save the block again")
        if not self.allow_private_network:
            await _check(service)
        sender = Apprise()
        sender.add(service)
        taken = await sender.async_notify(body=body, title=subject or "")
        if not taken and self._raise_on_failure:
            raise NotificationError(log="the service did not take the message")


def _service(url: SecretStr) -> "NotifyBase | None":
    """What speaks to that service; None where Apprise knows no such address. It follows no redirects."""
    from apprise import Apprise, AppriseAsset

    asset = AppriseAsset(app_id="Workprint", app_desc="Workprint", app_url="", image_url_mask="", image_url_logo="")
    with _in_silence():
        service: NotifyBase | None = Apprise.instantiate(url.get_secret_value(), asset=asset)
    if service is not None:
        service.redirects = False
    return service


@contextmanager
def _in_silence() -> Iterator[None]:
    """Apprise logs an address it cannot read, with everything in it."""
    log = logging.getLogger("apprise")
    before, log.disabled = log.disabled, True
    try:
        yield
    finally:
        log.disabled = before


async def _check(service: "NotifyBase") -> None:
    """Raise `UnsafeUrl` for a service without encryption and for one inside our own network; `OutboundError` where
    nobody can say now.
    """
    plain = _names(service.protocol)
    if not service.secure and service.schema in plain:
        raise UnsafeUrl(f"{service.schema}:// is not encrypted", fix=f"use its encrypted form; {_FIX}")
    if plain or service.schema in _HOSTED:
        await _check_host(getattr(service, "smtp_host", None) or service.host or "", service.port)


async def _check_host(host: str, port: int | None) -> None:
    bare = host.strip("[]")
    where = f"[{bare}]" if ":" in bare else bare
    try:
        await check_url(f"https://{where}:{port or 443}/")
    except UnsafeUrl:  # its text shows the address
        raise UnsafeUrl("the service is at no public address", fix=_FIX) from None
    except OutboundError:
        raise OutboundError("the service's host cannot be found", retryable=True, fix="check the address") from None


def _names(protocol: Any) -> tuple[str, ...]:
    """Apprise writes one name or several."""
    return (protocol,) if isinstance(protocol, str) else tuple(protocol or ())
