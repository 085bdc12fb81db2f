"""Every operation of the OpenAPI document, with requests that fit it and requests that do not, from in and outside."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from random import Random
from typing import Any

import pytest
import requests
from pydantic import SecretStr
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from blocks.ledger import Ledger
from deployments.desk.room.limits import Rate
from deployments.desk.room.oidc_settings import OidcSettings
from tests.deployments.desk.desk import Desk
from tests.deployments.desk.room.fuzzing import Known, edges, every_operation, fuzzed, leads_elsewhere, let_in
from tests.deployments.desk.room.room import HOST, running_room
from tests.servers.oidc import CLIENT, SECRET, openid_provider
from workprint.comments import LONGEST, comment_problems
from workprint.gates import Gate
from workprint.render import Decision

#: Requests of each kind (fitting, broken) to each operation that looks, and to each that writes, beside those at the
#: edges of its schemas.
LOOKS, WRITES = 12, 35
AS_OFTEN_AS_THEY_LIKE = Rate(burst=1e9, per_second=1e9)
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
#: On every answer, whatever was asked.
HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "x-robots-tag": "noindex, nofollow",
    "strict-transport-security": "max-age=31536000",
}
#: What nobody gets through here without a provider's code.
NEVER = {"GET /room/signed-in"}


class Lender:
    """A bucket that only gives links."""

    async def presign(self, key: str, seconds: int) -> str:
        return f"https://bucket.example.com/{key}?signature={seconds}"


@pytest.fixture
async def desk(ledger_url: str) -> AsyncIterator[Desk]:
    async def archive() -> Any:
        return Lender()

    async with openid_provider(f"https://{HOST}/room/signed-in") as provider:
        oidc = OidcSettings(provider.issuer, CLIENT, SecretStr(SECRET), ("@example.com",), private=True)
        limits = {"door": AS_OFTEN_AS_THEY_LIKE, "inside": AS_OFTEN_AS_THEY_LIKE}
        async with running_room(ledger_url, oidc=oidc, archive=archive, **limits) as running:
            yield running


@dataclass
class Fuzz:
    """Asks the desk from a thread of its own."""

    url: str
    known: Known
    browser: requests.Session = field(default_factory=requests.Session)
    #: What was answered, by operation.
    seen: defaultdict[str, set[int]] = field(default_factory=lambda: defaultdict(set))

    def run(self) -> None:
        self.browser.trust_env = False
        dice = Random(1)  # noqa: S311  # no secret: the same requests each time
        with self.browser:
            document = self.browser.get(f"{self.url}/room/openapi.json", headers={"host": HOST}).json()
            for operation in every_operation(document):
                for case in edges(operation):
                    self.ask(operation.label, let_in(case, self.known, dice))
                for case, number in fuzzed(operation, WRITES if operation.method == "post" else LOOKS):
                    self.ask(operation.label, let_in(case, self.known, Random(number)))  # noqa: S311  # as above

    def ask(self, label: str, case: Case[Any]) -> None:
        if leads_elsewhere(case):
            return
        answer = case.call(self.url, self.browser, headers={"host": HOST}, allow_redirects=False)
        case.validate_response(answer, checks=CHECKS)
        told = {name: value[0] for name, value in answer.headers.items()}
        assert HEADERS.items() <= told.items(), (label, case, told)
        assert told["content-security-policy"].startswith("default-src 'none'; script-src 'self'; style-src 'self'; ")
        assert [] == [secret for secret in (*self.known.secrets(), SECRET) if secret in answer.text], (label, case)
        if case.method == case.operation.method.upper():
            self.seen[label].add(answer.status_code)


async def test_every_operation(desk: Desk, ledger: Ledger) -> None:
    """No request is answered with an error of ours, with anything the document does not say, without the headers that
    protect a browser, or with a secret; and what went on record is about what was really asked.
    """
    fuzz = Fuzz(desk.url, await Known.of(ledger))
    await asyncio.to_thread(fuzz.run)
    assert [] == [name for name, seen in fuzz.seen.items() if min(seen) >= 400 and name not in NEVER]
    counts = [await _what_was_asked(ledger, name, gate) for name, gate in fuzz.known.gates.items()]
    assert all(sum(several) > 5 for several in zip(*counts, strict=True)), counts


async def _what_was_asked(ledger: Ledger, name: str, gate: Gate) -> tuple[int, int]:
    """How many votes and comments a campaign has: all of them whole, and of people who may say them."""
    votes, approvals = await ledger.gates.votes(name), await ledger.approvals(name)
    for vote in votes:
        assert (gate.id, gate.digest(vote.variant), 1) == (vote.gate_id, vote.offer, vote.take)
        assert vote.actor in {"Ben", "mei@example.com"}
        assert len(vote.note) <= LONGEST
        assert vote.note or vote.decision is Decision.APPROVED
    said = {(vote.variant, vote.decision, vote.actor) for vote in votes}
    assert {(one.variant, one.decision, one.actor) for one in approvals} <= said
    films = {film.sha256: film for film in (await ledger.films(name)).values()}
    comments = await ledger.room.comments(name)
    for one in comments:
        assert one.draft_sha256 == gate.of(one.variant)[0].draft
        assert [] == comment_problems(one.text, one.second, one.region, films[one.draft_sha256].duration)
    return len(votes), len(comments)
