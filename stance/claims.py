"""Check-worthy statements in documents, and which of them are the same claim.

:func:`detect` finds statements in speakers' content and in the outlet's own voice; :func:`cluster`
turns them into the claims that a corpus is about.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from stance.checkworthiness import checkworthiness as rated
from stance.copies import members
from stance.detection import Rating, statements
from stance.errors import UsageError
from stance.gazetteer import country_words
from stance.lexical import acronyms, shortened, tokens
from stance.naming.names import runs
from stance.quantities import differ
from stance.ranking import most_discussed, plainest
from stance.types import Claim, ClaimMember, Date, DetectedClaim, Document, Passage
from stance.vectors import embed

MIN_CHECKWORTHINESS = 0.5
"""Statements below it are not listed; ``benchmarks quality --task checkworthiness`` gives F1 at
this value."""
SAME_WORDS = 0.7
"""Word overlap from which two statements are one claim where no model is asked."""
SAME = (-4.09, 4.82, 2.95, 2.36)
"""Logistic regression that two statements are one claim: intercept, weights of the overlap of their
words, of their vectors' cosine, of entailment in the weaker direction. Entailment alone misses
what is said more loosely. Fitted on PERSPECTRUM's clusters (train) by
``benchmarks.quality_claims.fit_same``."""
MARGIN = 1.0
"""By how much a pair must pass: among a corpus's statements far fewer pairs are one claim than
among those that the regression is fitted on."""
ENTAILS, REFUTES = 0.2, 0.4
"""Least entailment and most contradiction in the worse direction: "will open" and "will close"
share all other words. Chosen with the margin on the train halves of MRPC and PERSPECTRUM, for few
wrong pairs; ``benchmarks quality --task claims`` has the figures."""
TOP_CLAIMS = 20
"""Claims kept by :func:`cluster`."""

_MAYBE = re.compile(r"\b(?:may|might|could)\b")
_DONE = re.compile(r"\b(?:has|have|had|was|were)\b|\b\w{3,}ed\b")
_BY = re.compile(r"\b(?:is|are|was|were|be|been|being)\s+(?:\w+\s+)?\w+ed\s+by\b", re.IGNORECASE)
_NAMED = re.compile(r"(?<=\w )[A-Z]\w*|(?<=, )[A-Z]\w*")
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
    kept = statements(documents, passages, checkworthiness or rated, threshold)
    groups = _grouped(kept, scorer)
    out: list[DetectedClaim | None] = [None] * len(kept)
    for group in groups:
        name = claim_id(kept[group[0]].canonical)
        for i in group:
            out[i] = replace(kept[i], claim_id=name)
    return [d for d in out if d is not None]


def claim_id(text: str) -> str:
    """A stable id from a claim's wording: the same in every run and on every machine.

    >>> claim_id("Bills will rise.") == claim_id("  bills will RISE")
    True
    """
    key = " ".join(re.findall(r"[\w%]+", text.casefold()))
    return "c" + hashlib.sha256(key.encode()).hexdigest()[:12]


def _grouped(detected: Sequence[DetectedClaim], scorer: Scorer | None) -> list[list[int]]:
    open_ones = frozenset(claim_id(d.canonical) for d in detected if d.status != "ok")
    return same_claims([d.canonical for d in detected], scorer, unclear=open_ones)


def same_claims(
    texts: Sequence[str], scorer: Scorer | None = None, *, unclear: Collection[str] = ()
) -> list[list[int]]:
    """Group wordings of one claim: lists of indices, each index once, in order of first member.

    Pairs with common words are compared: with a ``scorer`` by their words, their vectors and
    entailment in both directions (the weaker counts) together, else by their words and the order
    of the names among them. However equal their words, two statements are never one claim where
    the model finds no entailment, nor, without one, where only one is passive ("Russia was
    attacked by Ukraine"). Nor are two that differ in a number, a date, a negation or an actor, or
    of which one refutes the other. ``unclear`` are ids of wordings whose "it" is open: they are one
    claim only with nearly their own words. Groups merge only where every pair across them passes
    (complete linkage), so that a chain of small differences does not end in one claim.

    >>> same_claims(["Russia was attacked by Ukraine.", "Ukraine was attacked by Russia."])
    [[0], [1]]

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
    loose = frozenset(number[name] for name in unclear if name in number)
    strength = _strengths(unique, scorer, loose)
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


def _strengths(
    texts: Sequence[str], scorer: Scorer | None, loose: frozenset[int]
) -> dict[tuple[int, int], float]:
    """Pairs that pass for one claim, with how strongly; ``loose`` ones by their words alone."""
    intercept, by_words, by_vectors, by_entailment = SAME
    rows = shortened(texts, acronyms(texts))
    likely = {
        pair: overlap
        for pair, overlap in _similar(rows, 0.0 if scorer else SAME_WORDS).items()
        if overlap >= SAME_WORDS or not loose.intersection(pair)
    }
    if scorer is None:
        return {
            (a, b): overlap
            for (a, b), overlap in likely.items()
            if may_be_one(texts[a], texts[b])
            and _same_order(texts[a], texts[b])
            and bool(_BY.search(texts[a])) == bool(_BY.search(texts[b]))
        }
    points = embed(texts)
    # What words and vectors say; a pair that no entailment could lift is not worth scoring.
    known = {
        (a, b): intercept + by_words * overlap + by_vectors * float(points[a] @ points[b])
        for (a, b), overlap in likely.items()
    }
    pairs = [
        (a, b)
        for (a, b), logit in known.items()
        if logit + by_entailment >= MARGIN and may_be_one(texts[a], texts[b])
    ]
    if not pairs:
        return {}
    both = [(texts[a], texts[b]) for a, b in pairs] + [(texts[b], texts[a]) for a, b in pairs]
    scores = np.asarray(scorer.score(both)).reshape(2, len(pairs), 3)
    entails, refutes = scores[:, :, 0].min(axis=0), scores[:, :, 2].max(axis=0)
    found = {}
    for pair, yes, no in zip(pairs, entails.tolist(), refutes.tolist(), strict=True):
        logit = known[pair] + by_entailment * yes
        if logit >= MARGIN and yes >= ENTAILS and no <= REFUTES:
            found[pair] = logit
    return found


def _same_order(a: str, b: str) -> bool:
    """Whether the names that two statements share stand in one order: who does what to whom."""
    names = {*_NAMED.findall(a), *_NAMED.findall(b)}
    one, two = ([w for w in re.findall(r"\w+", text) if w in names] for text in (a, b))
    shared = set(one) & set(two)
    return [w for w in one if w in shared] == [w for w in two if w in shared]


def _similar(tokens_of: Sequence[Sequence[str]], threshold: float) -> dict[tuple[int, int], float]:
    """Pairs by the Dice overlap of their stems, found through an index of shared stems."""
    rows = [frozenset(row) for row in tokens_of]
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
    """False where two statements differ in a negation, a number, a date, or in who acts.

    >>> may_be_one("The port lost 200 jobs.", "The port lost 300 jobs.")
    False
    >>> may_be_one("Norway will send ships.", "Denmark will send ships.")
    False
    """
    same_polarity = bool(_NEGATION.search(a)) == bool(_NEGATION.search(b))
    if not same_polarity or differ(a, b) or differ(b, a) or _done_or_not(a, b):
        return False
    return not _other_actor(a, b)


def _done_or_not(a: str, b: str) -> bool:
    """Whether one says that a thing may be and the other that it is so."""
    sides = [(bool(_MAYBE.search(t)), bool(_DONE.search(t))) for t in (a, b)]
    return sides in ([(True, False), (False, True)], [(False, True), (True, False)])


def _other_actor(a: str, b: str) -> bool:
    """Whether both begin with a name, and the names share nothing."""
    one, two = _actor(a), _actor(b)
    if not one or not two or " by " in a or " by " in b:
        return False
    short = {"".join(w[0] for w in name.split() if w[0].isupper()) for name in (one, two)}
    if one in short or two in short:
        return False
    left, right = set(tokens(one)), set(tokens(two))
    near = any(x[:5] == y[:5] for x in left for y in right)
    return bool(left) and bool(right) and not near


def _actor(text: str) -> str:
    """The name a sentence begins with, "" where its first word may be a common one."""
    start = 4 if text.startswith("The ") else 0
    spans = runs(text)
    if not spans or spans[0][0] not in (0, start):
        return ""
    name = text[start : spans[0][1]]
    alone = start == 0 and " " not in name
    known = name.casefold() in country_words() or (name.isupper() and len(name) > 1)
    return "" if alone and not known else name.removesuffix("’s").removesuffix("'s")


def cluster(
    detected: Sequence[DetectedClaim],
    documents: Sequence[Document],
    scorer: Scorer | None = None,
    *,
    limit: int | None = TOP_CLAIMS,
) -> list[Claim]:
    """The claims a corpus is about, most talked about first: at most ``limit`` of them.

    Without a ``scorer`` the ``claim_id`` of :func:`detect` says which statements are one claim;
    with one they are grouped anew. Each claim is worded as its clearest and plainest member and
    lists all of them; see :func:`stance.ranking.most_discussed` for the order. Copies of one wire
    text count as one there, and are members whose ``copy_of`` names the document of the first.
    """
    if scorer is None:
        by_id: defaultdict[str, list[DetectedClaim]] = defaultdict(list)
        for d in detected:
            by_id[d.claim_id].append(d)
        groups = list(by_id.values())
    else:
        groups = [[detected[i] for i in g] for g in _grouped(detected, scorer)]
    dates = {d.id: d.date for d in documents}
    told = [_members(group, dates) for group in groups]
    made = [
        [d for d, member in zip(group, found, strict=True) if member.copy_of is None]
        for group, found in zip(groups, told, strict=True)
    ]
    return [_claim(made[i], groups[i], told[i], dates) for i in most_discussed(made, limit)]


def _members(
    group: Sequence[DetectedClaim], dates: Mapping[str, Date | None]
) -> tuple[ClaimMember, ...]:
    return members(
        [ClaimMember(d.doc_id, d.start, d.end, d.text, d.holder) for d in group],
        [d.holder_type == "speaker" for d in group],
        [dates.get(d.doc_id) for d in group],
    )


def _claim(
    made: Sequence[DetectedClaim],
    group: Sequence[DetectedClaim],
    told: tuple[ClaimMember, ...],
    dates: Mapping[str, Date | None],
) -> Claim:
    head = plainest(made)
    dated = [(date, d) for d in group if (date := dates.get(d.doc_id)) is not None]
    first = min(dated, key=lambda pair: pair[0]) if dated else (None, group[0])
    return Claim(
        claim_id(head.canonical), head.canonical, "detected", told, first[0], first[1].holder
    )
