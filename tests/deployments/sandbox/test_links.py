"""Result links: signed, for one file, for one time."""

import urllib.parse

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deployments.sandbox import links
from deployments.sandbox.refusals import Refusal
from tests.deployments.sandbox.client import Client, text_body


def query_of(link: str) -> dict[str, str]:
    return dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(link).query))


@given(st.integers(0, 2**32), st.integers(1, 10**6))
def test_a_link_is_good_until_its_last_second(start: int, life: int) -> None:
    """It opens from its start to just before its end, and never after."""
    query = query_of(links.signed("key", "/files/a.mp4", start, life))
    links.verify("key", "/files/a.mp4", query, start)
    links.verify("key", "/files/a.mp4", query, start + life - 1)
    with pytest.raises(Refusal, match="expired"):
        links.verify("key", "/files/a.mp4", query, start + life)


@pytest.mark.parametrize("name", ["X-Tos-Date", "X-Tos-Expires", "X-Tos-Signature"])
def test_a_link_that_was_changed_is_refused(name: str) -> None:
    """Neither time nor signature can be edited or left out, nor the link be used for another file or home."""
    query = query_of(links.signed("key", "/files/a.mp4", 1000, 60))
    without = {key: value for key, value in query.items() if key != name}
    for key, path, asked in (
        ("key", "/files/a.mp4", query | {name: query[name] + "1"}),
        ("key", "/files/a.mp4", query | {name: "é"}),
        ("key", "/files/a.mp4", without),
        ("key", "/files/b.mp4", query),
        ("other", "/files/a.mp4", query),
    ):
        with pytest.raises(Refusal, match="signature"):
            links.verify(key, path, asked, 1000)


async def test_a_link_serves_ranges_and_needs_no_key(quick: Client) -> None:
    """The file comes whole or in part with the link alone, and a link without its query is refused."""
    import httpx

    task = await quick.ended(text_body())
    link = task["content"]["video_url"]
    async with httpx.AsyncClient(trust_env=False) as stranger:
        whole = await stranger.get(link)
        part = await stranger.get(link, headers={"Range": "bytes=100-199"})
        bare = await stranger.get(link.partition("?")[0])
    assert (whole.status_code, whole.headers["content-type"], len(whole.content)) == (200, "video/mp4", 200_000)
    assert (206, whole.content[100:200]) == (part.status_code, part.content)
    assert (bare.status_code, bare.json()["error"]["code"]) == (403, "SignatureDoesNotMatch")
    assert link == (await quick.task(task["id"]))["content"]["video_url"]
