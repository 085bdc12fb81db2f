"""How far this process relies on callbacks: keeps `workprint.polling.Trust` up to date with what happens."""

from collections.abc import Mapping

from workprint.polling import GRACE, Trust


class Reliance:
    """`on`: whether the provider was told an address at all. Times are `time.monotonic` seconds."""

    def __init__(self, *, on: bool) -> None:
        self._on = on
        self.trust = Trust()
        #: Ends our poll found, and until when their callbacks may still come.
        self._awaited: dict[str, float] = {}

    def stretched(self, delay: float) -> float:
        """Seconds to the next question instead of `delay`."""
        return self.trust.stretched(delay) if self._on else delay

    def ended(self, render_id: str, now: float, *, told: bool) -> None:
        """Our question found an end; `told`: a callback made us ask."""
        if told:
            self.trust = self.trust.after_told()
        elif self._on:
            self._awaited[render_id] = now + GRACE

    def came(self, late: Mapping[str, bool]) -> None:
        """Callbacks came for renders that had ended; true: they were there first, and nobody had looked yet."""
        for render_id, told in late.items():
            self._awaited.pop(render_id, None)
            if told:
                self.trust = self.trust.after_told()

    def lost(self, now: float) -> bool:
        """Whether trust ends here: the time for some callback ran out before `now`. Call after `came`."""
        over = [render_id for render_id, until in self._awaited.items() if until < now]
        if not over:
            return False
        for render_id in over:
            del self._awaited[render_id]
        given, self.trust = self.trust.given, self.trust.after_untold()
        return given
