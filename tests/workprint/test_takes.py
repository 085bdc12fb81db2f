"""Two takes side by side: the words that changed, and the other fields."""

from hypothesis import given
from hypothesis import strategies as st

from tests.workprint.builders import reference, spec
from workprint.brief import Camera, Motion, Speed
from workprint.takes import Changed, Piece, Side, difference, word_difference

WORDS = st.lists(st.sampled_from(["steel", "watch", ",", " ", "\n", "手表", "转动", "。", "5s"]), max_size=30).map(
    "".join
)


def sides(pieces: tuple[Piece, ...], *wanted: Side) -> str:
    return "".join(piece.text for piece in pieces if piece.side in wanted)


@given(WORDS, WORDS)
def test_both_texts_can_be_read_off_the_difference(before: str, after: str) -> None:
    """Without what was added the pieces are the earlier text, without what was removed the later one."""
    pieces = word_difference(before, after)
    assert before == sides(pieces, Side.BOTH, Side.BEFORE)
    assert after == sides(pieces, Side.BOTH, Side.AFTER)


@given(st.text(max_size=80), st.text(max_size=80))
def test_any_text_survives(before: str, after: str) -> None:
    """Whatever signs a prompt is made of, none is lost or moved."""
    pieces = word_difference(before, after)
    assert (before, after) == (sides(pieces, Side.BOTH, Side.BEFORE), sides(pieces, Side.BOTH, Side.AFTER))


def test_words_are_compared_whole() -> None:
    """A changed word is shown as one word that went and one that came, not as letters."""
    assert (
        Piece(Side.BOTH, "A "),
        Piece(Side.BEFORE, "steel"),
        Piece(Side.AFTER, "golden"),
        Piece(Side.BOTH, " watch"),
    ) == word_difference("A steel watch", "A golden watch")


def test_neighbouring_changes_are_one() -> None:
    """Two changed words in a row are one change, with the space between them."""
    pieces = word_difference("the slow steel hand", "the quick golden hand")
    assert [Piece(Side.BEFORE, "slow steel"), Piece(Side.AFTER, "quick golden")] == list(pieces[1:3])


def test_chinese_is_compared_sign_by_sign() -> None:
    """Chinese text without spaces shows only the signs that changed."""
    assert (
        Piece(Side.BOTH, "钢表指针"),
        Piece(Side.BEFORE, "慢"),
        Piece(Side.AFTER, "快"),
        Piece(Side.BOTH, "转"),
    ) == word_difference("钢表指针慢转", "钢表指针快转")


def test_hopeless_texts_stand_one_after_the_other() -> None:
    """Two long texts of one and the same word are not compared for minutes but shown whole."""
    before, after = "x " + "a " * 2000 + "x", "y " + "a b " * 1000 + "y"
    assert (Piece(Side.BEFORE, before), Piece(Side.AFTER, after)) == word_difference(before, after)


def test_equal_takes_differ_in_nothing() -> None:
    """The difference of a take to itself is false."""
    assert not difference(spec(), spec(take=2))


def test_changed_fields_are_named_with_both_values() -> None:
    """Camera, length, seed and references that changed are listed with both values, in a fixed order."""
    camera = Camera(motion=Motion.ORBIT, speed=Speed.SLOW)
    after = spec(duration=8, camera=camera, seed=9, references=(reference(sha256="cd" * 32),))
    assert (
        Changed("references", "first_frame abababab", "first_frame cdcdcdcd"),
        Changed("duration", "5", "8"),
        Changed("camera", "push_in, medium", "orbit, slow"),
        Changed("seed", "7", "9"),
    ) == difference(spec(), after).fields


def test_a_changed_prompt_is_a_difference() -> None:
    """Where only the prompt changed no field is named, and the difference is true all the same."""
    found = difference(spec(), spec(prompt="A steel watch, its hands stand still"))
    assert found
    assert () == found.fields
