"""The gate in the real Prefect UI, answered with mouse and keyboard in a real browser."""

from pathlib import Path

import pytest
from playwright.async_api import Locator, Page, ViewportSize, expect

from tests.system.briefs import APPROVER, write_brief
from tests.system.chromium import chromium
from tests.system.screening import shot
from tests.system.stack import RunningStack
from tests.system.waiting import PATIENCE
from workprint.render import Decision

pytestmark = [pytest.mark.system, pytest.mark.browser]

#: A laptop's: what cannot be seen here was not shown to the approver.
_SCREEN = ViewportSize(width=1366, height=720)
expect.set_options(timeout=PATIENCE * 1000)


async def _form(page: Page, url: str) -> Locator:
    """The Resume form of the paused run at `url`."""
    page.set_default_timeout(PATIENCE * 1000)
    await page.goto(url)
    await page.get_by_role("button", name="Open menu").click()
    await page.get_by_role("menuitem", name="Resume").click()
    return page.get_by_role("dialog", name="Resume Flow Run")


async def _choose(page: Page, form: Locator, field: str, choice: str, *, many: bool = False) -> None:
    """One entry of a select; a select of `many` stays open until Escape."""
    await form.get_by_label(f"Select {field}").click()
    await page.get_by_role("option", name=choice, exact=True).click()
    if many:
        await page.keyboard.press("Escape")
    await expect(page.get_by_role("option")).to_have_count(0)


async def test_a_person_approves_in_the_browser(stack: RunningStack, tmp_path: Path) -> None:
    """The page that `run` names has a Resume form that shows the contact sheet; filled in and submitted, it sends the
    run on to Delivered, with what was chosen delivered and the typed name on record.
    """
    brief = write_brief(tmp_path, "A teapot seen in a browser", ratios=["16:9", "1:1"])
    ran = stack.command("run", str(brief), "--no-follow")
    run_id, url = ran.stdout.split()[1], next(word for word in ran.stdout.split() if word.startswith("http"))
    await stack.prefect.until_state(run_id, "Suspended")
    async with chromium() as browser:
        page = await browser.new_page(viewport=_SCREEN)
        form = await _form(page, url)
        sheet = form.get_by_alt_text("contact sheet")
        await expect(sheet).to_have_js_property("complete", True)
        await expect(sheet).to_be_in_viewport(ratio=0.9)
        assert await sheet.evaluate("picture => picture.naturalWidth") > 600
        await shot(page, "prefect-form", whole=False)

        await _choose(page, form, "Decision", "approve_some")
        await _choose(page, form, "Variants", "tea-1x1-4s", many=True)
        await form.get_by_label("Approver").fill(APPROVER)
        await form.get_by_label("Note").fill("the square one")
        await shot(page, "prefect-form-filled", whole=False)
        await form.get_by_role("button", name="Resume").click()
        await stack.prefect.until_state(run_id, "Delivered")

        await page.goto(url)
        await expect(page.get_by_text("Delivered", exact=True).first).to_be_visible()
        await shot(page, "prefect-run")
    async with await stack.ledger() as ledger:
        approvals = await ledger.approvals(run_id)
    told = {approval.variant: (approval.actor, approval.note, approval.decision) for approval in approvals}
    assert told == {
        "tea-1x1-4s": (APPROVER, "the square one", Decision.APPROVED),
        "tea-16x9-4s": (APPROVER, "the square one", Decision.REJECTED),
    }
