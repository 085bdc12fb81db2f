"""The room itself: what every page stands on."""

from functools import cache
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from blocks.ledger import Ledger
from deployments.desk.room import csrf
from deployments.desk.room.archive import Archive, load_archive
from deployments.desk.room.issuer import Issuer
from deployments.desk.room.language import language_of
from deployments.desk.room.refusing import Refusal
from deployments.desk.room.settings import RoomSettings
from deployments.desk.room.words_entrance import ENTER, Said
from workprint.room_links import Guest

if TYPE_CHECKING:
    pass

_HERE = Path(str(files("deployments.desk.room")))
STATIC = _HERE / "static"


class Room:
    """One desk's screening room, over an open ledger of the same event loop."""

    def __init__(self, ledger: Ledger, settings: RoomSettings) -> None:
        self.ledger, self.settings, self.links = ledger, settings, settings.links
        self.archive = Archive(settings.archive or load_archive)
        self.issuer = Issuer(settings.oidc) if settings.oidc else None
        self._templates = _environment()

    def render(self, request: Request, template: str, status: int = 200, **values: Any) -> HTMLResponse:
        """A page. Every template knows `lang`, `guest` (None outside), `csrf`, `static` and `entrance`."""
        language, guest = language_of(request), guest_in(request)
        known = {
            "lang": language,
            "guest": guest,
            "csrf": csrf.word_for(self.settings.key, guest.session) if guest else "",
            "static": static_address,
            "entrance": ENTER[language],
        }
        return HTMLResponse(self._templates.get_template(template).render({**known, **values}), status)

    def refusal(self, request: Request, status: int, en: str, zh: str) -> HTMLResponse:
        """A small page that says one thing, in both languages."""
        sign_in = self.settings.oidc is not None and status in {401, 403, 410}
        onward = request.scope["path"] if request.method == "GET" else ""
        return self.render(request, "refusal.html.j2", status, said=Said(en, zh), sign_in=sign_in, onward=onward)

    def refused(self, request: Request, refusal: Refusal, *, as_json: bool) -> Response:
        """The same for an error, as a page or as JSON."""
        said = refusal.said
        if as_json:
            plain = [{"path": "", "rule": said.en, "fix": "", "zh": said.zh}]
            found = [{"path": p.path, "rule": p.rule, "fix": p.fix, "zh": p.zh} for p in refusal.problems]
            answer: Response = JSONResponse({"problems": found or plain}, refusal.status)
        else:
            answer = self.refusal(request, refusal.status, said.en, said.zh)
        answer.headers.update(refusal.headers)
        return answer


def guest_in(request: Request) -> Guest | None:
    """Who asks, once the doorway knows; None outside."""
    return getattr(request.state, "guest", None)


@cache
def static_address(name: str) -> str:
    """The address of a static file, another one for other bytes: browsers may keep it for ever."""
    return f"/room/static/{static_version()}/{name}"


@cache
def static_version() -> str:
    """The beginning of a SHA-256 over all static files. It is a folder in their addresses: modules name each other."""
    every = b"".join(path.read_bytes() for path in sorted(STATIC.iterdir()) if path.is_file())
    return sha256(every).hexdigest()[:16]


@cache
def _environment() -> Environment:
    loader = FileSystemLoader(_HERE / "templates")
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, auto_reload=False)
