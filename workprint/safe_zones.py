"""Safe zones: the part of a picture that no app draws its buttons and captions over. Dated data, not code."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, get_args

from workprint.brief import Ratio

_DATA = Path(__file__).parent / "data" / "safe_zones.json"


class Trust(StrEnum):
    """How good a source is."""

    #: The platform says so itself.
    OFFICIAL = "official"
    #: Somebody else says what the platform says.
    THIRD_PARTY = "third_party"
    #: The platform publishes no numbers: a box that clears it and others.
    BOUND = "bound"


@dataclass(frozen=True, slots=True)
class Box:
    """A part of the picture; all four from 0 to 1, from the left upper corner."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class SafeZone:
    """What one platform leaves free in pictures of one ratio."""

    id: str
    name: str
    ratio: str
    box: Box
    source: str
    trust: Trust
    #: The month the source was read, `2026-11`.
    read: str
    note: str
    note_zh: str


@cache
def safe_zones() -> tuple[SafeZone, ...]:
    """Every zone that is known, in the order they are offered."""
    return zones_from(json.loads(_DATA.read_text(encoding="utf-8")))


def zones_for(ratio: str) -> tuple[SafeZone, ...]:
    """The zones of one ratio (`9:16`); empty where nobody publishes any."""
    return tuple(zone for zone in safe_zones() if zone.ratio == ratio)


def zones_from(values: Mapping[str, Any]) -> tuple[SafeZone, ...]:
    """Zones from their JSON, see `data/safe_zones.json`. Raises `ValueError` or `KeyError` for what is no zone."""
    return tuple(_zone(entry) for entry in values["zones"])


def _zone(entry: Mapping[str, Any]) -> SafeZone:
    left, top, right, bottom = (float(entry[side]) for side in ("left", "top", "right", "bottom"))
    if min(left, top, right, bottom) < 0 or left + right >= 1 or top + bottom >= 1:
        raise ValueError(f"the margins of {entry['id']} leave nothing of the picture")
    if entry["ratio"] not in get_args(Ratio):
        raise ValueError(f"{entry['ratio']} is no ratio of a brief")
    return SafeZone(
        id=entry["id"],
        name=entry["name"],
        ratio=entry["ratio"],
        box=Box(left, top, round(1 - left - right, 6), round(1 - top - bottom, 6)),
        source=entry["source"],
        trust=Trust(entry["trust"]),
        read=entry["read"],
        note=entry["note"],
        note_zh=entry["note_zh"],
    )
