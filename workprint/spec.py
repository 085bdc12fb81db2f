"""A render spec: the provider-neutral content of one paid request, and its fingerprint."""

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any

from workprint.brief import Audio, Camera, InputType, Role


class Kind(StrEnum):
    """The cheap copy or the delivered film."""

    DRAFT = "draft"
    FINAL = "final"


@dataclass(frozen=True, slots=True)
class FrozenReference:
    """A reference after it was read: the bytes are fixed, wherever they came from.

    `width` and `height` are pixels, `duration` seconds; None where the medium has none.
    """

    role: Role
    sha256: str
    media_type: str
    size: int
    #: S3 key of the frozen bytes.
    key: str
    #: What the brief said: a path or URL, without its query string.
    source: str
    width: int | None = None
    height: int | None = None
    duration: float | None = None


@dataclass(frozen=True, slots=True)
class Spec:
    """Everything that decides which film comes back. Equal content, equal fingerprint, one payment."""

    kind: Kind
    provider: str
    model: str
    input_type: InputType
    prompt: str
    negative_prompt: str
    references: tuple[FrozenReference, ...]
    #: Seconds.
    duration: int
    resolution: str
    ratio: str
    fps: int
    camera: Camera
    audio: Audio
    seed: int
    take: int
    #: Fingerprint of the approved draft a final is made from; empty on drafts.
    draft: str = ""
    #: True: the provider makes the final from its own draft task. False: same inputs and seed again.
    native: bool = False

    def content(self) -> dict[str, Any]:
        """What is hashed: references count by role and bytes, not by name or place."""
        values = asdict(self)
        values["camera"] = self.camera.model_dump(mode="json")
        values["references"] = [{"role": r.role, "sha256": r.sha256} for r in self.references]
        return values

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the canonical JSON (sorted keys, no spaces, UTF-8), 64 hex digits."""
        return canonical_sha256(self.content())

    def to_json(self) -> dict[str, Any]:
        """The whole spec as plain JSON values, for the ledger and the manifest."""
        values = self.content()
        values["references"] = [asdict(r) for r in self.references]
        return values

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> "Spec":
        """The inverse of `to_json`."""
        return cls(
            **{
                **values,
                "kind": Kind(values["kind"]),
                "input_type": InputType(values["input_type"]),
                "audio": Audio(values["audio"]),
                "camera": Camera.model_validate(values["camera"]),
                "references": tuple(FrozenReference(**{**r, "role": Role(r["role"])}) for r in values["references"]),
            }
        )

    def final(self, *, resolution: str, fps: int, native: bool) -> "Spec":
        """The spec of the final that an approved draft of this spec stands for."""
        return replace(self, kind=Kind.FINAL, resolution=resolution, fps=fps, native=native, draft=self.fingerprint)


def canonical_sha256(value: Any) -> str:
    """SHA-256 of a JSON value written one way only, in 64 hex digits."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
