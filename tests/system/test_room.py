"""The screening room on the real stack, used in a real browser by people with personal links."""

import asyncio
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from tests.system.briefs import write_brief
from tests.system.chromium import chromium
from tests.system.screening import DESKTOP, PHONE, Screening, choose, send, serious, shot, slide
from tests.system.stack import RunningStack
from tests.system.waiting import until
from workprint.render import Approval, Decision

pytestmark = [pytest.mark.system, pytest.mark.browser]

#: Who asks for every campaign here.
REQUESTER = "test@example.com"
WIDE, SQUARE = "tea-16x9-4s", "tea-1x1-4s"


@pytest.fixture
def room(stack: RunningStack) -> Screening:
    return Screening(stack)


async def at_gate(room: Screening, folder: Path, subject: str, project: str, *ratios: str) -> str:
    """A campaign that waits for its approvers; its id."""
    brief = write_brief(folder, subject, project=project, ratios=list(ratios or ("16:9",)), approvers=[])
    run_id = room.stack.start(brief)
    await room.stack.prefect.until_state(run_id, "Suspended")
    return run_id


async def decided(room: Screening, run_id: str) -> dict[tuple[str, int], Approval]:
    """What was decided, by variant and take."""
    async with await room.stack.ledger() as ledger:
        return {(one.variant, one.take): one for one in await ledger.approvals(run_id)}


async def watch(page: Page, variant: str, share: str) -> None:
    """Play a draft, muted, at double speed, until the page says so much of it was watched."""
    film = slide(page, variant).locator("video").first
    await film.evaluate("film => { film.muted = true; film.playbackRate = 2; film.loop = true; return film.play(); }")
    await expect(slide(page, variant).locator("[data-watched]").first).to_contain_text(share)


async def test_some_are_approved_on_a_desktop(room: Screening, tmp_path: Path) -> None:
    """Whoever asked may not approve; who watched the drafts approves one and rejects one, the run delivers what was
    approved, and the record names channel, person and role; nothing on the page is a serious obstacle to anybody.
    """
    await room.policy("desktop", roles=["brand"], watched_share=0.5)
    run_id = await at_gate(room, tmp_path, "A teapot on a desktop", "desktop", "16:9", "1:1")
    async with chromium() as browser:
        await _requester_may_not_approve(room, browser, run_id)
        async with room.guest(browser, room.link(run_id, "Ann", "--roles", "brand"), DESKTOP) as page:
            await shot(page, "desktop-gate")
            assert [] == await serious(page)
            await choose(page, WIDE, "Approve")
            await send(page)
            await expect(page.get_by_role("alert")).to_contain_text("was watched")
            await watch(page, WIDE, "100%")
            await choose(page, WIDE, "Approve")
            await choose(page, SQUARE, "Reject", "the handle is cut off")
            await shot(page, "desktop-decided", whole=False)
            await send(page)
            await expect(page.get_by_text("Your decision is on record")).to_be_visible()
            await room.stack.prefect.until_state(run_id, "Delivered")
            await page.reload()
            await shot(page, "desktop-delivered")
            assert [] == await serious(page)
    found = await decided(room, run_id)
    told = {name: (one.decision, one.actor, one.role, one.channel) for (name, _), one in found.items()}
    assert told == {
        WIDE: (Decision.APPROVED, "Ann", "brand", "screening-room"),
        SQUARE: (Decision.REJECTED, "Ann", "brand", "screening-room"),
    }


async def _requester_may_not_approve(room: Screening, browser: Browser, run_id: str) -> None:
    """The choice is closed on the page, and to a form made by hand."""
    async with room.guest(browser, room.link(run_id, REQUESTER)) as page:
        radio = slide(page, WIDE).locator("input[value=approved]")
        await expect(radio).to_be_disabled()
        await radio.evaluate("radio => { radio.disabled = false; radio.checked = true; }")
        await send(page)
        await expect(page.get_by_role("alert")).to_contain_text("may not approve")
        await shot(page, "requester-refused", whole=False)
    assert {} == await decided(room, run_id)


async def test_changes_are_asked_for_on_a_phone(room: Screening, tmp_path: Path) -> None:
    """On a phone a remark at a second of the draft becomes the next take's words, the page shows what changed between
    the takes, and take 2 is approved and delivered.
    """
    run_id = await at_gate(room, tmp_path, "A teapot on a phone", "phone", "9:16")
    name = "tea-9x16-4s"
    async with (
        chromium() as browser,
        room.guest(browser, room.link(run_id, "Mei", "--roles", "creative"), PHONE) as page,
    ):
        await shot(page, "phone-gate")
        assert [] == await serious(page)
        await slide(page, name).locator("video").first.evaluate("film => { film.currentTime = 2; }")
        await slide(page, name).locator("[data-comment-text]").fill("less steam")
        await slide(page, name).locator("[data-comment-form] button[type=submit]").click()
        await expect(slide(page, name).get_by_text("less steam").first).to_be_visible()
        await choose(page, name, "Changes", "nearly there")
        await expect(slide(page, name).locator("[data-next-prompt]")).to_have_value("at 2.0 s: less steam")
        await shot(page, "phone-changes")
        await send(page)
        await room.stack.prefect.until_state(run_id, "Suspended")
        await _second_take(page, name)
        await choose(page, name, "Approve")
        await send(page)
        await room.stack.prefect.until_state(run_id, "Delivered")
    found = await decided(room, run_id)
    first, second = found[name, 1], found[name, 2]
    assert (Decision.REVISE, "at 2.0 s: less steam", Decision.APPROVED) == (
        first.decision,
        first.prompt,
        second.decision,
    )
    async with await room.stack.ledger() as ledger:
        (comment,) = await ledger.room.comments(run_id)
        assert ("Mei", 2.0, "less steam", 1) == (comment.actor, comment.second, comment.text, comment.take)
        assert {first.id} == {c.revision_id for c in await ledger.claims(run_id) if c.take == 2} - {None}


async def _second_take(page: Page, name: str) -> None:
    """The page of the next gate: take 2 plays, and what changed since take 1 is marked."""

    async def shown() -> bool:
        await page.reload()
        return await slide(page, name).locator("[data-cut][data-take='2']:not([hidden]) video").count() > 0

    await until(shown, "take 2 on the page", every=0.5)
    await expect(slide(page, name).locator("ins").first).to_contain_text("less steam")
    await shot(page, "phone-take-2")
    assert [] == await serious(page)


async def test_of_two_at_once_one_decides(room: Screening, tmp_path: Path) -> None:
    """Two people send opposite answers in the same moment: one stands, and the other is told who was first."""
    run_id = await at_gate(room, tmp_path, "A teapot two people want", "race")
    async with (
        chromium() as browser,
        room.guest(browser, room.link(run_id, "Ann")) as ann,
        room.guest(browser, room.link(run_id, "Ben")) as ben,
    ):
        await choose(ann, WIDE, "Approve")
        await choose(ben, WIDE, "Reject", "not like this")
        await asyncio.gather(send(ann), send(ben))
        (standing,) = (await decided(room, run_id)).values()
        loser = ben if standing.actor == "Ann" else ann
        await expect(loser.get_by_role("alert")).to_contain_text(f"{standing.actor} has decided before")
        await shot(loser, "race-told", whole=False)
    end = "Delivered" if standing.decision is Decision.APPROVED else "Rejected"
    await room.stack.prefect.until_state(run_id, end)


async def test_keys_alone_are_enough(room: Screening, tmp_path: Path) -> None:
    """Entering, playing, watching the safe area, approving and sending all go without a mouse."""
    run_id = await at_gate(room, tmp_path, "A teapot for the keyboard", "keyboard", "9:16")
    async with chromium() as browser:
        page = await browser.new_page(**DESKTOP)
        await page.goto(room.link(run_id, "Ann"))
        await tab_to(page, "Enter")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("button", name="Keys")).to_be_visible()
        await page.keyboard.press("?")
        await expect(page.get_by_role("dialog")).to_be_visible()
        await shot(page, "keyboard-help", whole=False)
        await page.keyboard.press("Escape")
        await page.keyboard.press("1")
        await expect(slide(page, "tea-9x16-4s")).to_be_focused()
        await page.keyboard.press("z")
        await expect(slide(page, "tea-9x16-4s").locator("g.zone:not([hidden])").first).to_be_attached()
        await shot(page, "keyboard-zone", whole=False)
        await page.keyboard.press("k")
        await expect(slide(page, "tea-9x16-4s").locator("video").first).to_have_js_property("paused", False)
        await page.keyboard.press("k")
        await page.keyboard.press("a")
        await tab_to(page, "Send")
        async with page.expect_navigation():
            await page.keyboard.press("Enter")
        await expect(page.get_by_text("Your decision is on record")).to_be_visible()
    await room.stack.prefect.until_state(run_id, "Delivered")


async def tab_to(page: Page, name: str) -> None:
    """Press Tab until the button of that name has the focus, and it can be seen that it has."""
    for _ in range(80):
        await page.keyboard.press("Tab")
        focused = page.locator("button:focus-visible")
        if await focused.count() and name in await focused.inner_text():
            return
    pytest.fail(f"no way to {name} by Tab")


async def test_links_that_open_nothing(room: Screening, tmp_path: Path) -> None:
    """An expired, a withdrawn, a changed link and one for another campaign let nobody in, say so in both languages,
    and whoever came in before a link was withdrawn is out at once.
    """
    run_id = await at_gate(room, tmp_path, "A teapot behind a link", "links")
    link = room.link(run_id, "Ann")
    async with chromium() as browser:
        async with room.guest(browser, link) as page:
            await page.goto(room.links.page("another-campaign"))
            await expect(page.locator("main")).to_contain_text("does not open this page")
            async with await room.stack.ledger() as ledger:
                (ticket,) = await ledger.room.tickets(run_id)
            assert 0 == room.stack.command("unlink", ticket.id, "--as", "boss").returncode
            await page.goto(room.links.page(run_id))
            await expect(page.locator("main")).to_contain_text("withdrawn")
            await shot(page, "link-withdrawn")
            assert [] == await serious(page)
        for broken, said in (
            (link, "withdrawn"),
            (await room.expired(run_id, "Ben"), "expired"),
            (_changed(link), "does not open anything"),
        ):
            await _opens_nothing(browser, broken, said)
    await room.stack.prefect.resume(run_id, decision="reject", variants=[], prompt="", approver="mei", note="enough")
    await room.stack.prefect.until_state(run_id, "Rejected")


async def _opens_nothing(browser: Browser, link: str, said: str) -> None:
    page = await browser.new_page(**DESKTOP)
    answer = await page.goto(link)
    assert answer is not None
    assert answer.status in {403, 410}
    await expect(page.locator("main")).to_contain_text(said)
    await expect(page.locator("main :lang(zh)").first).to_be_visible()
    await expect(page.get_by_role("button", name="Enter")).to_have_count(0)
    await shot(page, f"link-{said.replace(' ', '-')}")
    await page.close()


def _changed(link: str) -> str:
    """The same link with one sign of its signature changed."""
    return link[:-10] + ("A" if link[-10] != "A" else "B") + link[-9:]
