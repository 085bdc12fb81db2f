"""The body of `POST /v1/videos`: a multipart form at vLLM-Omni, JSON at SGLang."""

import json
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any

from pydantic import Field, field_validator

from deployments.sandbox.refusals import Refusal, Why, invalid, missing
from deployments.sandbox.values import Ask
from deployments.sandbox.voices.helpers import Tolerant, read_json

#: Parts of a form that are no text: numbers, truth values, JSON (vLLM-Omni, docs/serving/videos_api.md).
_VALUES = frozenset({"seed", "fps", "num_frames", "generate_sound", "image_reference", "extra_params"})


class _Picture(Tolerant):
    """`{"image_url": ...}`."""

    image_url: str


class Submit(Tolerant):
    """The fields that matter here, with SGLang's defaults. Unknown ones are ignored."""

    model: str = ""
    prompt: str = ""
    seconds: str = "4"
    size: str = Field(default="", pattern=r"^(\d+x\d+)?$")
    seed: int = Field(default=1024, ge=0)
    negative_prompt: str = ""
    generate_sound: bool = False
    image_reference: _Picture | None = None
    reference_url: str = ""

    @field_validator("seconds", mode="before")
    @classmethod
    def _text(cls, value: Any) -> Any:
        """SGLang takes a number as well."""
        return str(value) if isinstance(value, int) and not isinstance(value, bool) else value

    @property
    def length(self) -> int:
        """Seconds of film; 0 for a text that is no length."""
        return int(self.seconds) if self.seconds.isdecimal() else 0

    @property
    def picture(self) -> str:
        """Where the first frame is; empty without one."""
        return self.image_reference.image_url if self.image_reference else self.reference_url


def is_form(ask: Ask) -> bool:
    """Whether the body is a multipart form."""
    return ask.headers.get("content-type", "").startswith("multipart/form-data")


def read_submit(ask: Ask) -> Submit:
    """The body, whichever it is. Raises `Refusal` naming the first wrong field."""
    return read_json(Submit, _form(ask) if is_form(ask) else _checked(ask.body))


def check_server(ask: Ask, body: Submit, *, vllm: bool) -> None:
    """Refuse the kind of body the model's server does not read."""
    if vllm and not is_form(ask):
        raise missing("prompt")
    if not vllm and is_form(ask) and not body.picture:
        raise invalid("input_reference", "input_reference file or reference_url is required")


def _checked(raw: bytes) -> bytes:
    """SGLang: `input_reference` is a path of its own unless `reference_url` stands beside it."""
    try:
        body = json.loads(raw)
    except ValueError:
        raise Refusal(Why.INVALID, "Invalid request body: prompt: Field required") from None
    if isinstance(body, dict) and isinstance(body.get("input_reference"), dict) and not body.get("reference_url"):
        raise invalid("input_reference", "Input should be a valid string")
    return raw


def _form(ask: Ask) -> bytes:
    """A form's parts as JSON."""
    head = f"Content-Type: {ask.headers['content-type']}\r\n\r\n".encode()
    parts = BytesParser(policy=HTTP).parsebytes(head + ask.body).iter_parts()
    said = {str(part.get_param("name", header="content-disposition")): part.get_payload(decode=True) for part in parts}
    return json.dumps({name: _value(name, text) for name, text in said.items()}).encode()


def _value(name: str, text: Any) -> Any:
    said = text if isinstance(text, str) else bytes(text).decode("utf-8", "replace")
    if name not in _VALUES:
        return said
    try:
        return json.loads(said)
    except ValueError:
        raise invalid(name, "Invalid JSON in form field.") from None
