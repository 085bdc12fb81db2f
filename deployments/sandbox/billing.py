"""What a film measures and costs, by the facts of its model in `workprint.models`; nothing where they know no price."""

from deployments.sandbox.render.plan import FPS
from deployments.sandbox.tasks import Cost, Params
from workprint.brief import Audio, Camera, InputType, Role
from workprint.errors import InputError
from workprint.models import ModelFacts, model_facts
from workprint.sizes import pixels
from workprint.spec import FrozenReference, Kind, Spec


def facts_of(params: Params) -> ModelFacts | None:
    """The facts of the task's model; None when nothing is known of it."""
    return known_facts(params.listed_as or params.model, params.voice)


def known_facts(model: str, voice: str) -> ModelFacts | None:
    """The facts of a model as one provider sells it; None when nothing is known of it."""
    try:
        return model_facts(model, voice)
    except InputError:
        return None


def size_of(params: Params) -> tuple[int, int]:
    """Width and height in pixels: the model's own table where it is known, else by the short side."""
    facts = facts_of(params)
    return facts.size(params.resolution, params.ratio) if facts else pixels(params.resolution, params.ratio)


def listed_cost(params: Params, currency: str) -> Cost:
    """What a success costs by the price list of its model; 0 of `currency` where there is none."""
    facts = facts_of(params)
    if facts is None or not facts.prices:
        return Cost("0", currency)
    spec = _spec(params)
    try:
        charge = facts.price(spec)
    except InputError:
        return Cost("0", currency)
    tokens = facts.tokens(spec) if any(tier.unit == "tokens" for tier in facts.prices) else 0
    return Cost(str(charge.amount), charge.currency, str(charge.amount), tokens)


def _spec(params: Params) -> Spec:
    """The task in Workprint's own terms, as far as its price depends on them."""
    return Spec(
        kind=Kind.DRAFT if params.draft else Kind.FINAL,
        provider=params.voice,
        model=params.model,
        input_type=_input_type(params),
        prompt=params.prompt,
        negative_prompt="",
        references=(_film(params),) if params.footage else (),
        duration=-(-params.frames // FPS),
        resolution=params.resolution,
        ratio=params.ratio,
        fps=FPS,
        camera=Camera(),
        audio=Audio.GENERATE if params.generate_audio else Audio.MUTE,
        seed=params.seed,
        take=1,
        native=params.draft or bool(params.draft_task_id),
    )


def _input_type(params: Params) -> InputType:
    if params.footage or params.soundtrack or len(params.stills) > 2:
        return InputType.REFERENCE_TO_VIDEO
    return InputType.IMAGE_TO_VIDEO if params.stills else InputType.TEXT_TO_VIDEO


def _film(params: Params) -> FrozenReference:
    return FrozenReference(Role.VIDEO, params.footage, "video/mp4", 0, params.footage, params.footage)
