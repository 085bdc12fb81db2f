"""What a callback's signature is worth, for every scheme."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretBytes
from standardwebhooks import Webhook

from tests.workprint import signers
from tests.workprint.signers import SIGNERS, Headers, Signer
from workprint.signatures import Scheme
from workprint.signatures.keys import Keys
from workprint.signatures.verifying import TOLERANCE, Verdict, verify

NOW = datetime(2026, 6, 10, 12, 0, tzinfo=UTC)
BODY = '{"id":"1234567890","status":"succeeded","message":"水壶"}'.encode()

#: As Kling publishes it.
KLING_SECRET = "whsec_dGVzdHNlY3JldHRlc3RzZWNyZXR0ZXN0c2VjcmV0MTI="
KLING_BODY = (
    b'{"id":"1234567890","status":"succeeded","message":"","create_time":1781080778802,"update_time":1781080794151}'
)
KLING_HEADERS = [
    ("webhook-id", "9876543210"),
    ("webhook-timestamp", "1781080794"),
    ("webhook-signature", "v1,UsKlJP00XoQyOn410NM9xv34sP+Gl0jnOO9Lcpr7NJ4="),
]

every = pytest.mark.parametrize("make", SIGNERS.values(), ids=SIGNERS)


def judged(signer: Signer, headers: Headers, body: bytes = BODY, keys: Keys | None = None) -> Verdict:
    return verify(signer.scheme, signer.keys if keys is None else keys, headers, body, NOW)


def with_header(headers: Headers, place: int, value: str) -> Headers:
    return [*headers[:place], (headers[place][0], value), *headers[place + 1 :]]


def test_klings_own_vector() -> None:
    """The example that Kling documents is valid, and the Standard Webhooks library signs it alike."""
    at = datetime.fromtimestamp(1781080794, UTC)
    key = signers.the(Scheme.STANDARD_WEBHOOKS, KLING_SECRET)
    assert Verdict.VALID is verify(Scheme.STANDARD_WEBHOOKS, [key], KLING_HEADERS, KLING_BODY, at)
    assert KLING_HEADERS[2][1] == Webhook(KLING_SECRET).sign("9876543210", at, KLING_BODY.decode())


@every
def test_what_the_provider_signed_is_valid(make: Callable[..., Signer]) -> None:
    """A callback signed just now with the account's key fits, and only that verdict does."""
    signer = make()
    verdict = judged(signer, signer.sign(BODY, NOW))
    assert Verdict.VALID is verdict
    assert [Verdict.VALID] == [one for one in Verdict if one.fits]


@every
def test_header_names_have_no_case(make: Callable[..., Signer]) -> None:
    """HTTP does not distinguish upper and lower case in names."""
    signer = make()
    assert Verdict.VALID is judged(signer, [(name.upper(), value) for name, value in signer.sign(BODY, NOW)])


@every
def test_other_keys_prove_nothing(make: Callable[..., Signer]) -> None:
    """Another account's key, no key and an empty key are all refused, also for what was signed with an empty one."""
    signer = make()
    headers = signer.sign(BODY, NOW)
    for keys in (make("another").keys, (), (SecretBytes(b""),), (SecretBytes(b"short"),)):
        assert Verdict.WRONG is judged(signer, headers, keys=keys)


@every
def test_every_byte_counts(make: Callable[..., Signer]) -> None:
    """A body that differs in a space, and a header that differs in a digit, are refused."""
    signer = make()
    headers = signer.sign(BODY, NOW)
    assert Verdict.WRONG is judged(signer, headers, BODY + b" ")
    moved = signer.sign(BODY, NOW - timedelta(seconds=1))
    for place in range(len(headers) - 1):
        changed = with_header(headers, place, moved[place][1] + ("" if moved[place] != headers[place] else "0"))
        assert Verdict.WRONG is judged(signer, changed)


@every
def test_both_sides_can_rotate(make: Callable[..., Signer]) -> None:
    """Any of several keys may have signed."""
    old, new = make("old"), make("new")
    for signer in (old, new):
        assert Verdict.VALID is judged(signer, signer.sign(BODY, NOW), keys=old.keys + new.keys)


def test_several_signatures_of_a_rotation() -> None:
    """One of the signatures in a header is enough, wherever it stands and whatever stands beside it."""
    ours = signers.kling().sign(BODY, NOW)
    other = signers.kling("other").sign(BODY, NOW)[2][1]
    for row in (f"{ours[2][1]} {other}", f"{other} {ours[2][1]}", f"v1a,{'A' * 86} garbage v1,@ {ours[2][1]}"):
        assert Verdict.VALID is judged(signers.kling(), with_header(ours, 2, row))
    assert Verdict.WRONG is judged(signers.kling(), with_header(ours, 2, f"{other} {other}"))


def test_several_signatures_of_openrouter() -> None:
    """Its header may hold several, in any order, with spaces and words of later versions."""
    time, mine = signers.openrouter().sign(BODY, NOW)[0][1].split(",")
    other = "v1=" + "0" * 64
    for parts in ((time, other, mine), (mine, time), (time, f" {mine}"), (time, "v2=x", mine), (time, mine.upper())):
        header = ",".join(parts).replace("V1=", "v1=")
        assert Verdict.VALID is judged(signers.openrouter(), [("x-openrouter-signature", header)])


@every
@pytest.mark.parametrize(
    ("seconds", "verdict"),
    [
        (TOLERANCE, Verdict.VALID),
        (-TOLERANCE, Verdict.VALID),
        (TOLERANCE + 1, Verdict.TOO_OLD),
        (-TOLERANCE - 1, Verdict.TOO_NEW),
        (10 * 365 * 86400, Verdict.TOO_OLD),
        (-10 * 365 * 86400, Verdict.TOO_NEW),
    ],
)
def test_five_minutes_either_way(make: Callable[..., Signer], seconds: int, verdict: Verdict) -> None:
    """A good signature is worth something for five minutes, in the past and in the future."""
    signer = make()
    assert verdict is judged(signer, signer.sign(BODY, NOW - timedelta(seconds=seconds)))


TIMES = ["", "-1", "+1", "1.5", "1e9", " 1", "NaN", "0x10", "٣", "１７", "1781080794000", "9" * 500, "today", "1\n2"]


@every
@pytest.mark.parametrize("text", TIMES)
def test_absurd_times(make: Callable[..., Signer], text: str) -> None:
    """A time that is no plain number of seconds is refused as malformed."""
    signer = make()
    headers = signer.sign(BODY, NOW)
    absurd = [(name, value.replace(signers.unix(NOW), text)) for name, value in headers]
    assert Verdict.MALFORMED is judged(signer, absurd)


@every
def test_a_header_that_is_missing(make: Callable[..., Signer]) -> None:
    """Without any one of the scheme's headers a callback counts as unsigned."""
    signer = make()
    headers = signer.sign(BODY, NOW)
    for place in range(len(headers)):
        assert Verdict.MISSING is judged(signer, headers[:place] + headers[place + 1 :])
    assert Verdict.MISSING is judged(signer, [])


@every
def test_a_header_that_is_repeated(make: Callable[..., Signer]) -> None:
    """Two headers of one name are refused, also when they say the same, in whatever case."""
    signer = make()
    headers = signer.sign(BODY, NOW)
    for name, value in headers:
        assert Verdict.REPEATED is judged(signer, [*headers, (name.swapcase(), value)])


SIGNATURES = [
    "",
    "garbage",
    ",",
    "v1",
    "v1,",
    "v1,====",
    "v1,AAAA",
    "v2,AAAA",
    "t=1",
    "v1=",
    "v1=zz",
    "0" * 127,
    "é",
    "水",
]


@every
@pytest.mark.parametrize("text", SIGNATURES)
def test_signatures_that_are_none(make: Callable[..., Signer], text: str) -> None:
    """What cannot be a signature of the scheme is refused as malformed."""
    signer = make()
    headers = signer.sign(BODY, NOW)
    assert Verdict.MALFORMED is judged(signer, with_header(headers, len(headers) - 1, text))


@pytest.mark.parametrize(
    "text", ["t={t},t={t},v1={s}", "v1={s}", "t={t},v1={s} {s}", "t={t};v1={s}", "t={t},v1={s}\n", "t={t},V1={s}"]
)
def test_openrouter_headers_that_are_none(text: str) -> None:
    """One time and a whole signature are wanted."""
    time, mine = (part.partition("=")[2] for part in signers.openrouter().sign(BODY, NOW)[0][1].split(","))
    header = text.format(t=time, s=mine)
    assert Verdict.MALFORMED is judged(signers.openrouter(), [("x-openrouter-signature", header)])


def test_no_line_of_fals_can_be_moved() -> None:
    """A line feed in a header does not make two fields of one."""
    headers = signers.fal().sign(BODY, NOW)
    assert Verdict.MALFORMED is judged(signers.fal(), with_header(headers, 0, "764cabcf\ngithub|1234"))


@every
def test_what_no_scheme_signs(make: Callable[..., Signer]) -> None:
    """Under a scheme without signatures nothing is valid, however well it is signed."""
    signer = make()
    assert Verdict.MISSING is verify(Scheme.UNSIGNED, signer.keys, signer.sign(BODY, NOW), BODY, NOW)


NAMES = sorted({name.lower() for make in SIGNERS.values() for name, _ in make().sign(BODY, NOW)})
PIECES = st.sampled_from(["v1,", "t=", "v1=", ",", " ", "=", signers.unix(NOW), "0" * 64, "0" * 128, "A" * 43 + "="])
VALUES = st.one_of(st.text(), st.lists(PIECES | st.text(max_size=3), max_size=8).map("".join))


@given(st.sampled_from(Scheme), st.lists(st.tuples(st.sampled_from(NAMES) | st.text(), VALUES)), st.binary())
def test_whatever_is_sent_is_refused(scheme: Scheme, headers: Headers, body: bytes) -> None:
    """Of any headers and any body a verdict comes out, and never an exception, and never that they fit."""
    keys = [key for make in SIGNERS.values() for key in make().keys]
    assert not verify(scheme, keys, headers, body, NOW).fits


@given(st.sampled_from(sorted(SIGNERS)), st.integers(0, 3), VALUES, st.binary(max_size=40))
def test_whatever_is_changed_is_refused(name: str, place: int, value: str, body: bytes) -> None:
    """A good callback with one header or its body changed to anything else does not fit."""
    signer = SIGNERS[name]()
    headers = signer.sign(BODY, NOW)
    changed = with_header(headers, place % len(headers), value)
    assert not judged(signer, changed).fits
    assert not judged(signer, headers, body).fits


@given(st.sampled_from(sorted(SIGNERS)), st.text(st.characters(codec="utf-8"), max_size=200))
def test_any_body_can_be_signed(name: str, text: str) -> None:
    """Whatever bytes the provider signed, they fit."""
    signer, body = SIGNERS[name](), text.encode()
    assert judged(signer, signer.sign(body, NOW), body).fits
