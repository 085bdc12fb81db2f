"""What a player says it played: counted for one person and one draft, within the time there was."""

from datetime import timedelta
from typing import Any

import pytest

from blocks.ledger import Ledger
from tests.deployments.desk.desk import Desk
from tests.deployments.desk.room.forms import ALL, APPROVED, REJECTED, decide, form, guest, on_record, refused, tell
from tests.deployments.desk.room.room import OIDC, STAFF, now, running_room, staff
from tests.deployments.desk.room.showing import FIRST, SECOND, furnished
from workprint.gates import Gate
from workprint.policy import Policy
from workprint.tickets import Ticket

WHOLE = [[0, 5]]
NO_STRETCHES: list[Any] = [
    None,
    7,
    "0-5",
    {},
    [0, 5],
    [[0]],
    [[0, 5, 1]],
    [["0", "5"]],
    [[None, 5]],
    [[True, 5]],
    [[0, 10**400]],
    [[0, -(10**400)]],
    [[0, 1e300]],
    [[0, 86_400.1]],
    [[0, 5]] * 201,
]


def draft(gate: Gate, name: str = FIRST.name) -> str:
    """The SHA-256 of the draft that is asked about."""
    found = gate.of(name)[0].draft
    assert found is not None
    return found


async def began(url: str, name: str, sha256: str, seconds: float) -> None:
    """Somebody opened the draft so many seconds ago."""
    async with await Ledger.open(url, clock=lambda: now() - timedelta(seconds=seconds)) as then:
        await then.room.watch(name, sha256, [])


async def test_the_first_report_starts_the_clock(desk: Desk, ledger: Ledger, gate: Gate, ben: Ticket) -> None:
    """Who says at once that they have seen it all has seen nothing, and the clock of no other draft runs."""
    answer = await tell(desk, ben, "watched", {"draft": draft(gate), "stretches": WHOLE})
    assert (200, {"seconds": 0.0, "share": 0.0}) == (answer.status_code, answer.json())
    kept = await ledger.room.watched("Ben", [draft(gate), draft(gate, SECOND.name)])
    assert [True, True] == [kept[draft(gate)].at is not None, kept[draft(gate, SECOND.name)].at is None]


async def test_what_there_was_time_for(desk: Desk, ledger: Ledger, ledger_url: str, gate: Gate, ben: Ticket) -> None:
    """Within the time since the draft was opened every stretch counts, once, and for nobody else."""
    await began(ledger_url, " BEN ", draft(gate), 60)
    told = [
        (await tell(desk, ben, "watched", {"draft": draft(gate), "stretches": stretches})).json()
        for stretches in ([[0, 1]], [[0, 1.0], [3, 5]], [], [[-5, -1], [4, 2], [5, 5]], WHOLE, [[0, 86_400]])
    ]
    assert [1.0, 3.0, 3.0, 3.0, 5.0, 5.0] == [one["seconds"] for one in told]
    assert [0.2, 0.6, 0.6, 0.6, 1.0, 1.0] == [one["share"] for one in told]
    lin = await guest(ledger, "Lin")
    assert {"seconds": 0.0, "share": 0.0} == (
        await tell(desk, lin, "watched", {"draft": draft(gate), "stretches": WHOLE})
    ).json()


async def test_what_no_player_says(desk: Desk, ledger: Ledger, gate: Gate, ben: Ticket) -> None:
    """Anything but at most 200 pairs of seconds is refused in both languages, and starts no clock."""
    for stretches in NO_STRETCHES:
        answer = await tell(desk, ben, "watched", {"draft": draft(gate), "stretches": stretches})
        (problem,) = answer.json()["problems"]
        assert (422, "stretches", "播放区间格式不正确") == (answer.status_code, problem["path"], problem["zh"]), (
            stretches
        )
    assert 422 == (await tell(desk, ben, "watched", {"draft": draft(gate)})).status_code
    assert (await ledger.room.watched("Ben", [draft(gate)]))[draft(gate)].at is None


@pytest.mark.parametrize("sha256", ["0" * 64, "", None, 7, ["x"], {"x": 1}])
async def test_drafts_that_are_not_there(desk: Desk, gate: Gate, ben: Ticket, sha256: Any) -> None:
    """What is no draft of this campaign is said to be none."""
    answer = await tell(desk, ben, "watched", {"draft": sha256, "stretches": WHOLE})
    (problem,) = answer.json()["problems"]
    assert (404, "draft", True) == (answer.status_code, problem["path"], bool(problem["zh"]))


async def test_another_campaigns_draft(desk: Desk, ledger: Ledger, gate: Gate) -> None:
    """A guest of another campaign says nothing about this one's drafts, there or here."""
    lin = await guest(ledger, "Lin", campaign_id="other")
    said = {"draft": draft(gate), "stretches": WHOLE}
    answers = [await tell(desk, lin, "watched", said, at) for at in ("/room/other", "/room/cmp_1")]
    assert [404, 403] == [answer.status_code for answer in answers]
    assert (await ledger.room.watched("Lin", [draft(gate)]))[draft(gate)].at is None


async def test_agents_and_staff_watch(ledger_url: str, ledger: Ledger, gate: Gate) -> None:
    """Whoever is inside may watch; what staff have seen counts under their address."""
    bot = await guest(ledger, "bot", agent=True)
    said = {"draft": draft(gate), "stretches": []}
    async with running_room(ledger_url, oidc=OIDC) as desk:
        mei = await desk.http.post("/room/cmp_1/watched", json=said, headers=staff())
        answers = [await tell(desk, bot, "watched", said), mei]
    assert [200, 200] == [answer.status_code for answer in answers]
    assert (await ledger.room.watched(STAFF["n"], [draft(gate)]))[draft(gate)].at is not None


async def test_a_yes_needs_to_have_watched(desk: Desk, ledger: Ledger, ledger_url: str) -> None:
    """Where the project asks for it, a yes is refused until so much of each draft was watched; a no never is."""
    asked = await furnished(ledger, Policy(watched_share=0.8))
    ben = await guest(ledger, "Ben")
    sent = form(asked, {FIRST.name: APPROVED, SECOND.name: REJECTED}, **{f"note:{SECOND.name}": "too dark"})
    assert refused(await decide(desk, ben, sent), 422, FIRST.name, "0% of this draft was watched", "asks for 80%")
    await began(ledger_url, "Ben", draft(asked), 60)
    for stretches, share in (([[0, 2]], 0.4), ([[1, 3.5]], 0.7)):
        told = await tell(desk, ben, "watched", {"draft": draft(asked), "stretches": stretches})
        assert share == told.json()["share"]
        assert refused(await decide(desk, ben, sent), 422, f"{share:.0%} of this draft was watched")
    assert [] == list(await ledger.gates.votes("cmp_1"))
    await tell(desk, ben, "watched", {"draft": draft(asked), "stretches": [[4, 5]]})
    assert on_record(await decide(desk, ben, sent), 2)
    lin = await guest(ledger, "Lin")
    assert refused(await decide(desk, lin, form(asked, ALL)), 422, "0% of this draft was watched")
