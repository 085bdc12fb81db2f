"""The settings of one account at one provider: what the form of the block asks, and what follows from it."""

from typing import Annotated, Any, Literal, Self
from urllib.parse import quote

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

from blocks.provider_checks import plain_address_or_none, plain_path, sendable_key
from blocks.provider_link import Fetch, fetching
from workprint.dialects import Dialect
from workprint.dialects.registry import DialectName, dialect
from workprint.errors import InputError


class ProviderSettings(BaseModel):
    """Dialect, address, key and limits. Seconds throughout."""

    # A rejected key must not stand in the validation error.
    model_config = ConfigDict(hide_input_in_errors=True, use_attribute_docstrings=False)

    dialect: DialectName = Field(
        default="ark",
        description=(
            "The provider's language. `ark`: Volcengine Ark, BytePlus, the sandbox; `alltoken`, `fal`, `openrouter`, "
            "`kling`, `minimax`: the providers of that name; `newapi`: New API relays; `openai_shape`: servers with "
            "/v1/videos. docs/providers has a page for each."
        ),
    )
    base_url: Annotated[str, AfterValidator(plain_address_or_none)] = Field(
        default="",
        description="Scheme and host, e.g. https://relay.example.com. Empty: the provider's own. Always allowed.",
    )
    path_prefix: Annotated[str, AfterValidator(plain_path)] = Field(
        default="",
        description="Path before the API's own; relays have their own prefix, `/` is none. Empty: the provider's own.",
    )
    api_key: Annotated[SecretStr, AfterValidator(sendable_key)] = Field(
        description="Sent in the Authorization header, to this host only, and never along a redirect."
    )
    model: str = Field(
        default="",
        description="The model's name at the provider, e.g. doubao-seedance-2-5-260628: `workprint models` lists them. "
        "Empty: the cheapest that can make the brief, in the currency of its budget.",
    )
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

    @model_validator(mode="after")
    def _has_an_address(self) -> Self:
        if not self.address:
            rule = f"{self.dialect} has no address of its own: write the scheme and host of your server or reseller"
            raise ValueError(f"base_url: {rule}")
        return self

    @field_validator("dialect", mode="before")
    @classmethod
    def _known_dialect(cls, value: object) -> str:
        try:
            return dialect(str(value)).name
        except InputError as error:
            raise ValueError(str(error)) from error

    @property
    def language(self) -> Dialect:
        """The dialect this account is spoken to in."""
        return dialect(self.dialect)

    @property
    def address(self) -> str:
        """Scheme and host of the API; empty when nobody said."""
        return self.base_url or self.language.base_url

    @property
    def api(self) -> str:
        """The address with the path before every route."""
        return self.address + (self.path_prefix or self.language.path_prefix).rstrip("/")

    def fetching(self, link: str) -> Fetch:
        """What to send to the host of a result link, and whether it is the API's own."""
        authorization = self._authorization if self.language.link_wants_key else ""
        return fetching(link, self.api, authorization)

    @property
    def _authorization(self) -> str:
        return f"{self.language.auth_scheme} {self.api_key.get_secret_value()}"

    def callback_address(self, name: str, token: str) -> str | None:
        """Where the provider shall report one render to. `name` is this block's; None when callbacks are off."""
        if not self.callback_base_url:
            return None
        return f"{self.callback_base_url}/callbacks/{quote(name, safe='')}/{token}"
