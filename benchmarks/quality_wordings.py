"""Plain sides in the words of news: does a model see them, and does it after ``stance.plainly`` and
``stance.bounds``?

Each sentence says in so many words that its speaker is on one side, so whoever knows English gets
all of them right. ``python -m benchmarks quality --task wordings`` gives, by kind of wording and
model, the share of right answers from the sentence as it stands (``as_said``) and as ``track`` and
``verify`` read it (``as_read``). The rules were made on other claims and partly on these wordings.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from stance.attribution import attribute
from stance.dates import parse_date
from stance.evidence import as_meant, premise
from stance.stances import pairs_for
from stance.types import LABELS, Candidate, Claim, Document, Passage
from stance.voice import passages

DAY = parse_date("2025-09-10")
WHO = "Ann Lee"


@dataclass(frozen=True, slots=True)
class Case:
    """A sentence, the claim that it is on, and the side that it takes."""

    kind: str
    text: str
    claim: str
    side: str


# Who should do it, what, and that as a noun.
_SHOULD = (
    ("the city council", "reopen the public library in Marsh Street",
     "the reopening of the public library in Marsh Street"),
    ("Slovenia", "lift its blockade of the Kolpa bridge", "an end to the blockade of the bridge"),
    ("the football association", "suspend the referee Tom Hale",
     "the suspension of the referee Tom Hale"),
    ("Parliament", "give sixteen-year-olds the vote", "the vote for sixteen-year-olds"),
)  # fmt: skip
_ASKED = (
    "called on {who} to {what}", "urged {who} to {what}", "asked {who} to {what}",
    "appealed to {who} to {what}", "wants {who} to {what}", "has pressed {who} to {what}",
    "called for {who} to {what}", "called for {noun}", "demanded {noun}",
)  # fmt: skip
_NOT_ASKED = ("called on {who} not to {what}", "urged {who} not to {what}")
_SAID_OUTRIGHT = (
    "“We call on {who} to {what},” Ann Lee said.", "“We ask {who} to {what},” Ann Lee said.",
    "“I want {who} to {what},” Ann Lee said.",
)  # fmt: skip
# Clauses that are claims.
_CLAIMS = (
    "the new bypass has made the town quieter",
    "the minister lied to parliament about the contract",
    "Slovenia should lift its blockade of the Kolpa bridge", "the hospital will run out of blood",
    "the referee Tom Hale took money from the club", "the reform will hurt small farmers",
)  # fmt: skip
_HELD = (
    "“I think {},” Ann Lee said.", "“I think that {},” Ann Lee said.",
    "“I believe that {},” Ann Lee said.", "“I am convinced that {},” Ann Lee said.",
    "“I'm sure that {},” Ann Lee said.", "“We have no doubt that {},” Ann Lee said.",
    "“In my view, {},” Ann Lee said.", "“My view is that {},” Ann Lee said.",
    "“It seems to me that {},” Ann Lee said.", "Ann Lee believes that {}.",
    "Ann Lee thinks that {}.", "Ann Lee is convinced that {}.", "Ann Lee takes the view that {}.",
)  # fmt: skip
_NOT_HELD = (
    "“I don't think that {},” Ann Lee said.", "“I do not believe {},” Ann Lee said.",
    "Ann Lee does not believe that {}.",
)  # fmt: skip
_PROMISED = (
    ("vowed to close the school in Brandt", "Ann Lee will close the school in Brandt."),
    ("promised to publish the minutes", "Ann Lee will publish the minutes."),
    ("pledged to rebuild the pier by 2030", "Ann Lee will rebuild the pier."),
    ("agreed to testify before the committee", "Ann Lee will testify before the committee."),
)  # fmt: skip
_BOUNDED = (
    ("“They will both be out of office by Christmas,” Ann Lee said.",
     "Both directors will be out of office before the end of 2025."),
    ("Ann Lee said that the line would be open again by mid-December.",
     "The railway line to Orsk will be open again before the end of 2025."),
    ("“We shall have new elections in April,” Ann Lee said.",
     "The country will hold new elections in spring 2026."),
    ("Ann Lee said that the talks would be over by the end of the year.",
     "The talks will be over by the end of 2025."),
    ("“In all 27 people lost their lives,” Ann Lee said.", "At least 20 people lost their lives."),
    ("Ann Lee said that the bridge would cost €1.3bn.",
     "The bridge will cost more than 1 billion euros."),
    ("Ann Lee said that some 40 percent of pupils had left.", "42 percent of pupils have left."),
    ("“Two thirds of the nurses will go,” Ann Lee said.", "66 percent of the nurses will go."),
    ("Ann Lee said that the strike had lasted 21 days.", "The strike lasted three weeks."),
    ("“We lost 3,400 jobs,” Ann Lee said.", "The region lost more than 3,000 jobs."),
)  # fmt: skip


def cases() -> Iterator[Case]:
    """All sentences, with their claims and sides.

    >>> sorted({case.kind for case in cases()})
    ['asked for', 'believed', 'promised', 'within a bound']
    """
    for who, what, noun in _SHOULD:
        claim = f"{who[0].upper()}{who[1:]} should {what}."
        for sides, frames in (("supports", _ASKED), ("refutes", _NOT_ASKED)):
            for frame in frames:
                told = frame.format(who=who, what=what, noun=noun)
                yield Case("asked for", f"{WHO} {told}.", claim, sides)
        for frame in _SAID_OUTRIGHT:
            yield Case("asked for", frame.format(who=who, what=what), claim, "supports")
    for clause in _CLAIMS:
        claim = f"{clause[0].upper()}{clause[1:]}."
        for sides, frames in (("supports", _HELD), ("refutes", _NOT_HELD)):
            for frame in frames:
                yield Case("believed", frame.format(clause), claim, sides)
    for told, claim in _PROMISED:
        yield Case("promised", f"{WHO} {told}.", claim, "supports")
    for text, claim in _BOUNDED:
        yield Case("within a bound", text, claim, "supports")


def run(nli: Any) -> list[dict[str, Any]]:
    """Rows by kind: how many sentences, and shares of right answers."""
    found = [(case, _passage(case)) for case in cases()]
    asked = [(premise(passage), case.claim) for case, passage in found]
    read = [_read(case, passage) for case, passage in found]
    told = [Candidate(passage, "c", 1.0) for _, passage in found]
    scores = {
        name: as_meant(told, np.asarray(nli.score(pairs)))
        for name, pairs in (("as_said", asked), ("as_read", read))
    }
    rows = []
    for kind in dict.fromkeys(case.kind for case, _ in found):
        at = [i for i, (case, _) in enumerate(found) if case.kind == kind]
        gold = np.array([LABELS.index(found[i][0].side) for i in at])
        right = {
            name: round(float((s[at].argmax(1) == gold).mean()), 3) for name, s in scores.items()
        }
        rows.append({"wording": kind, "sentences": len(at), **right})
    return rows


def _passage(case: Case) -> Passage:
    """What the speaker says in a case's sentence."""
    document = _document(case)
    return next(p for p in passages(document, attribute([document])) if p.holder == WHO)


def _read(case: Case, passage: Passage) -> tuple[str, str]:
    claim = Claim("c", case.claim)
    return pairs_for([Candidate(passage, "c", 1.0)], [claim], [_document(case)])[0]


def _document(case: Case) -> Document:
    return Document("d", case.text, "Herald", DAY)
