"""Variants and the specs they become: who pays for what is decided here."""

from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.workprint.briefs import PICTURE, brief, shot, values
from workprint.brief import Audio, Brief, Camera, InputType, Motion, Role
from workprint.models import model_facts
from workprint.prompts import compose
from workprint.reading import read_brief
from workprint.sizes import RATIOS
from workprint.spec import FrozenReference, Kind, Spec
from workprint.variants import Variant, count, direct_spec, draft_spec, expand, final_spec, seed

NATIVE = model_facts("doubao-seedance-1-5-pro-251215", "ark")
EMULATED = model_facts("doubao-seedance-2-0-260128", "ark")
FROZEN = FrozenReference(Role.FIRST_FRAME, "a" * 64, "image/png", 9, "references/a.png", "product.png", 1440, 1440)
SLUGS = st.from_regex(r"\A[a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?\Z")


def draft(made: Brief, take: int = 1) -> Spec:
    variant = replace(expand(made)[0], take=take)
    return draft_spec(made, variant, NATIVE, "sandbox", (FROZEN,))


def test_variants_are_shots_times_ratios_times_durations() -> None:
    """One deliverable for each combination, in the brief's order, with a readable name."""
    made = brief(durations=[5, 8])
    names = ["hero-9x16-5s", "hero-9x16-8s", "hero-16x9-5s", "hero-16x9-8s", "hero-1x1-5s", "hero-1x1-8s"]
    assert names == [variant.name for variant in expand(made)]


def test_takes_are_variants_too() -> None:
    """The second take of a brief carries its number in its name."""
    assert [(v.name, v.take) for v in expand(brief(ratios=["16:9"], takes=2))] == [
        ("hero-16x9-5s", 1),
        ("hero-16x9-5s-t2", 2),
    ]


@given(
    st.lists(SLUGS, min_size=1, max_size=4, unique=True),
    st.lists(st.sampled_from(sorted(RATIOS)), min_size=1, max_size=3, unique=True),
    st.lists(st.integers(1, 60), min_size=1, max_size=3, unique=True),
    st.integers(1, 3),
)
def test_no_two_variants_share_a_name(names: list[str], ratios: list[str], durations: list[int], takes: int) -> None:
    """For every brief the names of its variants are different, and as many as counted."""
    shots = [shot(name=name) for name in names]
    made = read_brief(values(shots=shots, ratios=ratios, durations=durations, takes=takes))
    variants = expand(made)
    assert count(made) == len({v.name for v in variants}) == len(variants)


def test_the_prompt_is_subject_action_style_and_free_text() -> None:
    """Camera and negative prompt are fields of their own: the dialect says them."""
    made = brief(shots=[shot(style="Warm light", prompt="Close on the crown!", negative_prompt="text")])
    assert compose(made.shots[0]) == "A steel watch, its hands turn. Warm light. Close on the crown!"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"subject": "", "action": "Rain falls"}, "Rain falls."),
        ({"subject": "A tram.", "action": "It passes."}, "A tram. It passes."),
        ({"subject": "一杯茶。", "action": "热气升起"}, "一杯茶。 热气升起。"),
        ({"subject": "一杯茶", "action": "热气升起"}, "一杯茶，热气升起。"),
        ({"subject": "一台 iMac", "action": "亮起", "style": "warm"}, "一台 iMac, 亮起。 warm."),
    ],
)
def test_sentences_are_closed_once(changes: dict[str, str], expected: str) -> None:
    """A part that ends a sentence gets no second full stop, and Chinese gets its own."""
    assert expected == compose(brief(shots=[shot(**changes)]).shots[0])


def test_a_revised_prompt_replaces_the_free_prompt_only() -> None:
    """What a reviewer writes stands instead of the shot's prompt; subject and action stay."""
    variant = expand(brief(shots=[shot(prompt="slowly")]))[0]
    revised = variant.revised(" quickly ", take=2)
    assert ("A steel watch, its hands turn. quickly.", 2, variant.name) == (revised.prompt, revised.take, revised.name)


def test_a_native_final_is_made_from_the_draft_itself() -> None:
    """Same content, the final's resolution, and the draft's fingerprint in it."""
    made = brief()
    first = draft(made)
    final = final_spec(made, expand(made)[0], first, native=True)
    assert (first.kind, first.resolution, first.native, first.draft) == (Kind.DRAFT, "480p", True, "")
    assert replace(first, kind=Kind.FINAL, resolution="1080p", draft=first.fingerprint) == final


def test_an_emulated_final_has_its_own_duration_and_the_draft_s_seed() -> None:
    """A short draft of a model without draft mode still promises the whole film."""
    made = brief(draft={"duration": 4}, durations=[8])
    variant = expand(made)[0]
    first = draft_spec(made, variant, EMULATED, "sandbox", ())
    final = final_spec(made, variant, first, native=False)
    assert (first.duration, final.duration, first.native, final.native) == (4, 8, False, False)
    assert first.seed == final.seed


def test_without_drafts_the_final_stands_alone() -> None:
    """No draft, no draft's fingerprint."""
    made = brief(draft={"enabled": False})
    final = direct_spec(made, expand(made)[0], NATIVE, "sandbox", ())
    assert (final.kind, final.resolution, final.draft, final.native) == (Kind.FINAL, "1080p", "", False)


def test_the_same_brief_always_asks_for_the_same_film() -> None:
    """Fields in another order, another title, another run: the same fingerprint, so nothing is paid twice."""
    turned = dict(reversed(values(title="Another title", cost_centre="x", approvers=[]).items()))
    assert draft(brief()).fingerprint == draft(read_brief(turned)).fingerprint


CHANGES: list[dict[str, Any]] = [
    {"shots": [shot(subject="A gold watch")]},
    {"shots": [shot(action="stands still")]},
    {"shots": [shot(style="Cold light")]},
    {"shots": [shot(prompt="more")]},
    {"shots": [shot(negative_prompt="text")]},
    {"shots": [shot(camera={"motion": "push_in", "speed": "fast"})]},
    {"shots": [shot(audio="generate")]},
    {"shots": [shot(seed=1)]},
    {"shots": [shot(input_type="image_to_video", references=[PICTURE])]},
    {"ratios": ["4:3"]},
    {"durations": [6]},
    {"draft": {"resolution": "720p"}},
]


@pytest.mark.parametrize("changes", CHANGES)
def test_every_change_of_content_is_another_film(changes: dict[str, Any]) -> None:
    """A field that changes the picture changes the fingerprint."""
    assert draft(brief()).fingerprint != draft(brief(**changes)).fingerprint


OTHERS: dict[str, Any] = {
    "kind": Kind.FINAL,
    "input_type": InputType.VIDEO_TO_VIDEO,
    "references": (),
    "camera": Camera(motion=Motion.ORBIT),
    "audio": Audio.GENERATE,
    "native": False,
}


@pytest.mark.parametrize("name", [field.name for field in fields(Spec)])
def test_every_field_of_a_spec_counts(name: str) -> None:
    """No field of a spec can change without another fingerprint."""
    spec = draft(brief())
    value = getattr(spec, name)
    other = OTHERS.get(name, f"{value}x" if isinstance(value, str) else value + 1 if isinstance(value, int) else None)
    assert spec.fingerprint != replace(spec, **{name: other}).fingerprint


def test_the_bytes_of_a_reference_count_and_its_name_does_not() -> None:
    """The same picture under another name is the same film; another picture is not."""
    spec = draft(brief())
    renamed = replace(spec, references=(replace(FROZEN, source="b.png", key="other"),))
    repainted = replace(spec, references=(replace(FROZEN, sha256="b" * 64),))
    assert spec.fingerprint == renamed.fingerprint != repainted.fingerprint


@given(st.integers(1, 50), st.integers(1, 50))
def test_each_take_has_its_own_seed_and_fingerprint(one: int, two: int) -> None:
    """Only a new take may pay again, and it never asks for the same film."""
    made = brief()
    assert (one == two) == (draft(made, one).fingerprint == draft(made, two).fingerprint)
    assert (one == two) == (draft(made, one).seed == draft(made, two).seed)


def test_a_given_seed_holds_for_the_first_take() -> None:
    """The shot's seed is used as written, and a second take does not repeat it."""
    variant: Variant = expand(brief(shots=[shot(seed=417)]))[0]
    assert seed(variant, ()) == 417
    assert seed(replace(variant, take=2), ()) != 417


@given(st.integers(1, 8), st.text(max_size=20))
def test_a_derived_seed_fits_every_provider(take: int, prompt: str) -> None:
    """31 bits, never negative, whatever the content."""
    variant = replace(expand(brief())[0], take=take, prompt_override=prompt)
    assert 0 <= seed(variant, ()) < 2**31
