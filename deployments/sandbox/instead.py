"""Answers that are no answers: what a fault puts in place of the right one."""

from html import escape
from http import HTTPStatus

from starlette.responses import HTMLResponse, PlainTextResponse, Response


class Instead(Exception):
    """A fault answers in place of the handler: with this response, or by breaking the connection (None)."""

    def __init__(self, response: Response | None) -> None:
        super().__init__("a fault answers")
        self.response = response


def bare_error() -> Response:
    """A 500 that says nothing."""
    return PlainTextResponse("Internal Server Error", 500)


def html_page(status: int) -> Response:
    """A page as a gateway in front of the provider would make it."""
    words = escape(f"{status} {HTTPStatus(status).phrase}")
    page = f"<html>\r\n<head><title>{words}</title></head>\r\n<body><center><h1>{words}</h1></center></body>\r\n</html>"
    return HTMLResponse(page, status)
