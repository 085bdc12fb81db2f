"""Where things lie: finals never land in delivery, and no two films share a key."""

from hypothesis import given
from hypothesis import strategies as st

from tests.workprint.builders import render, spec
from workprint import keys
from workprint.render import Render
from workprint.spec import Kind

DRAFT = render()
FINAL = render(of=spec(kind=Kind.FINAL, take=2), id="rnd_2")


def test_a_draft_lands_in_drafts() -> None:
    """A draft's key says campaign, variant, take and render."""
    assert "drafts/cmp_1/hero-9x16-5s-take1-rnd_1.mp4" == keys.landing(DRAFT)


def test_a_final_lands_in_quarantine() -> None:
    """A final is not in delivery before it was judged."""
    assert "quarantine/cmp_1/hero-9x16-5s-take2-rnd_2.mp4" == keys.landing(FINAL)


def test_a_judged_final_lies_under_its_project() -> None:
    """What passed lies under project and campaign."""
    assert "delivery/spring/cmp_1/hero-9x16-5s-take2-rnd_2.mp4" == keys.delivery(FINAL, "spring")


def test_the_manifest_lies_beside_its_film() -> None:
    """A film's manifest has the film's name, wherever the film lies."""
    assert "delivery/spring/cmp_1/hero-9x16-5s-take2-rnd_2.json" == keys.manifest(keys.delivery(FINAL, "spring"))


def test_previews_lie_beside_the_drafts() -> None:
    """A draft's preview and a round's contact sheet lie in the campaign's drafts."""
    assert "drafts/cmp_1/hero-9x16-5s-take1-rnd_1.webp" == keys.preview(DRAFT)
    assert "drafts/cmp_1/contact-sheet-0123456789abcdef.jpg" == keys.contact_sheet("cmp_1", "0123456789abcdef0000")


def test_a_reference_is_named_after_its_bytes() -> None:
    """The same bytes have one key, whoever uses them."""
    assert f"references/{'ab' * 32}.png" == keys.reference("ab" * 32, "png")


def every_key(of: Render) -> list[str]:
    film = [keys.landing(of), keys.delivery(of, "spring")]
    return [*film, *map(keys.manifest, film), keys.preview(of)]


@given(st.sets(st.text("abc019", min_size=1, max_size=6), min_size=2, max_size=5), st.sampled_from(Kind))
def test_no_two_renders_share_a_key(ids: set[str], kind: Kind) -> None:
    """Each render of one variant has keys of its own, so that nothing is ever overwritten."""
    every = [key for name in ids for key in every_key(render(of=spec(kind=kind), id=name))]
    assert len(every) == len(set(every))
