"""The text that is sent: the prompt, the camera's move, the sound and what to avoid, in a model's own words.

A dialect calls `spec_text(spec, facts)` with the `ModelFacts` of the spec's model: camera and sound in the words of its
table (`camera_words`, `audio_words`), else as a plain sentence, and `Avoid: ...` unless the provider has a field for it
(`negative_prompt = "field"`: the dialect puts it there). The quote shows this very text.
"""

from workprint.brief import Audio, Camera, Motion, Speed
from workprint.models import ModelFacts
from workprint.redact import clean
from workprint.spec import Spec


def camera_phrase(camera: Camera) -> str:
    """`Camera: slow push in.`; medium is the plain move, and a static camera has no speed."""
    motion = camera.motion.replace("_", " ")
    if camera.motion is Motion.STATIC or camera.speed is Speed.MEDIUM:
        return f"Camera: {motion}."
    return f"Camera: {camera.speed} {motion}."


def spec_text(spec: Spec, facts: ModelFacts) -> str:
    """The whole text of a spec in the words of its model."""
    return told(spec.prompt, spec.camera, spec.audio, spec.negative_prompt, facts)


def told(prompt: str, camera: Camera, audio: Audio, negative: str, facts: ModelFacts) -> str:
    """The same from its parts, for a spec that is not made yet."""
    words = facts.camera_words.get(camera.motion)
    move = camera_phrase(camera) if words is None else words.replace("{speed}", camera.speed.value)
    avoid = "" if facts.negative_prompt == "field" else _avoid(negative)
    parts = (prompt, move, facts.audio_words.get(audio, ""), avoid)
    return clean(" ".join(part.strip() for part in parts if part.strip()))


def _avoid(negative: str) -> str:
    return f"Avoid: {negative.strip().rstrip('.')}." if negative.strip() else ""
