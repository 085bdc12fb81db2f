"""Is the film what was asked for? Every deviation is measured; the policy's thresholds say which ones count."""

from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from blocks.media.watch import NO_SOUND, Look, Seen, nobody, watch
from workprint.errors import BadMedia
from workprint.moderation import Expected, Finding, Policy, standard_policy

ENGINE = "technical"
#: Seconds that the last decoded picture may lie before the end the header promises.
_CUT_OFF = 0.3


def check(path: Path, expected: Expected, policy: Policy | None = None, *, look: Look = nobody) -> tuple[Finding, ...]:
    """The deviations that count under the policy. A file that breaks off while decoding is one finding, not an error.

    `look` is shown the frames worth looking at during the same pass; what it raises comes through.
    """
    try:
        seen = watch(path, look)
    except BadMedia as error:
        return (policy or standard_policy()).heeded([_undecodable(str(error))])
    return (policy or standard_policy()).heeded(measured(seen, expected))


def measured(seen: Seen, expected: Expected) -> Iterator[Finding]:
    """Every deviation with its size; none where nothing is off. Units: see `data/policy.json`."""
    parts = (_whole(seen), _shape(seen, expected), _picture(seen, expected), _sound(seen, expected))
    yield from (finding for finding in chain.from_iterable(parts) if finding.score > 0)


def _undecodable(why: str, second: float | None = None) -> Finding:
    return Finding("technical.undecodable", 1.0, ENGINE, second, why)


def _whole(seen: Seen) -> Iterator[Finding]:
    if seen.damaged is not None:
        yield _undecodable("a picture is damaged", round(seen.damaged, 2))
    if seen.declared - seen.length > _CUT_OFF:
        yield _undecodable(f"the film breaks off: {seen.length:.2f} of {seen.declared:.2f} s", round(seen.length, 2))


def _shape(seen: Seen, expected: Expected) -> Iterator[Finding]:
    off = abs(seen.length - expected.duration)
    yield _off("duration", off, f"{seen.length:.2f} s, asked {expected.duration:g} s")
    said = f"{seen.width}x{seen.height}, asked {expected.width}x{expected.height}"
    short, wanted = min(seen.width, seen.height), min(expected.width, expected.height)
    yield _off("size", max(0.0, 1 - short / wanted), said)
    yield _off("ratio", abs(seen.width * expected.height / (seen.height * expected.width) - 1), said)
    if expected.fps is not None:
        yield _off("fps", abs(seen.fps - expected.fps), f"{seen.fps:.2f} fps, asked {expected.fps:g}")


def _picture(seen: Seen, expected: Expected) -> Iterator[Finding]:
    for start, end in seen.black:
        yield _off("black", end - start, f"black for {end - start:.2f} s", start)
    rule = "frozen_static" if expected.camera_static else "frozen"
    for start, end in seen.frozen:
        yield _off(rule, end - start, f"no movement for {end - start:.2f} s", start)


def _sound(seen: Seen, expected: Expected) -> Iterator[Finding]:
    said = f"{seen.loudness:.1f} LUFS" if seen.has_sound else "no sound"
    if expected.audio:
        yield _off("silent", -seen.loudness, said)
    else:
        yield _off("unwanted_sound", seen.loudness - NO_SOUND, said)


def _off(rule: str, score: float, said: str, second: float | None = None) -> Finding:
    return Finding(f"technical.{rule}", round(score, 3), ENGINE, None if second is None else round(second, 2), said)
