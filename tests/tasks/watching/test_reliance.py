"""How far callbacks are relied on."""

from tasks.watching.reliance import Reliance
from workprint.polling import GRACE, TRUSTED_AFTER


def trusting() -> Reliance:
    """Callbacks have brought some ends."""
    reliance = Reliance(on=True)
    for n in range(TRUSTED_AFTER):
        reliance.ended(f"rnd_{n}", 0.0, told=True)
    return reliance


def test_told_ends_slow_polling_down() -> None:
    """After three ends that callbacks told, questions come less often."""
    assert trusting().stretched(10.0) > 10.0


def test_silence_ends_it() -> None:
    """An end whose callback does not come in time takes the trust away, and says so once."""
    reliance = trusting()
    reliance.ended("rnd_9", 100.0, told=False)
    assert not reliance.lost(100.0 + GRACE)
    assert reliance.lost(100.1 + GRACE)
    assert not reliance.lost(200.0)
    assert 10.0 == reliance.stretched(10.0)


def test_a_late_callback_still_came() -> None:
    """An end whose callback comes after our poll, and in time, leaves the trust as it is."""
    reliance = trusting()
    reliance.ended("rnd_9", 100.0, told=False)
    reliance.came({"rnd_9": False})
    assert not reliance.lost(200.0)
    assert reliance.stretched(10.0) > 10.0


def test_a_callback_nobody_had_looked_at_counts_as_told() -> None:
    """A callback that was there before the end was on record raises trust like one that brought it."""
    reliance = Reliance(on=True)
    for n in range(TRUSTED_AFTER):
        reliance.came({f"rnd_{n}": True})
    assert reliance.stretched(10.0) > 10.0


def test_without_callbacks_nothing_changes() -> None:
    """Where the provider is told no address, polling is as it always was, and nothing is awaited."""
    reliance = Reliance(on=False)
    for n in range(10):
        reliance.ended(f"rnd_{n}", 0.0, told=False)
    assert not reliance.lost(1e9)
    assert 10.0 == reliance.stretched(10.0)
