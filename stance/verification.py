"""Is a claim true, as far as these documents showed by a day: verdicts with their evidence.

Passages near the claim are scored by an entailment model, corrected by what the text says plainly
(denials, negations, numbers and dates), counted once per independent voice, and pooled into two
strengths, for and against. The four verdicts are those of AVeriTeC (Schlichtkrull et al. 2023,
arXiv:2305.13117).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from numbers import Real
from typing import Any, Protocol, TypeGuard

import numpy as np
from numpy.typing import NDArray

from stance import vectors
from stance.archive import Archive, as_archive
from stance.compound import split_claim
from stance.dates import parse_date
from stance.errors import UsageError
from stance.matching import Embed
from stance.readers import read, read_claims
from stance.retrieval import K, candidates_for, judged
from stance.stances import pairs_for
from stance.store.scores import Remembering
from stance.strength import Weights, closeness, strengths
from stance.types import Candidate, Claim, Date, Document
from stance.verdicts import VERDICTS as VERDICTS
from stance.verdicts import Verdict as Verdict
from stance.verdicts import VerdictEvidence as VerdictEvidence
from stance.verdicts import combined, evidence_rows, label
from stance.weighing import (
    ECHO,
    VOICES,
    Voices,
    pool,
    witnesses,
)

AT_ONCE = 64
"""Claims whose passages are scored in one call: a model reads long batches faster."""
THRESHOLD = 0.5
"""Strength from which a side counts: even odds, where the model's card has nothing fitted."""
MOST = 1_000_000
"""Largest weight of a source or holder: one such witness leaves no doubt that could be told."""


class Scorer(Protocol):
    """Anything that scores (premise, hypothesis) pairs, such as :class:`stance.inference.NLI`."""

    def score(self, pairs: Sequence[tuple[str, str]], /) -> NDArray[np.float32]:
        """``(n, 3)``: supports, neutral, refutes."""
        ...


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
    how = _How(scorer, voices, source_weights, k, threshold, echo, fitted_weights(scorer), embed)
    archive = _archive(documents, as_of)
    given = read_claims([claims] if isinstance(claims, str) else claims)
    verdicts: list[Verdict] = []
    for start in range(0, len(given), AT_ONCE):
        group = [(claim, _pieces(claim)) for claim in given[start : start + AT_ONCE]]
        judged_ones = iter(_verdicts([p for _, pieces in group for p in pieces], archive, how))
        for claim, pieces in group:
            found = list(islice(judged_ones, len(pieces)))
            verdicts.append(found[0] if len(found) == 1 else combined(claim, found))
            verdicts += found if parts and len(found) > 1 else []
    return verdicts


def unanswered(claims: Sequence[Claim], *, parts: bool = False) -> list[Verdict]:
    """The rows that :func:`verify` will give, before anything is read: none has evidence.

    >>> [row.claim_id for row in unanswered([Claim("c", "It leaks.")])]
    ['c']
    """
    rows: list[Claim] = []
    for claim in claims:
        pieces = _pieces(claim)
        rows += [claim, *(pieces if parts and len(pieces) > 1 else ())]
    return [_no_evidence(row, None) for row in rows]


def _no_evidence(claim: Claim, as_of: Date | None) -> Verdict:
    return Verdict(claim.id, claim.text, as_of, "not enough evidence", 0.0, 0.0, ())


def _pieces(claim: Claim) -> list[Claim]:
    texts = split_claim(claim.text)
    if len(texts) == 1:
        return [claim]
    return [Claim(f"{claim.id}/{n}", text) for n, text in enumerate(texts, 1)]


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
    it; where none is dated there is one verdict, not enough evidence.

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
    days = [archive.until(day) for day in archive.dates()]
    return [
        verify(
            given,
            known,
            scorer=once,
            voices=voices,
            source_weights=source_weights,
            k=k,
            threshold=threshold,
            echo=echo,
            embed=embed,
        )[0]
        for known in days or [Archive([], archive.as_of)]
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


def _card(scorer: object) -> dict[str, Any]:
    """What was fitted for a model, from its card; empty where nothing was."""
    inner = scorer._scorer if isinstance(scorer, _Once) else scorer
    nli = inner.nli if isinstance(inner, Remembering) else inner
    ref = getattr(nli, "ref", None)
    fitted = getattr(ref, "card", {}).get("verify")
    return dict(fitted) if isinstance(fitted, Mapping) else {}


def _strengths(scorer: Scorer, threshold: float | None, echo: float | None) -> tuple[float, float]:
    """Threshold and echo as given, else as the model's card has them, else the defaults."""
    card = _card(scorer)
    known = {"threshold": THRESHOLD, "echo": ECHO}
    known |= {name: float(card[name]) for name in known if _is_number(card.get(name))}
    return (
        known["threshold"] if threshold is None else threshold,
        known["echo"] if echo is None else echo,
    )


def fitted_weights(scorer: object) -> Weights:
    """What makes a passage evidence, as a model's card has it, else the defaults: a card may be
    older than these regressions and mean something else by their names."""
    card, known = _card(scorer), Weights()

    def fitted(name: str) -> tuple[float, ...]:
        value = card.get(name)
        if isinstance(value, list) and len(value) == 3 and all(map(_is_number, value)):
            return tuple(map(float, value))
        standard: tuple[float, ...] = getattr(known, name)
        return standard

    return Weights(fitted("matched"), fitted("covered"))


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, Real) and not isinstance(value, bool)


def check_weights(weights: Mapping[str, object] | None) -> None:
    """Refuse weights of sources and holders that are no numbers from 0 to :data:`MOST`.

    Raises:
        UsageError: such a weight, with the name it is given to.

    >>> check_weights({"Herald": 2, "Anna Lee": 0})
    """
    for name, weight in (weights or {}).items():
        if not (_is_number(weight) and weight >= 0):
            raise UsageError(f"verify: the weight of '{name}' is {weight!r}; give a number from 0")
        if weight > MOST:
            raise UsageError(f"verify: the weight of '{name}' is over {MOST:,}; give less")


def _check(
    voices: str, weights: Mapping[str, float] | None, k: int, threshold: float, echo: float
) -> None:
    if voices not in VOICES:
        raise UsageError(f"verify: voices is {voices!r}; give one of {', '.join(VOICES)}")
    check_weights(weights)
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
    if not pairs:
        return np.zeros((0, 3), np.float32)
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
    weights: Weights
    embed: Embed | None


def _verdicts(claims: Sequence[Claim], archive: Archive, how: _How) -> list[Verdict]:
    """The verdicts for claims of one part, with one call of the model for all of them."""
    found = [candidates_for(claim, archive, how.voices, how.k, how.embed) for claim in claims]
    raw = _scored(
        how.scorer,
        [
            pair
            for claim, (candidates, documents) in zip(claims, found, strict=True)
            for pair in pairs_for(candidates, [claim], documents.values())
        ],
    )
    ends = np.cumsum([len(candidates) for candidates, _ in found])
    return [
        _verdict(claim, candidates, documents, scores, archive, how)
        for claim, (candidates, documents), scores in zip(
            claims, found, np.split(raw, ends[:-1]), strict=True
        )
    ]


def _verdict(
    claim: Claim,
    candidates: Sequence[Candidate],
    documents: Mapping[str, Document],
    raw: NDArray[np.float32],
    archive: Archive,
    how: _How,
) -> Verdict:
    if not candidates:
        return _no_evidence(claim, archive.as_of)
    scores = judged(claim, candidates, raw, documents)
    strong = strengths(closeness(claim, candidates), scores, how.weights)
    seen = witnesses(
        [c.passage for c in candidates], documents, strong[:, 0], strong[:, 1], how.source_weights
    )
    weights = [w.weight for w in seen]
    for_it = pool([w.supports for w in seen], weights, how.echo)
    against = pool([w.refutes for w in seen], weights, how.echo)
    # Where both sides are strong neither explains the other away: they share what they both hold.
    both = for_it * against / 2
    word = label(for_it, against, how.threshold)
    return Verdict(
        claim.id,
        claim.text,
        archive.as_of,
        word,
        for_it * (1 - against) + both,
        against * (1 - for_it) + both,
        tuple(evidence_rows(candidates, documents, strong, seen, word)),
    )
