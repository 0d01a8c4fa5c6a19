"""Real reports, claims in our own words: an outlet that relays a speaker does not take his side."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from stance import track
from stance.tracking import Tracking

RAW = Path(__file__).parents[2] / "shared" / "seeds"
pytestmark = pytest.mark.skipif(not RAW.is_dir(), reason="the raw articles are not beside the tree")

CLAIMS = {
    # Each is made, denied or left open by a speaker in at least one of the reports.
    "observers": "The CSTO can send observers to Armenia at any time.",
    "council": "Only the Collective Security Council can approve a CSTO mission.",
    "turn": "It is up to Armenia to decide when CSTO peacekeepers arrive.",
    "stabilises": "A CSTO mission would make the region more stable.",
    "welcome": "Armenia is glad to receive a CSTO mission.",
    "position": "Russia should say clearly where it stands on the September fighting.",
    "aggression": "Armenia's partners should assess Azerbaijan's September attack politically.",
    "wedge": "The EU monitors are meant to push Russia out of the peace talks.",
    "concerns": "The CSTO takes Armenia's concerns seriously.",
    "danger": "Tension in the Caucasus threatens the CSTO countries.",
}
SPOKEN = {
    "observers": {"Sergei Lavrov", "Mikhail Galuzin", "Yuri Shuvalov"},
    "turn": {"Maria Zakharova", "Russia"},
    "stabilises": {"Maria Zakharova"},
    "danger": {"Imangali Tasmagambetov"},
}
"""Who must be found to speak of a claim, one of them at least."""


OFFICIALS = {
    # Words that an official speaks in the reports, for each claim; where they stand is looked up.
    "observers": "is always ready to send a CSTO mission",
    "council": "decision of the Collective Security Council, which",
    "turn": "The ball is in Yerevan’s court",
    "stabilises": "will contribute to the stabilization",
    "welcome": "We are ready for this work as much as Armenia",
    "position": "very important for us to know Russia’s position",
    "aggression": "clear position",
    "wedge": "wedge",
    "concerns": "openly discussing all concerns of the Armenian side",
    "danger": "risk of destabilization",
}
_QUOTED = re.compile(r"“[^“”]*”|^[^“”\n]+”|“[^“”\n]+$", re.MULTILINE)
"""Between quotation marks, or up to the end of a paragraph where a mark of the pair is missing."""


def quoted(text: str) -> list[tuple[int, int]]:
    return [m.span() for m in _QUOTED.finditer(text)]


@pytest.fixture(scope="module")
def found() -> Tracking:
    return track(RAW, [{"id": name, "text": text} for name, text in CLAIMS.items()])


def test_every_outlet_has_a_row_for_every_claim(found: Tracking) -> None:
    rows = [r for r in found.stances if r.holder_type == "outlet"]
    assert len(rows) == len(found.documents) * len(CLAIMS)


def test_no_outlet_is_given_what_a_speaker_says(found: Tracking) -> None:
    spoken = [(a.doc_id, span.start, span.end) for a in found.attributions for span in a.content]
    for row in found.stances:
        if row.holder_type != "outlet" or row.stance not in ("supports", "refutes"):
            continue
        for e in row.evidence:
            inside = [
                (start, end)
                for doc, start, end in spoken
                if doc == row.doc_id and e.start < end and start < e.end
            ]
            assert not inside, (row.source, row.claim, e.text)
            assert not set("“”«»") & set(e.text), (row.source, row.claim, e.text)


@pytest.mark.parametrize("claim", CLAIMS)
def test_no_outlet_has_evidence_between_quotation_marks(found: Tracking, claim: str) -> None:
    marked = {d.id: quoted(d.text) for d in found.documents}
    spoken = []
    for d in found.documents:
        places = [m.start() for m in re.finditer(re.escape(OFFICIALS[claim]), d.text)]
        spoken += [(d.id, at) for at in places if any(a < at < b for a, b in marked[d.id])]
    assert spoken, "no report has these words between quotation marks"
    size = len(OFFICIALS[claim])
    for row in found.stances:
        if row.holder_type != "outlet" or row.claim_id != claim:
            continue
        for e in row.evidence:
            assert not any(a < e.end and e.start < b for a, b in marked[row.doc_id]), e.text
            said = [at for doc, at in spoken if doc == row.doc_id]
            assert not any(at < e.end and e.start < at + size for at in said), e.text


def test_no_outlet_takes_a_side_on_what_only_speakers_say(found: Tracking) -> None:
    sided = {
        (r.source, r.claim_id)
        for r in found.stances
        if r.holder_type == "outlet" and r.stance in ("supports", "refutes")
    }
    only_spoken = {"stabilises", "position", "aggression", "wedge", "concerns", "danger"}
    assert not {(source, claim) for source, claim in sided if claim in only_spoken}


@pytest.mark.parametrize("claim", SPOKEN)
def test_the_speakers_themselves_are_found(found: Tracking, claim: str) -> None:
    holders = {
        r.holder
        for r in found.stances
        if r.claim_id == claim and r.holder_type == "speaker" and r.stance != "unrelated"
    }
    assert holders & SPOKEN[claim]


def test_no_speaker_has_evidence_outside_his_own_words(found: Tracking) -> None:
    for row in found.stances:
        if row.holder_type != "speaker":
            continue
        own = [
            span
            for a in found.attributions
            if a.doc_id == row.doc_id and a.holder == row.holder
            for span in a.content
        ]
        for e in row.evidence:
            assert any(e.start < s.end and s.start < e.end for s in own), (row.holder, e.text)
