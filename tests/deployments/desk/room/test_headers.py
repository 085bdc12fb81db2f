"""What every answer of the room tells the browser, and that its templates can live with it."""

import re
from html.parser import HTMLParser
from importlib.resources import files
from pathlib import Path

import pytest

from blocks.ledger import Ledger
from deployments.desk.room.headers import policy
from deployments.desk.room.room import STATIC
from deployments.desk.room.settings import RoomSettings
from tests.deployments.desk.desk import Desk, running_desk
from tests.deployments.desk.room.room import HOST, KEY, inside, personal, word
from workprint.room_links import RoomLinks
from workprint.tickets import Ticket

TEMPLATES = sorted(Path(str(files("deployments.desk.room") / "templates")).glob("*.j2"))
EXPECTED = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
    "strict-transport-security": "max-age=31536000",
    "content-security-policy": policy(),
}


async def test_every_answer_has_them(desk: Desk, lin: Ticket) -> None:
    """Pages, redirects, JSON and every refusal carry the same headers, and no policy knows another origin than ours."""
    form = {"data": {"csrf": word(lin)}}
    asked = [
        ("GET", personal(lin), {}, 200),
        ("HEAD", personal(lin), {}, 200),
        ("GET", "/room/", {}, 303),
        ("POST", "/room/out", form, 200),
        ("POST", "/room/out", {}, 415),
        ("GET", "/room/openapi.json", {}, 200),
        ("POST", "/room/cmp/comments", {}, 403),
        ("GET", "/room/other", {}, 403),
        ("GET", "/room/in/x", {}, 403),
        ("GET", "/room/p/x", {}, 403),
        ("GET", "/room/sign-in", {}, 404),
        ("GET", "/room", {}, 404),
        ("GET", "/room/static/none.js", {}, 404),
        ("DELETE", "/room/", {}, 405),
        ("OPTIONS", "/room/cmp/decide", {}, 405),
        ("GET", "/room/cmp/decide", {}, 405),
    ]
    for method, path, more, status in asked:
        answer = await desk.http.request(method, path, headers=inside(lin), **more)
        assert (path, status) == (path, answer.status_code)
        assert EXPECTED == {name: answer.headers.get(name) for name in EXPECTED}
        assert "server" not in answer.headers


async def test_a_wrong_method_says_the_right_ones(desk: Desk) -> None:
    """405 names what can be done at that address."""
    allowed = [
        (await desk.http.delete(path)).headers["allow"] for path in ("/room/in/x", "/room/out", "/room/p/x", "/room/c")
    ]
    assert ["GET, HEAD, POST", "POST", "GET, HEAD", "GET, HEAD"] == allowed


async def test_no_promise_of_tls_without_it(ledger_url: str, ledger: Ledger) -> None:
    """A room on plain http of this machine sends no Strict-Transport-Security."""
    links = RoomLinks("http://127.0.0.1:9120", KEY)
    async with running_desk(ledger_url, room=RoomSettings(links)) as desk:
        answer = await desk.http.get("/room/", headers={"host": "127.0.0.1:9120"})
        assert (401, False) == (answer.status_code, "strict-transport-security" in answer.headers)


def test_pictures_may_come_from_the_bucket() -> None:
    """The bucket's origin is let in for pictures and films, and for nothing else."""
    named = [part for part in policy("https://s3.example").split("; ") if "https://s3.example" in part]
    assert ["img-src 'self' https://s3.example", "media-src 'self' https://s3.example"] == named
    assert "unsafe" not in policy("https://s3.example")


async def test_static_files(desk: Desk) -> None:
    """They are kept for a year under an address with their version, else asked about; nothing lies beside them."""
    name = next(path.name for path in sorted(STATIC.iterdir()))
    plain = await desk.http.get(f"/room/static/{name}")
    assert (200, "no-cache") == (plain.status_code, plain.headers["cache-control"])
    same = await desk.http.get(f"/room/static/{name}", headers={"if-none-match": plain.headers["etag"]})
    assert (304, b"") == (same.status_code, same.content)
    page = await desk.http.get("/room/in/x")
    (versioned,) = set(re.findall(r"/room/static/\w+/base\.css", page.text))
    kept = await desk.http.get(versioned)
    assert "public, max-age=31536000, immutable" == kept.headers["cache-control"]
    assert "no-cache" == (await desk.http.get("/room/static/other/base.css")).headers["cache-control"]
    for path in ("../room.py", "%2e%2e/room.py", "..%2froom.py", "/etc/passwd", "%2fetc%2fpasswd", "", ".", "%00"):
        answer = await desk.say(
            f"GET /room/static/{path} HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n".encode()
        )
        assert answer.startswith(b"HTTP/1.1 404 "), path


class Inline(HTMLParser):
    """Finds what the policy would block."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        blocked = [name for name in names if name == "style" or name.startswith("on")]
        if tag in {"style", "base", "object", "embed", "iframe"} or (tag == "script" and "src" not in names):
            blocked.append(tag)
        blocked += [value or "" for name, value in attrs if (value or "").strip().lower().startswith("javascript:")]
        self.found += blocked


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_templates_hold_nothing_that_the_policy_blocks(template: Path) -> None:
    """There is no inline script or style, no handler attribute, and every static file they name is there."""
    text = template.read_text(encoding="utf-8")
    parser = Inline()
    parser.feed(re.sub(r"{[{%#].*?[}%#]}", "", text, flags=re.S))
    assert [] == parser.found
    named = re.findall(r"static\(['\"]([^'\"]+)['\"]\)", text)
    assert [] == [name for name in named if not (STATIC / name).is_file()]
    assert "|safe" not in text.replace(" ", "")
