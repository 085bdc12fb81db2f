"""fal's words: the queue of fal.ai (docs "Queue", "Webhooks", "Model Errors", "Request Error Types").

Not documented, and guessed here: what a cancelled request says afterwards (COMPLETED with client_cancelled), that a
cancel is called back as an error, the wording of an exhausted balance, and the result before its end (400).
"""

import base64
import hashlib
import uuid
from collections.abc import Mapping

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from deployments.sandbox.billing import facts_of
from deployments.sandbox.fault_table import FaultName
from deployments.sandbox.keys import Secrets
from deployments.sandbox.refusals import Refusal, Why, no_such_model
from deployments.sandbox.render.plan import FPS
from deployments.sandbox.tasks import OPEN, Params, Status
from deployments.sandbox.values import Answer, Ask, Letter, Look, Wanted
from deployments.sandbox.voices.fal_bodies import ENDPOINTS, Endpoint, Form
from deployments.sandbox.voices.helpers import (
    checked_text,
    facts_or_refuse,
    frames,
    read_json,
    seed_from,
    within,
)
from deployments.sandbox.voices.voice import JSON, Action, Voice, VoiceRoute

_REQUEST = "/{owner}/{alias}/requests/{id}"
_JWKS = "/.well-known/jwks.json"
#: The account whose requests these are, as a webhook names it.
_USER = "user_sandbox"
_EMPTY = ("no_media_generated", "The model did not generate any media.")
_GONE = ("client_cancelled", "The request was cancelled by the client.")


class FalVoice(Voice):
    """fal's queue as it is documented. The second question is where a film or the model's own refusal is."""

    name = "fal"
    prefix = "/fal"
    routes = (
        VoiceRoute("GET", _JWKS, Action.OPEN_DOCUMENT),
        VoiceRoute("GET", _REQUEST + "/status", Action.SHOW),
        VoiceRoute("GET", _REQUEST, Action.RESULT),
        VoiceRoute("PUT", _REQUEST + "/cancel", Action.CANCEL),
        VoiceRoute("POST", "/{model:path}", Action.SUBMIT),
    )
    auth_scheme = "Key"
    words: Mapping[Status, str] = {
        Status.QUEUED: "IN_QUEUE",
        Status.RUNNING: "IN_PROGRESS",
        Status.SUCCEEDED: "COMPLETED",
        Status.FAILED: "COMPLETED",
        Status.CANCELLED: "COMPLETED",
    }
    errors: Mapping[Why, tuple[int, str]] = {
        Why.INVALID: (422, "value_error"),
        Why.MISSING: (422, "missing"),
        Why.KEY: (401, ""),
        Why.MODEL: (404, ""),
        Why.TASK: (404, ""),
        Why.RUNNING: (400, "ALREADY_COMPLETED"),
        Why.SENSITIVE: (422, "content_policy_violation"),
        Why.RATE: (429, ""),
        Why.BALANCE: (403, ""),
    }
    broken = ("runner_server_error", "The runner encountered an internal server error.")
    rejected = ("content_policy_violation", "The generated video was flagged by a content checker.")
    calls_back = frozenset({Status.SUCCEEDED, Status.FAILED, Status.CANCELLED})
    signs = True
    answer_seconds = 15.0
    tells_time = False

    def new_id(self, now: float) -> str:  # noqa: ARG002 - it tells no time
        """A UUID."""
        return str(uuid.uuid4())

    def wanted(self, ask: Ask) -> Wanted:
        """A film at one of the endpoints; the callback's address is a parameter of the query."""
        endpoint = ENDPOINTS.get(ask.path["model"])
        if endpoint is None:
            raise no_such_model(ask.path["model"])
        form = read_json(endpoint.form, ask.body)
        params = self._params(endpoint, form, ask)
        return Wanted(within(facts_or_refuse(endpoint.model, self.name), params), form.media)

    def _params(self, endpoint: Endpoint, form: Form, ask: Ask) -> Params:
        seed = getattr(form, "seed", None)
        return Params(
            model=endpoint.model,
            prompt=checked_text(form.prompt, "prompt"),
            resolution=endpoint.resolution or getattr(form, "resolution", "720p"),
            ratio=getattr(form, "aspect_ratio", "auto").replace("auto", "adaptive"),
            frames=frames(form.seconds),
            seed=seed_from(form.model_dump_json()) if seed is None else seed,
            generate_audio=form.generate_audio,
            callback_url=ask.value("fal_webhook"),
            voice=self.name,
        )

    def accepted(self, look: Look) -> Answer:
        """The id and where to ask."""
        return Answer({"status": "IN_QUEUE", "queue_position": 0, **_addresses(look)})

    def shown(self, look: Look) -> JSON:
        """The status: of a refusal by the model it says nothing."""
        shown = {"status": self.word(look), **_addresses(look)}
        if look.status is Status.QUEUED:
            shown["queue_position"] = 0
        if look.word or look.status in OPEN:
            return shown
        code, message = self._error(look)
        told = code and not self._models_own(look)
        return shown | {"metrics": {"inference_time": 1.0}} | ({"error": message, "error_type": code} if told else {})

    def result(self, look: Look) -> Answer:
        """The film, or the model's error with its own HTTP status."""
        if look.status in OPEN:
            raise Refusal(Why.RESULT, "Request is still in progress", status=400)
        code, message = self._error(look)
        if code:
            status = 422 if self._models_own(look) else 499 if look.status is Status.CANCELLED else 500
            raise Refusal(Why.RESULT, message, status=status, code=code)
        return Answer(_film(look), headers={"X-Fal-Billable-Units": str(look.params.frames // FPS)})

    def cancelled(self, look: Look) -> Answer:  # noqa: ARG002 - nothing is told of it
        """A wish that was heard."""
        return Answer({"status": "CANCELLATION_REQUESTED"}, 202)

    def error_body(self, status: int, code: str, refusal: Refusal) -> JSON:
        """A typed list from a model, a text from the platform, a word about a cancel."""
        if refusal.why is Why.RUNNING:
            return {"status": code}
        if refusal.why is Why.BALANCE:
            return {"detail": "User is locked. Reason: Exhausted balance. Top up your balance at fal.ai/dashboard."}
        if status == 422:
            return {"detail": [_typed(code, refusal.message, refusal.param)]}
        return {"detail": refusal.message} | ({"error_type": code} if code else {})

    def called(self, look: Look) -> JSON:
        """OK with the result as payload, or ERROR with the model's own body."""
        code, message = self._error(look)
        told = {"request_id": look.task.id, "gateway_request_id": f"gateway-{look.task.id}"}
        if not code:
            return {**told, "status": "OK", "payload": _film(look)}
        detail = [_typed(code, message)] if self._models_own(look) else message
        return {**told, "status": "ERROR", "error": message, "payload": {"detail": detail}}

    def signature(self, letter: Letter, secrets: Secrets) -> Mapping[str, str]:
        """Ed25519 over request, user, time and the body's SHA-256, a line each."""
        at = str(int(letter.at))
        signed = "\n".join((letter.task_id, _USER, at, hashlib.sha256(letter.content).hexdigest()))
        return {
            "X-Fal-Webhook-Request-Id": letter.task_id,
            "X-Fal-Webhook-User-Id": _USER,
            "X-Fal-Webhook-Timestamp": at,
            "X-Fal-Webhook-Signature": secrets.ed25519.sign(signed.encode()).hex(),
        }

    def document(self, path: str, secrets: Secrets) -> Answer:  # noqa: ARG002 - there is one
        """The public key (RFC 8037)."""
        raw = secrets.ed25519.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        return Answer(
            {"keys": [{"kty": "OKP", "crv": "Ed25519", "x": _base64url(raw), "kid": "sandbox", "use": "sig"}]}
        )

    def _error(self, look: Look) -> tuple[str, str]:
        """Type and message of what went wrong; empty when nothing did."""
        if look.status is Status.CANCELLED:
            return _GONE
        if look.status is not Status.FAILED:
            return "", ""
        if look.task.fault(FaultName.COMPLETED_BUT_FAILED):
            return _EMPTY
        return look.task.error_code, look.task.error_message

    def _models_own(self, look: Look) -> bool:
        """Whether the model refused: the status says only that it is over."""
        return self._error(look)[0] in {self.rejected[0], _EMPTY[0]}


def _addresses(look: Look) -> JSON:
    """The id of a request, and where it can be asked."""
    owner, alias, *_ = look.params.model.split("/")
    base = f"{look.base}/{owner}/{alias}/requests/{look.task.id}"
    ways = {"response_url": base, "status_url": f"{base}/status", "cancel_url": f"{base}/cancel"}
    return {"request_id": look.task.id, **ways}


def _base64url(raw: bytes) -> str:
    """As RFC 7515 writes it: without padding."""
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _film(look: Look) -> JSON:
    file = {"url": look.link, "content_type": "video/mp4", "file_name": "output.mp4"}
    facts = facts_of(look.params)
    # A model that takes no seed tells none.
    seed = {"seed": look.params.seed} if facts is not None and facts.seed else {}
    return {"video": file if look.link else None, **seed}


def _typed(code: str, message: str, param: str = "prompt") -> JSON:
    place = ["body", *param.split(".")]
    return {"loc": place, "msg": message, "type": code, "url": f"https://docs.fal.ai/errors#{code}", "ctx": {}}
