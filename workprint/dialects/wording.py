"""Camera moves as a sentence, for providers that know no camera field, and the way back for the sandbox."""

import re

from workprint.brief import Camera, Motion, Speed
from workprint.redact import clean

_PHRASE = re.compile(
    r"Camera: (?:(?P<speed>slow|fast) )?(?P<motion>" + "|".join(m.replace("_", " ") for m in Motion) + r")\."
)


def camera_phrase(camera: Camera) -> str:
    """`Camera: slow push in.`; medium is the plain move, and a static camera has no speed."""
    motion = camera.motion.replace("_", " ")
    if camera.motion is Motion.STATIC or camera.speed is Speed.MEDIUM:
        return f"Camera: {motion}."
    return f"Camera: {camera.speed} {motion}."


def read_camera(text: str) -> Camera | None:
    """The last camera phrase in a text: the dialect adds its own after whatever the user wrote. None without one."""
    phrases = list(_PHRASE.finditer(text))
    if not phrases:
        return None
    found = phrases[-1]
    return Camera(motion=Motion(found["motion"].replace(" ", "_")), speed=Speed(found["speed"] or Speed.MEDIUM))


def prompt_text(prompt: str, camera: Camera, negative: str) -> str:
    """The whole text: the prompt, the camera's move, and what must not be seen."""
    avoid = f"Avoid: {negative.strip().rstrip('.')}." if negative.strip() else ""
    return clean(" ".join(part for part in (prompt.strip(), camera_phrase(camera), avoid) if part))
