"""Is a claim true, as far as these documents showed by a day: verdicts with their evidence.

Passages near the claim are scored by an entailment model, corrected by what the text says plainly
(denials, negations, numbers and dates), counted once per independent voice, and pooled into two
strengths, for and against. The four verdicts are those of AVeriTeC (Schlichtkrull et al. 2023,
arXiv:2305.13117).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from stance import vectors
from stance.archive import Archive, as_archive
from stance.compound import split_claim
from stance.dates import parse_date
from stance.errors import UsageError
from stance.evidence import REFUTES, SUPPORTS, denied_clause, judge, premise
from stance.matching import Embed, match
from stance.readers import read, read_claims
from stance.types import Candidate, Claim, Date, Document
from stance.utterances import same_wording
from stance.weighing import (
    COUNTS,
    ECHO,
    VOICES,
    Voices,
    Witness,
    admissible,
    misread_negation,
    pool,
    witnesses,
)

VerdictLabel = Literal["supported", "refuted", "not enough evidence", "conflicting evidence"]
VERDICTS: tuple[VerdictLabel, ...] = (
    "supported",
    "refuted",
    "not enough evidence",
    "conflicting evidence",
)

K = 50
"""Documents read per claim; ``benchmarks quality --task verify`` gives recall at 5."""
PASSAGES = 10
"""Most different passages weighed per claim: further down, a model finds sides in mere neighbours
of a claim more often than evidence."""
COPIES = 100
"""Most passages scored per claim, near copies of the different ones included."""
THRESHOLD = 0.5
"""Strength from which a side counts: even odds, where the model's card has nothing fitted."""
ROWS_PER_SIDE = 5


class Scorer(Protocol):
    """Anything that scores (premise, hypothesis) pairs, such as :class:`stance.inference.NLI`."""

    def score(self, pairs: Sequence[tuple[str, str]], /) -> NDArray[np.float32]:
        """``(n, 3)``: supports, neutral, refutes."""
        ...


@dataclass(frozen=True, slots=True)
class VerdictEvidence:
    """A decisive passage: ``document.text[start:end] == text``, and what the model makes of it."""

    doc_id: str
    source: str
    date: Date | None
    holder: str
    start: int
    end: int
    text: str
    p_supports: float
    p_refutes: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the documents known by ``as_of`` (None: all documents) say of a claim.

    ``p_supported`` and ``p_refuted`` sum to at most 1. ``evidence`` has one passage per
    independent voice and side, strongest first.
    """

    claim_id: str
    claim: str
    as_of: Date | None
    verdict: VerdictLabel
    p_supported: float
    p_refuted: float
    evidence: tuple[VerdictEvidence, ...]


def verify(
    claims: object,
    documents: object,
    *,
    scorer: Scorer,
    as_of: object = None,
    voices: Voices = "any",
    source_weights: Mapping[str, float] | None = None,
    k: int = K,
    threshold: float | None = None,
    echo: float | None = None,
    embed: Embed | None = vectors.embed,
    parts: bool = False,
) -> list[Verdict]:
    """A verdict for each claim, in order, on the evidence of documents dated up to ``as_of``.

    ``claims`` is one claim as a string, or whatever :func:`stance.readers.read_claims` takes;
    ``documents`` an :class:`~stance.archive.Archive` or whatever :func:`stance.readers.read`
    takes. With ``as_of``, a document whose date may be later, or that has none, is left out before
    anything is computed (``Archive.left_out`` counts them), so it cannot change the answer.

    ``voices``: ``any`` speaker and outlet; ``outlet``, what outlets assert themselves; ``named``,
    all but unnamed speakers. What the claim's subject says about itself is never evidence.
    ``source_weights`` maps sources or holders to how many witnesses each is worth (default 1).
    ``k`` documents are read per claim. ``threshold`` is the strength from which a side counts and
    ``echo`` what further witnesses add (:func:`stance.weighing.pool`); by default what the model's
    card says was fitted for it, else 0.5 and 0.5. ``embed``: see :func:`stance.matching.match`.

    A compound claim is judged part by part: refuted if any part is, supported if all are. With
    ``parts`` the rows of its parts follow, with ids ``<claim_id>/1``, ``/2``, ….

    A claim's verdict does not depend on the other claims.

    Raises:
        UsageError: an option out of its range, or scores that do not fit.
        InputError: a document or claim that cannot be read.

    >>> class Echo:
    ...     def score(self, pairs):
    ...         same = [[.9, .1, 0] if p == h else [0, 1, 0] for p, h in pairs]
    ...         return np.array(same, np.float32)
    >>> docs = [{"text": "The dam broke.", "source": "Herald", "date": "2023-05-02"}]
    >>> [verify("The dam broke.", docs, scorer=Echo(), as_of=day)[0].verdict
    ...  for day in ("2023-05-01", "2023-05-02")]
    ['not enough evidence', 'supported']
    """
    threshold, echo = _strengths(scorer, threshold, echo)
    _check(voices, source_weights, k, threshold, echo)
    how = _How(scorer, voices, source_weights, k, threshold, echo, embed)
    archive = _archive(documents, as_of)
    verdicts = []
    for claim in read_claims([claims] if isinstance(claims, str) else claims):
        texts = split_claim(claim.text)
        if len(texts) > 1:
            pieces = [Claim(f"{claim.id}/{n}", text) for n, text in enumerate(texts, 1)]
        else:
            pieces = [claim]
        found = [_verdict(piece, archive, how) for piece in pieces]
        verdicts.append(found[0] if len(found) == 1 else _combined(claim, found))
        verdicts += found if parts and len(found) > 1 else []
    return verdicts


def history(
    claim: str | Claim,
    documents: object,
    *,
    scorer: Scorer,
    as_of: object = None,
    voices: Voices = "any",
    source_weights: Mapping[str, float] | None = None,
    k: int = K,
    threshold: float | None = None,
    echo: float | None = None,
    embed: Embed | None = vectors.embed,
) -> list[Verdict]:
    """How the verdict moved: one for each day by which documents appeared, in order.

    Options are those of :func:`verify`; ``as_of`` ends the history early. Each verdict is what
    ``verify(..., as_of=day)`` gives. Nothing is scored twice. Undated documents have no part in
    it.

    >>> class Unsure:
    ...     def score(self, pairs):
    ...         return np.full((len(pairs), 3), 1 / 3, np.float32)
    >>> docs = [{"id": d, "text": "The dam broke.", "date": d} for d in ("2023-05-02", "2023-06")]
    >>> [str(v.as_of) for v in history("The dam broke.", docs, scorer=Unsure())]
    ['2023-05-02', '2023-06-30']
    """
    archive = _archive(documents, as_of)
    given = read_claims([claim])
    threshold, echo = _strengths(scorer, threshold, echo)
    once = _Once(scorer)
    return [
        verify(
            given,
            archive.until(day),
            scorer=once,
            voices=voices,
            source_weights=source_weights,
            k=k,
            threshold=threshold,
            echo=echo,
            embed=embed,
        )[0]
        for day in archive.dates()
    ]


class _Once:
    """A scorer that remembers, so that a pair known on one day is not scored again on the next."""

    def __init__(self, scorer: Scorer) -> None:
        self._scorer = scorer
        self._known: dict[tuple[str, str], NDArray[np.float32]] = {}

    def score(self, pairs: Sequence[tuple[str, str]], /) -> NDArray[np.float32]:
        new = [pair for pair in dict.fromkeys(pairs) if pair not in self._known]
        if new:
            self._known.update(zip(new, _scored(self._scorer, new), strict=True))
        return np.array([self._known[pair] for pair in pairs], np.float32).reshape(-1, 3)


def _strengths(scorer: Scorer, threshold: float | None, echo: float | None) -> tuple[float, float]:
    """Threshold and echo as given, else as the model's card has them, else the defaults."""
    ref = getattr(getattr(scorer, "nli", scorer), "ref", None)
    card = getattr(ref, "card", {}).get("verify", {})
    return (
        float(card.get("threshold", THRESHOLD)) if threshold is None else threshold,
        float(card.get("echo", ECHO)) if echo is None else echo,
    )


def _check(
    voices: str, weights: Mapping[str, float] | None, k: int, threshold: float, echo: float
) -> None:
    if voices not in VOICES:
        raise UsageError(f"verify: voices is {voices!r}; give one of {', '.join(VOICES)}")
    for name, weight in (weights or {}).items():
        if not (math.isfinite(weight) and weight >= 0):
            raise UsageError(f"verify: the weight of '{name}' is {weight}; give 0 or more")
    if k < 1:
        raise UsageError(f"verify: k is {k}; read 1 or more documents per claim")
    if not 0 < threshold <= 1:
        raise UsageError(f"verify: threshold is {threshold}; give a number above 0, up to 1")
    if not 0 <= echo <= 1:
        raise UsageError(f"verify: echo is {echo}; give a number from 0 to 1")


def _archive(documents: object, as_of: object) -> Archive:
    date = None if as_of is None else parse_date(as_of)
    if isinstance(documents, Archive):
        return as_archive(documents, date)
    return as_archive(read(documents), date)


def _scored(scorer: Scorer, pairs: Sequence[tuple[str, str]]) -> NDArray[np.float32]:
    scores = np.array(scorer.score(pairs), np.float32)
    if scores.shape != (len(pairs), 3) or not np.isfinite(scores).all():
        raise UsageError(
            f"verify: the scorer gave shape {scores.shape} for {len(pairs)} pairs, or values that "
            "are no numbers; give one row of three probabilities per pair"
        )
    return scores


@dataclass(frozen=True, slots=True)
class _How:
    """The options of one call, for each of its claims."""

    scorer: Scorer
    voices: Voices
    source_weights: Mapping[str, float] | None
    k: int
    threshold: float
    echo: float
    embed: Embed | None


def _verdict(claim: Claim, archive: Archive, how: _How) -> Verdict:
    """The verdict for a claim of one part."""
    documents = {d.id: d for d in archive.near(claim.text, how.k)}
    found = [p for d in documents.values() for p in archive.passages(d)]
    usable = [p for p in found if admissible(p, claim.text, how.voices)]
    candidates = _first_different(match(usable, [claim], embed=how.embed))
    if not candidates:
        return Verdict(claim.id, claim.text, archive.as_of, "not enough evidence", 0.0, 0.0, ())
    scores = judged(claim, candidates, how.scorer)
    seen = witnesses(
        [c.passage for c in candidates],
        documents,
        scores[:, SUPPORTS],
        scores[:, REFUTES],
        how.source_weights,
    )
    weights = [w.weight for w in seen]
    for_it = pool([w.supports for w in seen], weights, how.echo)
    against = pool([w.refutes for w in seen], weights, how.echo)
    rows = _rows(candidates, documents, scores, seen)
    # Where both sides are strong neither explains the other away: they share what they both hold.
    both = for_it * against / 2
    return Verdict(
        claim.id,
        claim.text,
        archive.as_of,
        _label(for_it >= how.threshold, against >= how.threshold),
        for_it * (1 - against) + both,
        against * (1 - for_it) + both,
        tuple(rows),
    )


def _first_different(candidates: Sequence[Candidate]) -> list[Candidate]:
    """The best candidates up to ten different wordings, with the near copies of those."""
    kept: list[Candidate] = []
    texts: list[str] = []
    for candidate in candidates:
        text = premise(candidate.passage)
        if not any(text == other or same_wording(text, other) for other in texts):
            if len(texts) == PASSAGES:
                continue
            texts.append(text)
        kept.append(candidate)
        if len(kept) == COPIES:
            break
    return kept


def judged(claim: Claim, candidates: Sequence[Candidate], scorer: Scorer) -> NDArray[np.float64]:
    """Probabilities of candidates ``(n, 3)``, corrected by what the text says plainly.

    Numbers, dates, denials and negations are compared here without the model.
    """
    passages = [c.passage for c in candidates]
    raw = _scored(scorer, [(premise(p), claim.text) for p in passages])
    for i in np.flatnonzero(raw[:, SUPPORTS] > raw[:, REFUTES]).tolist():
        # Of a denial the model read the clause that is denied; judge() turns it round.
        if misread_negation(denied_clause(passages[i]) or passages[i].text, claim.text):
            raw[i] = raw[i, ::-1]
    # Not weighted by judge's relevance: that is fitted on whole documents, and more than halves
    # what single sentences of gold evidence say (benchmarks quality --task verify, "verdicts").
    return judge(candidates, {claim.id: claim}, raw).scores


def _label(for_it: bool, against: bool) -> VerdictLabel:
    if for_it and against:
        return "conflicting evidence"
    if for_it or against:
        return "supported" if for_it else "refuted"
    return "not enough evidence"


def _rows(
    candidates: Sequence[Candidate],
    documents: Mapping[str, Document],
    scores: NDArray[np.float64],
    seen: Sequence[Witness],
) -> list[VerdictEvidence]:
    """The best passage of each witness that says something, sides mixed, strongest first."""
    ranked: list[tuple[float, int]] = []
    for side in ("supports", "refutes"):
        strong = [w for w in seen if getattr(w, side) >= COUNTS and w.weight > 0]
        strong.sort(key=lambda w, side=side: -getattr(w, side))  # type: ignore[misc]
        for witness in strong[:ROWS_PER_SIDE]:
            best = witness.best_for if side == "supports" else witness.best_against
            ranked.append((getattr(witness, side), best))
    order = dict.fromkeys(i for _, i in sorted(ranked, key=lambda pair: -pair[0]))
    return [_row(candidates[i], documents, scores[i]) for i in order]


def _row(
    candidate: Candidate, documents: Mapping[str, Document], scores: NDArray[np.float64]
) -> VerdictEvidence:
    passage = candidate.passage
    document = documents[passage.doc_id]
    return VerdictEvidence(
        document.id,
        document.source,
        document.date,
        passage.holder,
        passage.start,
        passage.end,
        passage.text,
        float(scores[SUPPORTS]),
        float(scores[REFUTES]),
    )


def _combined(claim: Claim, found: Sequence[Verdict]) -> Verdict:
    """The verdict on "A and B": as true as its weakest part, as false as its falsest."""
    labels = {v.verdict for v in found}
    label: VerdictLabel = "not enough evidence"
    if "refuted" in labels:
        label = "refuted"
    elif "conflicting evidence" in labels:
        label = "conflicting evidence"
    elif labels == {"supported"}:
        label = "supported"
    rows = sorted(
        (row for v in found for row in v.evidence), key=lambda r: -max(r.p_supports, r.p_refutes)
    )
    return replace(
        found[0],
        claim_id=claim.id,
        claim=claim.text,
        verdict=label,
        p_supported=min(v.p_supported for v in found),
        p_refuted=max(v.p_refuted for v in found),
        evidence=tuple(rows),
    )
