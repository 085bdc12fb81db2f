"""What the ledger has to tell a watcher: callbacks that came, changes by others, renders whose process is gone.

All of it in a few small queries for all renders together: this is how a waiting run notices within a second what
somebody else did, without asking the provider.
"""

import time
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from blocks.ledger.ledger import Ledger
from blocks.ledger.looking import Standing
from tasks.watching.hearing import came_late, lag
from tasks.watching.waiters import Watched
from workprint.callbacks import Nudge
from workprint.render import Render
from workprint.states import IN_FLIGHT

#: Seconds between two looks. A change by others is noticed after one look, a callback after one look and one answer.
LOOK = 0.3
#: Clocks of machines differ by less than this, and a change is committed this soon after it was dated.
BACK = timedelta(seconds=5)
#: Seconds between two attempts to take over renders that another process holds.
TAKE_OVER = 3.0
#: Renders of one query: databases limit what a statement may name.
_MOST = 1000


@dataclass(frozen=True, slots=True)
class Seen:
    """What one look found."""

    #: Callbacks for renders that are watched, by render.
    nudges: Mapping[str, tuple[Nudge, ...]]
    #: Watched renders as somebody else left them.
    moved: tuple[Render, ...]
    #: Watched renders that this process is to ask about from now on.
    ours: frozenset[str]
    #: Ended renders for which a callback came; true: it was there before the end was on record by another path.
    late: Mapping[str, bool]


class Lookout:
    """Belongs to one watcher. `holder`: the name under which this process holds renders."""

    def __init__(self, ledger: Ledger, holder: str) -> None:
        self._ledger = ledger
        self._holder = holder
        self._since = datetime.now(UTC) - BACK
        #: Watched renders the ledger was not asked about yet: what a waiter brings may be minutes old.
        self._fresh: set[str] = set()
        #: Watched renders that another process holds, or nobody, by id.
        self._foreign: dict[str, str | None] = {}
        self._take_over = 0.0

    def add(self, render: Render) -> bool:
        """Look at this render from now on. Whether it is held by this process as far as its waiter knows."""
        self._fresh.add(render.id)
        return render.holder == self._holder

    async def look(self, watched: Mapping[str, Watched]) -> Seen:
        """One look at the ledger. Raises LedgerError; the next look then goes back as far as this one would have."""
        began = datetime.now(UTC)
        standing = await self._standing()
        moved = await self._moved(watched, standing)
        ours = self._sorted(watched, standing) | await self._taken(watched)
        nudges = await self._nudges(watched)
        late = await self._late({one: came for one, came in nudges.items() if one not in watched})
        self._since = began - BACK
        return Seen({one: came for one, came in nudges.items() if one in watched}, moved, ours, late)

    async def _standing(self) -> dict[str, Standing]:
        fresh = list(self._fresh)[:_MOST]
        found = await self._ledger.looks.moved(self._since) | await self._ledger.looks.standing(fresh)
        self._fresh.difference_update(fresh)
        return found

    async def _moved(self, watched: Mapping[str, Watched], standing: Mapping[str, Standing]) -> tuple[Render, ...]:
        changed = [one for one, now in standing.items() if one in watched and _differs(watched[one].render, now)]
        return await self._ledger.renders(changed[:_MOST]) if changed else ()

    def _sorted(self, watched: Mapping[str, Watched], standing: Mapping[str, Standing]) -> frozenset[str]:
        """Those of this process; the others' are remembered, to be taken over when their process is gone."""
        ours = {one for one, now in standing.items() if one in watched and now.holder == self._holder}
        for one, now in standing.items():
            if one in watched and one not in ours and self._foreign.get(one, self._holder) != now.holder:
                self._foreign[one] = now.holder
                self._take_over = 0.0
        for one in ours:
            self._foreign.pop(one, None)
        return frozenset(ours)

    async def _taken(self, watched: Mapping[str, Watched]) -> frozenset[str]:
        """Renders whose process is gone, now held by this one."""
        if not self._foreign or time.monotonic() < self._take_over:
            return frozenset()
        self._take_over = time.monotonic() + TAKE_OVER
        for one in self._foreign.keys() - watched.keys():
            del self._foreign[one]
        gone = await self._ledger.looks.gone({holder for holder in self._foreign.values() if holder})
        free = [one for one, holder in self._foreign.items() if holder is None or holder in gone][:_MOST]
        ours = await self._ledger.leases.hold(free, self._holder)
        for one in free:
            self._foreign.pop(one, None)
        self._fresh.update(set(free) - ours)  # another living process was faster: the next look tells which
        return ours

    async def _nudges(self, watched: Mapping[str, Watched]) -> dict[str, tuple[Nudge, ...]]:
        """What came and is in nobody's hand, by render, oldest first."""
        waiting = await self._ledger.inbox.nudges(self._holder)
        in_hand = _in_hand(watched, {nudge.render_id for nudge in waiting})
        found: dict[str, list[Nudge]] = defaultdict(list)
        for nudge in waiting:
            if nudge.id not in in_hand:
                found[nudge.render_id].append(nudge)
        return {render_id: tuple(came) for render_id, came in found.items()}

    async def _late(self, nudges: Mapping[str, tuple[Nudge, ...]]) -> dict[str, bool]:
        """Callbacks of renders nobody waits for: too late where the render has ended, else left for who will wait."""
        ended = [one for one, now in (await self._ledger.looks.standing(nudges)).items() if now.state not in IN_FLIGHT]
        first = await self._ledger.looks.last_steps(ended) if ended else {}
        for one in ended:
            await came_late(self._ledger, nudges[one], first[one])
        return {one: min(lag(nudge, first[one]) for nudge in nudges[one]) == 0 for one in ended}


def _differs(known: Render, now: Standing) -> bool:
    """In what decides about its next step: a wish to cancel changes what its end is called."""
    return now.state is not known.state or now.cancel_state is not known.cancel_state


def _in_hand(watched: Mapping[str, Watched], render_ids: Collection[str]) -> frozenset[str]:
    """Ids of the callbacks that a question, on its way or to come, will answer."""
    asked = [watched[one] for one in render_ids if one in watched]
    return frozenset(nudge.id for entry in asked for nudge in (*entry.nudges, *entry.answering))
