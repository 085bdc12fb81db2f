"""The table of pages, and the document that is made from it."""

import inspect
import re
from importlib import import_module

import pytest
import schemathesis
from jsonschema import Draft202012Validator

from deployments.desk.room.openapi import openapi
from deployments.desk.room.routes import ROUTES, Page
from tests.deployments.desk.desk import Desk
from tests.deployments.desk.room.room import LINKS, inside, word
from workprint.tickets import Ticket

DOCUMENT = openapi(ROUTES, LINKS.base_url)
OPERATIONS = [
    (path, method, operation) for path, methods in DOCUMENT["paths"].items() for method, operation in methods.items()
]


@pytest.mark.parametrize("page", ROUTES, ids=lambda page: f"{page.method} {page.path}")
def test_every_handler_is_there(page: Page) -> None:
    """Each page names a coroutine of this package that takes room, request and guest."""
    module, _, name = page.place.partition(":")
    handler = getattr(import_module(module), name)
    assert inspect.iscoroutinefunction(handler)
    assert 3 == len(inspect.signature(handler).parameters)


def test_the_document_has_every_page() -> None:
    """Paths, methods, parameters, bodies and who may ask are those of the table."""
    assert len(ROUTES) == len(OPERATIONS)
    assert len({operation["operationId"] for _, _, operation in OPERATIONS}) == len(OPERATIONS)
    for path, method, operation in OPERATIONS:
        named = {one["name"] for one in operation["parameters"] if one["in"] == "path"}
        assert set(re.findall(r"{(\w+)}", path)) == named
        assert ("requestBody" in operation) == (method == "post")
        assert {"421", "429", "500", "503"} < set(operation["responses"])


def test_the_document_can_be_used() -> None:
    """Its schemas are JSON Schema, and a tool that makes requests from such documents reads all of it."""
    for _, _, operation in OPERATIONS:
        for content in operation.get("requestBody", {"content": {}})["content"].values():
            Draft202012Validator.check_schema(content["schema"])
    found = schemathesis.openapi.from_dict(DOCUMENT)
    assert len(ROUTES) == len([one for one in found.get_all_operations() if one.ok()])


async def test_the_document_is_served(desk: Desk) -> None:
    """Anybody may read it: it says what the room takes, and nothing of what is in it."""
    answer = await desk.http.get("/room/openapi.json")
    assert (200, DOCUMENT) == (answer.status_code, answer.json())


async def test_only_documented_answers(desk: Desk, lin: Ticket) -> None:
    """What the door answers to strangers, guests and nonsense is written in the document."""
    for path, method, operation in OPERATIONS:
        address = path.replace("{campaign}", "other").replace("{file}", "none.css")
        address = re.sub(r"{\w+}", "x", address)
        for headers in ({}, inside(lin), {**inside(lin), "x-workprint-csrf": word(lin)}):
            answer = await desk.http.request(method, address, headers=headers)
            assert str(answer.status_code) in operation["responses"], (path, method, answer.status_code)


def test_names_of_pages_are_no_campaigns() -> None:
    """Whatever the document takes as a campaign leads to that campaign's page, and to no other one."""
    (campaign,) = {
        tuple(one["schema"]["not"]["enum"])
        for _, _, said in OPERATIONS
        for one in said["parameters"]
        if "not" in one["schema"]
    }
    firsts = {page.path.split("/")[2] for page in ROUTES}
    assert firsts - {"", "{campaign}"} == set(campaign)
