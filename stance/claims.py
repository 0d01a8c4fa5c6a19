"""Check-worthy statements in documents, and which of them are the same claim.

:func:`detect` finds statements in speakers' content and in the outlet's own voice; :func:`cluster`
turns them into the claims that a corpus is about.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from stance.checkworthiness import checkworthiness as rated
from stance.content import Statement, statement
from stance.errors import UsageError
from stance.lexical import tokens
from stance.quantities import differ
from stance.signals import only_reports
from stance.text import sentences
from stance.types import Claim, ClaimMember, Date, DetectedClaim, Document, Passage
from stance.vectors import embed
from stance.wording import reword

Rating = Callable[[Sequence[str]], NDArray[np.floating]]

MIN_CHECKWORTHINESS = 0.5
"""Statements below it are not listed; ``benchmarks quality --task claims`` gives F1 at this value.
"""
MIN_WORDS = 4
SAME_WORDS = 0.7
"""Word overlap from which two statements are one claim where no model is asked."""
SAME = (-4.09, 4.82, 2.95, 2.36)
"""Logistic regression that two statements are one claim: intercept, weights of the overlap of their
words, of their vectors' cosine, of entailment in the weaker direction. Entailment alone misses
what is said more loosely. Fitted on PERSPECTRUM's clusters (train) by
``benchmarks.quality_claims.fit_same``."""
ENTAILS = 0.2
"""Least entailment in the weaker direction: "will open" and "will close" share all other words."""
TOP_CLAIMS = 20
"""Claims kept by :func:`cluster`."""

_NEGATION = re.compile(r"\b(?:not|no|never|neither|cannot|without)\b|n['’]t\b", re.IGNORECASE)


class Scorer(Protocol):
    """Anything that scores (premise, hypothesis) pairs, such as :class:`stance.inference.NLI`."""

    def score(self, pairs: Sequence[tuple[str, str]]) -> NDArray[np.float32]:
        """``(n, 3)``: supports, neutral, refutes."""
        ...


def detect(
    documents: Sequence[Document],
    passages: Sequence[Passage],
    *,
    scorer: Scorer | None = None,
    checkworthiness: Rating | None = None,
    threshold: float = MIN_CHECKWORTHINESS,
) -> list[DetectedClaim]:
    """Check-worthy statements with their holder, in order; equal ``claim_id`` means same claim.

    ``passages`` are those of :func:`stance.attribution.passages`; captions are left out.
    ``checkworthiness`` maps n sentences to n probabilities (a model's sentence head); without it
    the rules of :mod:`stance.checkworthiness` do. ``scorer`` decides by entailment which statements
    are one claim; without it only nearly equal wordings are.

    ``canonical`` is a wording that stands alone; where an antecedent is unclear, ``status`` is
    ``ambiguous`` and ``canonical`` the statement as it stands.

    >>> from stance.types import Document, Passage
    >>> text = "“We should close the old bridge in May 2025,” Ann Lee said."
    >>> passage = Passage("d", 1, 44, text[1:44], "Ann Lee", "speaker", affiliation="Denmark")
    >>> [c.canonical for c in detect([Document("d", text, "The Post")], [passage])]
    ['Denmark should close the old bridge in May 2025.']
    """
    if not 0 <= threshold <= 1:
        raise UsageError(f"detect: threshold is {threshold}; give a number from 0 to 1")
    texts = {d.id: d.text for d in documents}
    order = {d.id: number for number, d in enumerate(documents)}
    parts = [(p, start, end) for p in passages if p.doc_id in texts for start, end in _parts(p)]
    parts.sort(key=lambda part: (order[part[0].doc_id], part[1]))
    said = [statement(p, texts[p.doc_id][start:end]) for p, start, end in parts]
    scores = np.asarray((checkworthiness or rated)([s.text for s in said]), np.float64)
    kept = [
        _detected(part, s, texts[part[0].doc_id], score)
        for part, s, score in zip(parts, said, scores.tolist(), strict=True)
        # Who spoke is not what was said; that is a passage of its own.
        if score >= threshold and not only_reports(part[0], s.text)
    ]
    groups = same_claims([d.canonical for d in kept], scorer)
    out: list[DetectedClaim | None] = [None] * len(kept)
    for group in groups:
        name = claim_id(kept[group[0]].canonical)
        for i in group:
            out[i] = replace(kept[i], claim_id=name)
    return [d for d in out if d is not None]


def _parts(passage: Passage) -> Iterator[tuple[int, int]]:
    """Offsets of the statements of a passage: its sentences of more than a few words."""
    if passage.kind == "caption":
        return
    for s in sentences(passage.text):
        if len(s.text.split()) >= MIN_WORDS:
            yield passage.start + s.start, passage.start + s.end


def _detected(
    part: tuple[Passage, int, int], said: Statement, document: str, score: float
) -> DetectedClaim:
    passage, start, end = part
    wording = reword(
        said.text,
        document[:start],
        holder=passage.holder,
        affiliation=passage.affiliation,
        speaker=passage.holder_type == "speaker",
    )
    return DetectedClaim(
        doc_id=passage.doc_id,
        start=start,
        end=end,
        text=document[start:end],
        holder=passage.holder,
        holder_type=passage.holder_type,
        canonical=wording.text,
        claim_id="",
        checkworthiness=score,
        status="ok" if wording.clear and said.whole else "ambiguous",
    )


def claim_id(text: str) -> str:
    """A stable id from a claim's wording: the same in every run and on every machine.

    >>> claim_id("Bills will rise.") == claim_id("  bills will RISE")
    True
    """
    key = " ".join(re.findall(r"[\w%]+", text.casefold()))
    return "c" + hashlib.sha256(key.encode()).hexdigest()[:12]


def same_claims(texts: Sequence[str], scorer: Scorer | None = None) -> list[list[int]]:
    """Group wordings of one claim: lists of indices, each index once, in order of first member.

    Pairs with common words are compared: with a ``scorer`` by their words, their vectors and
    entailment in both directions (the weaker counts) together, else by their words. Two statements
    that differ in a number, a date or a negation are never one claim. Groups merge only where
    every pair across them passes (complete linkage), so that a chain of small differences does not
    end in one claim.

    >>> same_claims(["Bills will rise.", "The bridge is safe.", "Bills will rise"])
    [[0, 2], [1]]
    """
    number: dict[str, int] = {}
    unique: list[str] = []
    keys = []
    for text in texts:
        name = claim_id(text)
        if name not in number:
            number[name] = len(unique)
            unique.append(text)
        keys.append(number[name])
    strength = _strengths(unique, scorer)
    home = {i: [i] for i in range(len(unique))}
    where = list(range(len(unique)))
    for (a, b), _ in sorted(strength.items(), key=lambda item: -item[1]):
        left, right = where[a], where[b]
        if left == right:
            continue
        if all((min(i, j), max(i, j)) in strength for i in home[left] for j in home[right]):
            home[left] += home.pop(right)
            for i in home[left]:
                where[i] = left
    groups: defaultdict[int, list[int]] = defaultdict(list)
    for i, key in enumerate(keys):
        groups[where[key]].append(i)
    return sorted(groups.values())


def _strengths(texts: Sequence[str], scorer: Scorer | None) -> dict[tuple[int, int], float]:
    """Pairs that pass for one claim, with how strongly."""
    intercept, by_words, by_vectors, by_entailment = SAME
    likely = _similar(texts, 0.0 if scorer else SAME_WORDS)
    if scorer is None:
        return {pair: o for pair, o in likely.items() if may_be_one(*(texts[i] for i in pair))}
    points = embed(texts)
    # What words and vectors say; a pair that no entailment could lift is not worth scoring.
    known = {
        (a, b): intercept + by_words * overlap + by_vectors * float(points[a] @ points[b])
        for (a, b), overlap in likely.items()
    }
    pairs = [
        (a, b)
        for (a, b), logit in known.items()
        if logit + by_entailment >= 0 and may_be_one(texts[a], texts[b])
    ]
    if not pairs:
        return {}
    both = [(texts[a], texts[b]) for a, b in pairs] + [(texts[b], texts[a]) for a, b in pairs]
    entails = np.asarray(scorer.score(both))[:, 0].reshape(2, -1).min(axis=0)
    found = {}
    for pair, entailed in zip(pairs, entails.tolist(), strict=True):
        logit = known[pair] + by_entailment * entailed
        if logit >= 0 and (entailed >= ENTAILS or likely[pair] >= 1):
            found[pair] = logit
    return found


def _similar(texts: Sequence[str], threshold: float) -> dict[tuple[int, int], float]:
    """Pairs by the Dice overlap of their stems, found through an index of shared stems."""
    rows = [frozenset(tokens(t)) for t in texts]
    holding: defaultdict[str, list[int]] = defaultdict(list)
    found: dict[tuple[int, int], float] = {}
    for b, row in enumerate(rows):
        shared: defaultdict[int, int] = defaultdict(int)
        for token in row:
            for a in holding[token]:
                shared[a] += 1
            holding[token].append(b)
        for a, common in shared.items():
            overlap = 2 * common / (len(rows[a]) + len(row))
            if overlap >= threshold:
                found[a, b] = overlap
    return found


def may_be_one(a: str, b: str) -> bool:
    """False where two statements differ in a negation, a number or a date.

    >>> may_be_one("The port lost 200 jobs.", "The port lost 300 jobs.")
    False
    """
    same_polarity = bool(_NEGATION.search(a)) == bool(_NEGATION.search(b))
    return same_polarity and not differ(a, b) and not differ(b, a)


def cluster(
    detected: Sequence[DetectedClaim],
    documents: Sequence[Document],
    scorer: Scorer | None = None,
    *,
    limit: int | None = TOP_CLAIMS,
) -> list[Claim]:
    """The claims a corpus is about, most talked about first: at most ``limit`` of them.

    Without a ``scorer`` the ``claim_id`` of :func:`detect` says which statements are one claim;
    with one they are grouped anew. Each claim is worded as its clearest, most check-worthy member
    and lists all of them; its rank is that member's check-worthiness times the number of different
    wordings and holders, so that one wire text in ten papers counts once.
    """
    if scorer is None:
        by_id: defaultdict[str, list[DetectedClaim]] = defaultdict(list)
        for d in detected:
            by_id[d.claim_id].append(d)
        groups = list(by_id.values())
    else:
        texts = [d.canonical for d in detected]
        groups = [[detected[i] for i in g] for g in same_claims(texts, scorer)]
    ranked = sorted(groups, key=_weight, reverse=True)
    dates = {d.id: d.date for d in documents}
    return [_claim(group, dates) for group in ranked[:limit]]


def _weight(group: Sequence[DetectedClaim]) -> float:
    voices = {(d.holder, claim_id(d.text)) for d in group}
    # An unclear wording makes a poor claim to ask others about, however often it is said.
    clear = 1.0 if any(d.status == "ok" for d in group) else 0.25
    return clear * max(d.checkworthiness for d in group) * len(voices)


def _claim(group: Sequence[DetectedClaim], dates: dict[str, Date | None]) -> Claim:
    head = max(group, key=lambda d: (d.status == "ok", d.checkworthiness))
    dated = [(date, d) for d in group if (date := dates.get(d.doc_id)) is not None]
    first = min(dated, key=lambda pair: pair[0]) if dated else (None, group[0])
    members = tuple(ClaimMember(d.doc_id, d.start, d.end, d.text, d.holder) for d in group)
    return Claim(
        claim_id(head.canonical), head.canonical, "detected", members, first[0], first[1].holder
    )
