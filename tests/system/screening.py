"""The screening room of the running stack, as its guests see it: links, pages in Chromium, what axe finds there."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Locator, Page, expect
from prefect.settings import PREFECT_API_URL, temporary_settings
from pydantic import SecretStr

from blocks.approval_policy import ApprovalPolicy
from tests.system.stack import RunningStack
from tests.system.waiting import PATIENCE
from workprint.room_links import RoomLinks
from workprint.tickets import Ticket

#: Pictures of what people see, kept after the run.
SCREENS = Path(__file__).parent.parent.parent / "artifacts" / "screens"
DESKTOP: dict[str, Any] = {"viewport": {"width": 1440, "height": 900}}
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "has_touch": True,
    "is_mobile": True,
}
expect.set_options(timeout=PATIENCE * 1000)


async def shot(page: Page, name: str, *, whole: bool = True) -> None:
    """A picture of the page, kept as an artifact of the run."""
    SCREENS.mkdir(parents=True, exist_ok=True)
    await page.screenshot(path=SCREENS / f"{name}.png", full_page=whole)


async def serious(page: Page) -> list[str]:
    """What axe-core calls serious or critical on this page: rule and where."""
    found = (await Axe().run(page)).response["violations"]
    grave = [one for one in found if one["impact"] in {"serious", "critical"}]
    return [f"{one['id']}: {node['html'][:200]}" for one in grave for node in one["nodes"]]


@dataclass(frozen=True, slots=True)
class Screening:
    """The room of a stack."""

    stack: RunningStack

    @property
    def links(self) -> RoomLinks:
        """What its links are made with."""
        return RoomLinks(self.stack.state.desk_url, SecretStr(self.stack.home.secrets().room_key))

    def link(self, run_id: str, name: str, *more: str) -> str:
        """`workprint link RUN --for NAME`: the personal link."""
        ran = self.stack.command("link", run_id, "--for", name, *more)
        assert ran.returncode == 0, ran.stderr
        return next(word for word in ran.stdout.split() if word.startswith("http"))

    async def expired(self, run_id: str, name: str) -> str:
        """A link whose time is over."""
        now = datetime.now(UTC)
        ticket = Ticket(f"tkt_late_{run_id[:8]}", run_id, name, (), "test", now, now - timedelta(seconds=1))
        async with await self.stack.ledger() as ledger:
            return self.links.personal(await ledger.room.issue(ticket))

    async def policy(self, project: str, **rules: Any) -> None:
        """An approval policy for a project, as its form in the Prefect UI saves it."""
        with temporary_settings({PREFECT_API_URL: self.stack.prefect.api}):
            await ApprovalPolicy(**rules).save(f"policy-{project}", overwrite=True)

    @asynccontextmanager
    async def guest(self, browser: Browser, link: str, size: dict[str, Any] = DESKTOP) -> AsyncIterator[Page]:
        """A browser of one's own, inside the room; scripts must not complain there."""
        context = await browser.new_context(**size, locale="en-GB")
        page = await context.new_page()
        page.set_default_timeout(PATIENCE * 1000)
        wrong: list[str] = []
        page.on("pageerror", lambda error: wrong.append(str(error)))
        await page.goto(link)
        await page.get_by_role("button", name="Enter").click()
        # The last thing that the page's scripts do, so that none of them is still to come.
        await expect(page.locator("[data-keys-open]").first).to_have_js_property("hidden", False)
        try:
            yield page
        finally:
            await context.close()
        assert wrong == []


def slide(page: Page, variant: str) -> Locator:
    """One variant's part of the page."""
    return page.locator(f"[data-variant='{variant}']")


async def choose(page: Page, variant: str, what: str, note: str = "") -> None:
    """Choose by mouse or finger, and say why."""
    part = slide(page, variant)
    await part.get_by_role("radio", name=what, exact=True).check()
    if note:
        await part.locator("[data-note]").fill(note)


async def send(page: Page) -> None:
    """Send the decision; afterwards the page has been loaded again."""
    async with page.expect_navigation():
        await page.locator("[data-send]").click()
