"""Safe zones: what the data says, and that it says where it comes from."""

import re

import pytest

from workprint.safe_zones import Box, SafeZone, Trust, safe_zones, zones_for, zones_from

ENTRY = {
    "id": "reels",
    "name": "Instagram Reels",
    "ratio": "9:16",
    "left": 0.06,
    "top": 0.14,
    "right": 0.06,
    "bottom": 0.35,
    "source": "https://example.com/zones",
    "trust": "third_party",
    "read": "2026-11",
    "note": "for ads",
    "note_zh": "适用于广告",
}


def inside(box: Box, zone: SafeZone) -> bool:
    """Whether a box lies in a zone, to a thousandth of the picture."""
    free, grain = zone.box, 0.001
    across = free.x - grain <= box.x and box.x + box.width <= free.x + free.width + grain
    return across and free.y - grain <= box.y and box.y + box.height <= free.y + free.height + grain


def test_every_platform_is_there() -> None:
    """The common box, TikTok, Reels and Shorts are known for upright films, and nothing for other ratios."""
    assert ("common", "tiktok", "reels", "shorts") == tuple(zone.id for zone in zones_for("9:16"))
    assert () == (*zones_for("16:9"), *zones_for("1:1"))


@pytest.mark.parametrize("zone", safe_zones(), ids=lambda zone: zone.id)
def test_each_zone_says_where_it_comes_from(zone: SafeZone) -> None:
    """Source, trust, month and a remark in both languages stand beside every zone."""
    assert zone.source.startswith("https://")
    assert zone.trust in Trust
    assert re.fullmatch(r"20\d\d-\d\d", zone.read)
    assert zone.note
    assert re.search(r"[\u4e00-\u9fff]", zone.note_zh)


@pytest.mark.parametrize("zone", safe_zones(), ids=lambda zone: zone.id)
def test_the_common_box_clears_every_platform(zone: SafeZone) -> None:
    """What lies in the common box is free on every platform."""
    assert inside(zones_for("9:16")[0].box, zone)


def test_the_common_box_is_that_of_the_source() -> None:
    """On 1080 x 1920 the common box goes from x 120 to 888 and from y 288 to 1248."""
    box = zones_for("9:16")[0].box
    pixels = (box.x * 1080, box.y * 1920, (box.x + box.width) * 1080, (box.y + box.height) * 1920)
    assert pytest.approx((120, 288, 888, 1248), abs=0.1) == pixels


def test_margins_become_a_box() -> None:
    """Margins of a platform are read as the box they leave, in shares of the picture."""
    (zone,) = zones_from({"zones": [ENTRY]})
    assert Box(0.06, 0.14, 0.88, 0.51) == zone.box


@pytest.mark.parametrize("wrong", [{"left": 0.5, "right": 0.5}, {"top": -0.1}, {"trust": "hearsay"}, {"ratio": "5:4"}])
def test_nonsense_is_no_zone(wrong: dict[str, object]) -> None:
    """Margins that leave nothing, unknown trust and unknown ratios are refused."""
    with pytest.raises(ValueError, match=r"."):
        zones_from({"zones": [{**ENTRY, **wrong}]})
