"""Specs: equal content, equal fingerprint, one payment."""

import hashlib
import json
from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.workprint.builders import reference, spec
from workprint.brief import Audio, Camera, InputType, Motion, Role, Speed
from workprint.spec import FrozenReference, Kind, Spec, canonical_sha256

TEXTS = st.text(max_size=12)
HASHES = st.sampled_from(["ab" * 32, "cd" * 32])
REFERENCES = st.builds(
    FrozenReference,
    role=st.sampled_from(Role),
    sha256=HASHES,
    media_type=st.sampled_from(["image/png", "video/mp4"]),
    size=st.integers(1, 2**40),
    key=TEXTS,
    source=TEXTS,
    width=st.none() | st.integers(1, 4096),
    height=st.none() | st.integers(1, 4096),
    duration=st.none() | st.floats(0.1, 60),
)
SPECS = st.builds(
    Spec,
    kind=st.sampled_from(Kind),
    provider=TEXTS,
    model=TEXTS,
    input_type=st.sampled_from(InputType),
    prompt=TEXTS,
    negative_prompt=TEXTS,
    references=st.lists(REFERENCES, max_size=3).map(tuple),
    duration=st.integers(1, 60),
    resolution=st.sampled_from(["480p", "1080p"]),
    ratio=st.sampled_from(["9:16", "16:9"]),
    fps=st.sampled_from([24, 25]),
    camera=st.builds(Camera, motion=st.sampled_from(Motion), speed=st.sampled_from(Speed)),
    audio=st.sampled_from(Audio),
    seed=st.integers(0, 2**32 - 1),
    take=st.integers(1, 8),
    draft=st.sampled_from(["", "d" * 64]),
    native=st.booleans(),
)


@given(SPECS, SPECS, st.sets(st.sampled_from([field.name for field in fields(Spec)]), max_size=2))
def test_fingerprints_are_equal_exactly_when_contents_are(one: Spec, another: Spec, changed: set[str]) -> None:
    """Two specs share a fingerprint if and only if they ask for the same film."""
    other = replace(one, **{name: getattr(another, name) for name in changed})
    assert (one.content() == other.content()) == (one.fingerprint == other.fingerprint)


@given(SPECS)
def test_a_spec_survives_being_stored(given_: Spec) -> None:
    """Written as JSON text and read back, a spec is the same one with the same fingerprint."""
    again = Spec.from_json(json.loads(json.dumps(given_.to_json())))
    assert (given_, given_.fingerprint) == (again, again.fingerprint)
    assert (Kind, InputType, Audio) == (type(again.kind), type(again.input_type), type(again.audio))


@given(REFERENCES, REFERENCES)
def test_references_count_by_role_and_bytes(one: FrozenReference, other: FrozenReference) -> None:
    """The same bytes in the same role are the same content, whatever they are called and wherever they lie."""
    alike = (one.role, one.sha256) == (other.role, other.sha256)
    assert alike == (spec(references=(one,)).fingerprint == spec(references=(other,)).fingerprint)


def test_the_order_of_references_counts() -> None:
    """A film from the same pictures in another order is another film."""
    pictures = (reference(role=Role.SUBJECT), reference(role=Role.SUBJECT, sha256="cd" * 32))
    assert spec(references=pictures).fingerprint != spec(references=pictures[::-1]).fingerprint


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("kind", Kind.FINAL),
        ("provider", "other"),
        ("model", "other"),
        ("input_type", InputType.REFERENCE_TO_VIDEO),
        ("prompt", "A steel watch"),
        ("negative_prompt", ""),
        ("references", ()),
        ("duration", 6),
        ("resolution", "720p"),
        ("ratio", "16:9"),
        ("fps", 25),
        ("camera", Camera(motion=Motion.PUSH_IN, speed=Speed.FAST)),
        ("audio", Audio.GENERATE),
        ("seed", 8),
        ("take", 2),
        ("draft", "d" * 64),
        ("native", False),
    ],
)
def test_every_field_counts(field: str, value: Any) -> None:
    """A change of any field is another film and another payment."""
    assert spec().fingerprint != replace(spec(), **{field: value}).fingerprint


def test_the_fingerprint_never_changes_by_itself() -> None:
    """This very content has had this fingerprint since the first release: another one would pay twice."""
    assert "a5962d93a5705795e76a905c1df37ff90ca9931c44e6c1ee7e9eed102323c628" == spec().fingerprint


def test_canonical_json_is_written_one_way() -> None:
    """Keys are sorted, nothing is padded, and text is UTF-8 as it stands."""
    expected = hashlib.sha256('{"a":[1,null],"b":"镜"}'.encode()).hexdigest()
    assert expected == canonical_sha256({"b": "镜", "a": [1, None]})


def test_a_final_stands_for_its_draft() -> None:
    """A final is its draft with another resolution and rate, and remembers the draft it was made from."""
    draft = spec()
    final = draft.final(resolution="1080p", fps=25, native=True)
    expected = replace(draft, kind=Kind.FINAL, resolution="1080p", fps=25, draft=draft.fingerprint)
    assert expected == final


def test_finals_of_different_drafts_are_different_films() -> None:
    """Two drafts lead to two finals, even where everything else of the finals is alike."""
    small, large = (spec(resolution=size).final(resolution="1080p", fps=24, native=True) for size in ("480p", "720p"))
    assert small.fingerprint != large.fingerprint
