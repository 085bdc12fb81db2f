"""Health and metrics, read as Prometheus reads them."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr

from blocks.ledger import Ledger
from deployments.desk.counters import Histogram
from deployments.desk.exposition import Family, Sample, exposition, histogram, summary
from tests.blocks.ledger.making import S, archive, claim, film, spec, step, succeed
from tests.deployments.desk.desk import HOLDER, TOKEN, Desk, queued, running_desk
from workprint.budgets import Limit, Scope
from workprint.render import Render

PROMETHEUS = {"x-forwarded-for": "203.0.113.9"}


async def read(desk: Desk) -> dict[str, float]:
    """Every sample by its name and the values of its labels."""
    families = text_string_to_metric_families(await desk.metrics())
    return {
        "/".join([sample.name, *sample.labels.values()]): sample.value
        for family in families
        for sample in family.samples
    }


async def test_metrics_of_an_empty_ledger(desk: Desk) -> None:
    """Counts are 0, and what there is nothing to say of is left out."""
    found = await read(desk)
    assert [1.0, 0.0, 0.0, 0.0] == [
        found[name]
        for name in ("workprint_ledger_up", "workprint_renders/queued", "workprint_renders_overdue", "workprint_leases")
    ]
    assert [] == [
        name for name in found if name.startswith(("workprint_archive", "workprint_spent", "workprint_limit"))
    ]


async def test_metrics_of_a_day(desk: Desk, ledger: Ledger) -> None:
    """In-flight and unknown renders, money, processes, margins and lags are those of the ledger."""
    now = datetime.now(UTC)
    await ledger.money.set_limit(Limit(Scope.DAY, "", "CNY", Decimal(100), "ops", now))
    await ledger.money.set_limit(Limit(Scope.DAY, "", "USD", Decimal(20), "ops", now))
    await ledger.leases.beat(HOLDER, 60)
    render = await queued(ledger, TOKEN)
    await desk.call()
    await ledger.inbox.handled(await ledger.inbox.nudges(HOLDER), "seen", 0.25)
    lost = await ledger.change(step((await claim(ledger, spec("lost"), variant="lost")).render, S.SUBMITTING))
    await ledger.change(step(lost, S.UNKNOWN))
    waits = await succeed(ledger, (await claim(ledger, spec("waits"), variant="waits")).render)
    facts = {"link_expires_at": now + timedelta(hours=1)}
    await ledger.record(waits.id, source=step(render, S.PROCESSING).source, actor="x", note="", facts=facts)
    await archive(ledger, (await claim(ledger, spec("done"), variant="done")).render)

    found = await read(desk)
    assert 3590 < found.pop("workprint_archive_margin_seconds") < 3600
    expected = {
        "workprint_renders/queued": 1,
        "workprint_renders/unknown": 1,
        "workprint_renders/succeeded": 1,
        "workprint_renders_unknown": 1,
        "workprint_unknown_cost/CNY": 1.23,
        "workprint_spent/day/CNY": 2.46,
        "workprint_reserved/day/CNY": 2.46,
        "workprint_limit/day/CNY": 100,
        "workprint_limit/day/USD": 20,
        "workprint_spent/day/USD": 0,
        "workprint_callback_lag_seconds/0.5": 0.25,
        "workprint_callback_lag_seconds/1": 0.25,
        "workprint_callbacks_total/sandbox/nudge": 1,
        "workprint_callback_answer_seconds_count": 1,
        "workprint_callback_answer_seconds_bucket/+Inf": 1,
        "workprint_leases": 1,
    }
    assert expected == {name: found[name] for name in expected}


async def test_links_of_archived_films(desk: Desk, ledger: Ledger) -> None:
    """The closest call of the last day is quantile 0."""
    done = await archive(ledger, (await claim(ledger, spec("done"), variant="done")).render)
    for seconds, key in ((50.0, "near"), (900.0, "far")):
        values = {**_values(done, key), "link_seconds_left": seconds, "archived_at": datetime.now(UTC)}
        await ledger.keep_asset(type(film(done))(**values), source=step(done, S.FAILED).source, actor="x")
    found = await read(desk)
    assert [50.0, 50.0] == [found[f"workprint_archived_link_left_seconds/{share}"] for share in ("0", "0.5")]


def _values(done: Render, key: str) -> dict[str, object]:
    asset = film(done, key)
    return {name: getattr(asset, name) for name in asset.__slots__}


async def test_metrics_are_for_this_machine(desk: Desk, ledger_url: str) -> None:
    """Whoever asks from elsewhere, also through a proxy on this machine, is refused without the token."""
    assert 401 == (await desk.http.get("/metrics", headers=PROMETHEUS)).status_code
    async with running_desk(ledger_url, metrics_token=SecretStr("tökén")) as closed:
        for authorization, status in (("Bearer tökén", 200), ("Bearer no", 401), ("tökén", 401), ("", 401)):
            headers = {
                b"authorization": authorization.encode(),
                **{k.encode(): v.encode() for k, v in PROMETHEUS.items()},
            }
            assert status == (await closed.http.get("/metrics", headers=headers)).status_code
        await closed.metrics()


async def test_health_is_for_everybody(desk: Desk) -> None:
    """It says no more than whether the ledger answers."""
    answer = await desk.http.get("/healthz", headers=PROMETHEUS)
    assert (200, {"status": "ok"}) == (answer.status_code, answer.json())


async def test_strangers_invent_no_labels(desk: Desk) -> None:
    """Names of providers that no token has proven are counted together."""
    for n in range(5):
        await desk.call(token=f"nobody's token number {n}", provider=f"invented-{n}")
    found = await read(desk)
    assert 5 == found["workprint_callbacks_total/other/forged"]
    assert [] == [name for name in found if "invented" in name]


def test_the_text_is_escaped() -> None:
    """Backslashes, quotes and line ends come back from a parser as they went in."""
    odd = 'a\\b"c\nd\\n'
    text = exposition([Family("odd", "gauge", odd.replace('"', ""), (Sample(1.5, {"label": odd}),))])
    (family,) = text_string_to_metric_families(text)
    assert [odd.replace('"', ""), odd, 1.5] == [
        family.documentation,
        family.samples[0].labels["label"],
        family.samples[0].value,
    ]


def test_a_histogram_counts_up() -> None:
    """Every bucket holds the ones below it, a bound belongs to its own bucket, and sum and count agree."""
    found = Histogram((0.1, 1.0))
    for value in (0.1, 0.5, 7.0):
        found.observe(value)
    (family,) = text_string_to_metric_families(exposition([histogram("h", "seconds", found)]))
    assert [1, 2, 3, 7.6, 3] == [sample.value for sample in family.samples]


def test_a_family_with_nothing_to_say_is_left_out() -> None:
    """An empty summary has neither a head nor a line."""
    assert "" == exposition([summary("s", "nothing", {})])
