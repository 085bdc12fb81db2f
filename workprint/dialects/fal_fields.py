"""What a fal model calls its fields: every endpoint has a schema of its own, so the names are data and no code.

They stand in `fields` of the model's entry in `workprint/models/fal.toml`, or in the user's own file.
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from workprint.brief import InputType, Resolution, Role
from workprint.errors import InputError
from workprint.models import ModelFacts
from workprint.problems import Problem
from workprint.spec import Spec

#: How a length of film is written: `5`, `"5"` or `"5s"`.
DurationStyle = Literal["number", "text", "seconds"]
#: Ours, of which some endpoints of a model know less than others.
Unsaid = Literal["resolution", "ratio", "seed", "audio", "negative_prompt"]


class FalFields(BaseModel):
    """Names of the fields of one model. An empty name: the model has no such field."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    #: The whole path for each input type; `{tier}` is replaced by the resolution's word.
    endpoints: dict[InputType, str] = Field(min_length=1)
    #: For models that sell resolutions as endpoints: the word in the path for each.
    tiers: dict[Resolution, str] = {}
    prompt: str = "prompt"
    duration: str = "duration"
    duration_style: DurationStyle = "text"
    resolution: str = "resolution"
    ratio: str = "aspect_ratio"
    seed: str = "seed"
    audio: str = "generate_audio"
    negative_prompt: str = ""
    first_frame: str = "image_url"
    last_frame: str = "end_image_url"
    #: Lists.
    images: str = "image_urls"
    videos: str = "video_urls"
    audios: str = "audio_urls"
    #: What an input type's endpoint does not take.
    unsaid: dict[InputType, tuple[Unsaid, ...]] = {}

    def endpoint(self, spec: Spec) -> str:
        """The path that makes this spec. Raises `InputError` for an input type or a resolution without one."""
        path = self.endpoints.get(spec.input_type, "")
        tier = self._tier(spec.resolution)
        if not path or tier is None:
            what = spec.input_type if not path else spec.resolution
            fix = "choose another, or write the endpoint into `fields` of the model's entry (docs/providers/fal.md)"
            raise InputError([Problem("provider.model", f"{spec.model} has no endpoint for {what}", fix)])
        return path.replace("{tier}", tier)

    def unsaid_for(self, spec: Spec) -> tuple[Unsaid, ...]:
        """What the endpoint of this spec does not take."""
        return self.unsaid.get(spec.input_type, ())

    def place(self, role: Role) -> str:
        """The field a reference goes into; empty when the model takes none of the kind."""
        own = {Role.FIRST_FRAME: self.first_frame, Role.LAST_FRAME: self.last_frame}
        return {**own, Role.VIDEO: self.videos, Role.AUDIO: self.audios}.get(role, self.images)

    def _tier(self, resolution: str) -> str | None:
        own: dict[str, str] = {str(name): tier for name, tier in self.tiers.items()}
        return own.get(resolution) if own else ""


def fields_of(facts: ModelFacts) -> FalFields:
    """The field map of a model. Raises `InputError` when the entry's `fields` are not as they should be."""
    try:
        return FalFields.model_validate(facts.fields)
    except ValidationError as error:
        wrong = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(["fields", *map(str, wrong["loc"])])
        fix = "correct the entry of the model: docs/providers/fal.md shows a whole one"
        raise InputError([Problem("provider.model", f"{facts.name}: {where}: {wrong['msg']}", fix)]) from error
