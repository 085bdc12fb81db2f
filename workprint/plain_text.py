"""A text without its disguises: what a reader sees, in the letters a word list is written in."""

import re
import unicodedata
from collections.abc import Iterator, Mapping

#: Zero-width and directional marks, soft hyphens and variation selectors: they split a word without being seen.
_INVISIBLE = re.compile("[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f"
                        "\u3164\ufe00-\ufe0f\ufeff\uffa0]")  # fmt: skip
#: Cyrillic and Greek letters that look Latin (Unicode Technical Standard 39, confusables).
_LOOKALIKES = str.maketrans("аеорсухіѕјԁһкмтвнɡıαονρτικυ", "aeopcyxisjdhkmtbhgiaovptiku")
_LETTERS = str.maketrans("013457@$!|+", "oieastasilt")
#: `1` and `!` are also read as l.
_LETTERS_L = str.maketrans("013457@$!|+", "oleastaslit")
_TOKEN = re.compile(r"\S+")
_HAN = "\u3400-\u9fff"
_SEPARATORS = r"\s.,*_\-·・~+/|'\""
_BETWEEN_HAN = re.compile(rf"(?<=[{_HAN}])[{_SEPARATORS}]+(?=[{_HAN}])")
_BETWEEN_LETTERS = re.compile(r"(?<=[a-z0-9@$!])[.*_\-·~+|'\"]+(?=[a-z0-9@$!])")
_REPEATED = re.compile(r"([a-z])\1{2,}")
#: Three and more single letters with something between them.
_SPELLED = re.compile(rf"(?<![a-z0-9])[a-z0-9@$!](?:[{_SEPARATORS}]+[a-z0-9@$!](?![a-z0-9])){{2,}}")
_NOT_LETTERS = re.compile(r"[^a-z0-9@$!]")


def plain(text: str, simplified: Mapping[int, str]) -> str:
    """NFKD, lower case, no accents, no invisible marks, look-alikes and traditional signs replaced, single spaces."""
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    bare = "".join(sign for sign in _INVISIBLE.sub("", folded) if not unicodedata.combining(sign))
    return " ".join(bare.translate(_LOOKALIKES).translate(simplified).split())


def readings(straight: str) -> tuple[str, ...]:
    """The ways a plain text can be read, each once: as it stands, digits as letters, joined, without repetitions."""
    joined = _BETWEEN_LETTERS.sub("", _BETWEEN_HAN.sub("", straight))
    ways = [straight, joined]
    ways += [_spoken(way, letters) for way in (straight, joined) for letters in (_LETTERS, _LETTERS_L)]
    ways += [_REPEATED.sub(times, way) for way in ways for times in (r"\1", r"\1\1")]
    return tuple(dict.fromkeys(ways))


def spelled_out(straight: str) -> Iterator[str]:
    """Runs of single letters, joined: `n u d e` and `n.u.d.e` become `nude`, `a n u d e` becomes `anude`."""
    for found in _SPELLED.finditer(straight):
        run = _NOT_LETTERS.sub("", found.group())
        yield from dict.fromkeys((run, run.translate(_LETTERS), run.translate(_LETTERS_L)))


def _spoken(text: str, letters: dict[int, int]) -> str:
    """Digits and signs as letters, in words that have letters too: `5 cars in 2024` stays what it is."""
    return _TOKEN.sub(lambda token: _word(token.group(), letters), text)


def _word(token: str, letters: dict[int, int]) -> str:
    return token.translate(letters) if any("a" <= sign <= "z" for sign in token) else token
