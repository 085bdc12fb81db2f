"""Voices: each provider's words for what the one sandbox does. One file a voice, one line in the table `VOICES`.

The core knows tasks, a queue, films, links, faults, callbacks and a bill, and no provider. A voice (`voice.Voice`) says
how one provider speaks of them: where its routes are, how a submit's body becomes `Params`, what a task looks like when
it is asked for, listed and called back, which words, codes and shapes a refusal has, how callbacks are signed. It is
stateless and pure: everything it needs comes in (`Ask`, `Look`, `Letter`), nothing but values goes out. It speaks as
the provider's documents say, and shares no code with the dialect that is tested against it.

To add a voice:
1. `voices/<dialect>.py` with a class that extends `Voice`; its docstring names the documents and what they leave open.
2. Its line in `VOICES` below. A test then runs a block of that dialect through it, and every fault that applies.

A template, as short as it gets:

    class NewVoice(Voice):
        name, prefix = "new", "/new"          # the dialect's name; a block says base_url and path_prefix "/new"
        routes = (
            VoiceRoute("POST", "/v1/videos", Action.SUBMIT),
            VoiceRoute("GET", "/v1/videos/{id}", Action.SHOW),
        )
        words = {Status.QUEUED: "waiting", Status.RUNNING: "busy", Status.SUCCEEDED: "done", Status.FAILED: "failed"}
        errors = {Why.INVALID: (400, "invalid"), Why.MISSING: (400, "invalid"), Why.KEY: (401, "no_key"),
                  Why.MODEL: (404, "no_model"), Why.TASK: (404, "no_task"), Why.RATE: (429, "slow_down"),
                  Why.SENSITIVE: (400, "content"), Why.BALANCE: (402, "no_money")}
        broken, rejected = ("internal", "It broke."), ("content", "The film was refused.")

        def new_id(self, now): return f"new_{secrets.token_hex(8)}"
        def wanted(self, ask):
            body = read_json(Body, ask.body)                       # a pydantic model; raises missing() or invalid()
            facts = facts_or_refuse(body.model, self.name)         # raises no_such_model()
            params = Params(model=body.model, prompt=checked_text(body.prompt, "prompt"), resolution=..., ratio=...,
                            frames=frames(body.seconds), seed=..., generate_audio=..., voice=self.name)
            return Wanted(within(facts, params), (Medium("still", body.image, "image"),) if body.image else ())
        def accepted(self, look): return Answer({"id": look.task.id}, 202)
        def shown(self, look): return {"id": look.task.id, "status": self.word(look), "url": look.link or None}
        def error_body(self, status, code, refusal): return {"error": {"code": code, "message": refusal.message}}

Rules:
- `Params.resolution` is neutral (480p, 720p, 768p, 1080p, 2k, 4k), `frames` are at 24 a second, `ratio` `16:9` or
  `adaptive`; `safety_identifier` is the client's own id, by whatever name; `said` keeps what else is echoed (JSON).
- A `Look` may differ from the truth on purpose: say its status by `word(look)`, its times by `look.created_at` and
  `look.updated_at` (`look.told_at` is now), its link by `look.link`, the client's id by `look.reference`, the bill by
  `look.cost`, an error by `look.task.error_code` and `error_message` (they hold this voice's `broken` or `rejected`).
  Never ask the task itself.
- `look.link` is a signed link of the storage (`/files/...`); with `film_path` (and a route of the action FILM) it is an
  address of the API that wants the key. A voice that gives no links at all, only bytes, ignores it.
- Sizes and prices come from `workprint.models` (`cost` for what is priced otherwise). No price there: the film is free.
- A refusal is raised by a function of `refusals` in plain words; `errors` and `error_body` make it the provider's own.
- Callbacks: `calls_back` says of which statuses, `called` the body (by default what GET shows), `signature` the
  headers, `challenge` and `acceptable` a handshake. The address comes with the submit: `Params.callback_url`.
- Second questions (fal): `result` answers, and raises `Refusal(Why.RESULT, ..., status=..., code=...)` where the
  provider does. completed_but_failed is a task whose status says success and whose `result` says no: show such a task
  (`look.task.fault(FaultName.COMPLETED_BUT_FAILED)`) without its error.

Faults apply to every voice that has such a thing (`applies`). By themselves do not apply: those of a list, of
callbacks, of a cancel, of a second question where the voice has none; expired_task and cancelled_by_provider without a
word for the status; clock_skew unless `tells_time`; list_without_reference unless `echoes_reference`; overdue_account
without a code for `Why.BALANCE`; callback_early and callback_reordered where only ends are called back;
callback_bad_signature where nothing is signed. A voice names more in `without`: a provider that gives bytes and no link
has no unsafe_link. A fault that does not apply never strikes: it stays set, and `fired` stays 0.
"""

from collections.abc import Mapping

from deployments.sandbox.voices.alltoken import AllTokenVoice
from deployments.sandbox.voices.ark import ArkVoice
from deployments.sandbox.voices.fal import FalVoice
from deployments.sandbox.voices.kling import KlingVoice
from deployments.sandbox.voices.minimax import MiniMaxVoice
from deployments.sandbox.voices.newapi import NewApiVoice
from deployments.sandbox.voices.openai_shape import OpenAIShapeVoice
from deployments.sandbox.voices.openrouter import OpenRouterVoice
from deployments.sandbox.voices.voice import Voice

_VOICES: tuple[Voice, ...] = (
    ArkVoice(),
    AllTokenVoice(),
    FalVoice(),
    OpenRouterVoice(),
    NewApiVoice(),
    OpenAIShapeVoice(),
    KlingVoice(),
    MiniMaxVoice(),
)
#: By name, in the order of the table.
VOICES: Mapping[str, Voice] = {voice.name: voice for voice in _VOICES}
