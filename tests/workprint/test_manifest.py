"""The manifest: the whole story of one film, readable without our code, and without a secret."""

import json
from decimal import Decimal
from typing import Any

from tests.workprint.builders import NOW, approval, asset, event, plan, reference, render, spec
from workprint.manifest import VERSION, manifest
from workprint.render import Decision, Render, Verdict
from workprint.spec import Kind, Spec
from workprint.states import RenderState

PLAN = plan()
VARIANT = PLAN.variants()[0]
FINAL = render(
    RenderState.SUCCEEDED,
    spec(kind=Kind.FINAL, references=(reference(duration=2.5),)),
    task_id="cgt-1",
    link="https://v.example/x.mp4?X-Tos-Signature=secret",
    link_expires_at=NOW,
    submitted_at=NOW,
    moderation=Verdict.BLOCKED,
    moderation_findings=({"second": 1.0, "rule": "sexual", "score": 0.9},),
    charge_amount=Decimal("9.2500"),
)


def told(of: Render = FINAL, decision: Decision | None = Decision.APPROVED) -> Any:
    """The manifest as it comes back from the bucket."""
    given = approval(VARIANT, decision) if decision else None
    return json.loads(json.dumps(manifest(PLAN, of, asset(), given, [event(raw="raw answer"), event(seq=3)])))


def test_a_manifest_is_plain_json() -> None:
    """What is written is what is read: no type of ours is needed."""
    given = manifest(PLAN, FINAL, asset(), approval(VARIANT), [event()])
    assert given == json.loads(json.dumps(given))


def test_it_says_its_version_and_its_parts() -> None:
    """Whoever reads it finds version, campaign, render, spec, file, charge, moderation, approval and events."""
    parts = ["workprint_manifest", "campaign", "render", "spec", "file", "charge", "moderation", "approval", "events"]
    assert (VERSION, parts) == (told()["workprint_manifest"], list(told()))


def test_the_story_is_whole() -> None:
    """Hash, price, people, provider's id, verdict and history are all there."""
    film = told()
    assert (PLAN.brief_hash, "ann@example.com") == (film["campaign"]["brief_hash"], film["campaign"]["requested_by"])
    assert ("cgt-1", "2026-11-22T12:00:00+00:00", None) == (
        film["render"]["provider_task_id"],
        film["render"]["submitted_at"],
        film["render"]["finished_at"],
    )
    assert ("cd" * 32, 54321, 5400.0) == (
        film["file"]["sha256"],
        film["file"]["size"],
        film["file"]["link_seconds_left"],
    )
    assert ("9.2500", "estimated") == (film["charge"]["amount"], film["charge"]["evidence"])
    assert ("blocked", "sexual") == (film["moderation"]["result"], film["moderation"]["findings"][0]["rule"])
    assert [2, 3] == [step["seq"] for step in film["events"]]


def test_the_approval_says_what_it_covers() -> None:
    """Who approved what, up to which price, on which draft bytes."""
    given = told()["approval"]
    assert ("approved", "ben@example.com", "ef" * 32, "cd" * 32, "9.2500") == (
        given["decision"],
        given["actor"],
        given["covers"],
        given["draft_sha256"],
        given["max_amount"],
    )


def test_what_is_not_known_is_null() -> None:
    """A film without approval, or an approval without a price, leaves the place empty."""
    assert told(decision=None)["approval"] is None
    assert told(decision=Decision.REJECTED)["approval"]["max_amount"] is None
    assert (None, None) == (told(render())["render"]["link"], told(render())["render"]["link_expires_at"])


def test_the_link_is_kept_without_its_signature() -> None:
    """Neither the signature nor the provider's raw answers get into the bucket."""
    text = json.dumps(told())
    assert "https://v.example/x.mp4" == told()["render"]["link"]
    assert "secret" not in text
    assert "raw answer" not in text


def test_the_spec_can_be_read_back() -> None:
    """From the manifest alone the very spec can be made again, with its fingerprint."""
    again = Spec.from_json(told()["spec"])
    assert (FINAL.spec, told()["render"]["fingerprint"]) == (again, again.fingerprint)
