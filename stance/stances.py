"""From pair scores to positions: one row per document, holder and claim.

Support and refutation are aggregated apart, each by the strongest passage of the holder, so that
a document in which somebody says both shows it. The maximum rather than a noisy or: on 240 FNC-1
articles, each at its best threshold, macro-F1 is .55 and .59, within the error of the sample, and
ten weak hints must not add up to a statement that nobody made.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stance.abstention import cover, mirrored
from stance.anchoring import in_claims_words
from stance.errors import UsageError
from stance.evidence import (
    REFUTES,
    RELEVANCE,
    SIDES,
    SUPPORTS,
    Floats,
    Judged,
    as_meant,
    judge,
    premise,
    told_apart,
)
from stance.hypotheses import opposite
from stance.plainly import put_plainly
from stance.positions import Group, abstained, row_of
from stance.signals import judges, only_reports, own_voice, wants
from stance.text import language_of
from stance.types import Candidate, Claim, Document, HolderType, Passage, Stance, StanceLabel

SIDE = 0.3
"""Probability from which a speaker takes a side: support counts by relevance, so that a plain
statement in an average match comes to about .6. FNC-1 articles are flat from .2 to .35."""
OUTLET_SIDE = 0.8
"""The same for an outlet in its own voice; a mistaken voice costs more than a missed one."""
RELATED = 0.5
"""Relevance from which a passage speaks of a claim without taking a side: neutral, not unrelated.
"""
LANGUAGES = ("en",)
"""Languages the shipped models read."""

Scores = NDArray[np.floating]

_PLUPERFECT = re.compile(r"had (?!long|previously|earlier|always|once|repeatedly)")


def tuning(card: Mapping[str, Any]) -> dict[str, Any]:
    """The keywords of :func:`decide` that a model's card sets.

    >>> tuning({"stance": {"side": 0.25, "context": True}})
    {'side': 0.25}
    """
    names = ("side", "outlet_side", "related", "relevance")
    return {k: v for k, v in card.get("stance", {}).items() if k in names}


def pairs_for(
    candidates: Sequence[Candidate],
    claims: Sequence[Claim],
    documents: Iterable[Document] = (),
) -> list[tuple[str, str]]:
    """``(premise, hypothesis)`` for each candidate, in order; score them for :func:`decide`.

    Where the candidate's document is among ``documents``, what it says for short of the claim's
    things and days is said in full (:mod:`stance.anchoring`).

    >>> from stance.types import Candidate, Claim, Passage
    >>> p = Passage("d", 0, 8, "It rains", "Ann", "speaker", premise="Ann said it rains.")
    >>> pairs_for([Candidate(p, "c", 1.0)], [Claim("c", "It is wet.")])
    [('Ann said it rains.', 'It is wet.')]
    """
    texts = {claim.id: claim.text for claim in claims}
    told = _premises(candidates, texts, documents)
    return [(words, texts[c.claim_id]) for c, words in zip(candidates, told, strict=True)]


def _premises(
    candidates: Sequence[Candidate], texts: Mapping[str, str], documents: Iterable[Document]
) -> list[str]:
    homes = {document.id: document for document in documents}
    out = []
    for c in candidates:
        words, home, claim = premise(c.passage), homes.get(c.passage.doc_id), texts[c.claim_id]
        if home is not None:
            words = put_plainly(words, c.passage, claim, home.text)
            words = in_claims_words(words, claim, home, c.passage.start)
        out.append(words)
    return out


def mirror_pairs_for(
    candidates: Sequence[Candidate],
    claims: Sequence[Claim],
    documents: Iterable[Document] = (),
) -> list[tuple[str, str] | None]:
    """The pairs of :func:`pairs_for` with the claim negated; None where no rule can negate it.

    What is negated is the wording that the claim is asked in, as :func:`score_worded` has it: of
    "the ball is in Oslo's court" that it is up to the Norwegian government.
    """
    negated = {claim.id: opposite(claim.text) for claim in claims}
    pairs = pairs_for(candidates, claims, documents)
    return [
        None if (text := negated[c.claim_id]) is None else (words, text)
        for c, (words, _) in zip(candidates, pairs, strict=True)
    ]


def decide(
    documents: Sequence[Document],
    claims: Sequence[Claim],
    candidates: Sequence[Candidate],
    scores: Scores,
    *,
    mirror_scores: Scores | None = None,
    left_open: Floats | None = None,
    coverage: float = 1.0,
    side: float = SIDE,
    outlet_side: float = OUTLET_SIDE,
    related: float = RELATED,
    relevance: Sequence[float] = RELEVANCE,
    languages: Collection[str] = LANGUAGES,
) -> list[Stance]:
    """Each holder's stance on each claim in each document.

    ``scores`` is ``(len(candidates), 3)``: supports, neutral, refutes, from :func:`pairs_for`;
    NaN rows are passages that could not be scored, and whoever has no other one abstains.
    ``mirror_scores``, aligned with it, are those of :func:`mirror_pairs_for`, NaN where there was
    no negation; they lower the confidence of rows in which a claim and its negation agree.
    ``left_open``, ``(len(candidates),)``, is how surely each statement leaves its claim open
    (:func:`stance.leftopen.left_open`); without it only the commonest wordings do. With
    ``coverage`` below 1 that share of the rows that say anything keeps its label; the rest
    abstains, with the reason: rows that fail this mirror test first, then the least confident.
    ``side``, ``outlet_side``, ``related`` and ``relevance`` are the model's, see :func:`tuning`.

    What a holder said earlier, told as background, sets no stance of today, unless nothing else of
    theirs in the document does and it is newer than their last point.

    Rows: every outlet × document × claim; every speaker with a matched passage. Sorted by
    document, claim and holder, outlet first.

    Raises:
        UsageError: scores or values of ``left_open`` that do not fit the candidates, or a coverage
            outside (0, 1].
    """
    _check(candidates, scores, mirror_scores, left_open, coverage)
    by_id = {claim.id: claim for claim in claims}
    failed = np.isnan(scores).any(axis=1).reshape(-1)
    whole = np.where(failed[:, None], (0.0, 1.0, 0.0), scores)
    homes = {document.id: document for document in documents}
    apart = told_apart(candidates, whole)
    judged = judge(candidates, by_id, apart, relevance, documents=homes, left_open=left_open)
    unread = {d.id: reason for d in documents if (reason := _unreadable(d, languages))}
    groups = [
        g
        for g in _groups(documents, claims, candidates)
        if g.holder_type == "outlet" or g.document.id not in unread
    ]
    found: dict[int, Stance] = {}
    used: dict[int, Sequence[int]] = {}
    relayed: dict[tuple[str, str], float] = {}
    last: dict[tuple[str, str], dt.date] = {}
    for at in sorted(range(len(groups)), key=lambda k: _turn(groups[k])):
        group = groups[at]
        place = (group.document.id, group.claim.id)
        if group.document.id in unread:
            found[at] = abstained(group, unread[group.document.id])
        elif group.indices and failed[list(group.indices)].all():
            found[at] = abstained(group, "not-scored")
        elif group.holder_type == "speaker":
            who = (group.holder, group.claim.id)
            row, used[at] = _speaker_row(group, candidates, judged, side, related, last.get(who))
            told = float(judged.topic[list(group.indices)].max())  # theirs, to the outlet's readers
            if row.stance != "unrelated":
                told = max(told, related, 1 - row.p_unrelated)
                if row.date:
                    last[who] = row.date.start
            relayed[place] = max(relayed.get(place, 0.0), told)
            found[at] = row
        else:
            told = relayed.get(place, 0.0)
            found[at], used[at] = _outlet_row(group, candidates, judged, told, outlet_side, related)
    rows = [found[at] for at in range(len(groups))]
    if mirror_scores is not None:
        meant = as_meant(candidates, mirror_scores)
        meant[judged.overruled] = np.nan  # the side is not the model's to confirm
        rows = mirrored(rows, [used.get(at, ()) for at in range(len(groups))], judged, meant)
    return cover(rows, coverage)


def _check(
    candidates: Sequence[Candidate],
    scores: Scores,
    mirror: Scores | None,
    left_open: Floats | None,
    coverage: float,
) -> None:
    wanted = (len(candidates), 3)
    for name, array in (("scores", scores), ("mirror_scores", mirror)):
        if array is not None and np.shape(array) != wanted:
            raise UsageError(
                f"decide: {name} has shape {np.shape(array)} for {wanted[0]} candidates; "
                "give one row of three per candidate, from pairs_for"
            )
    if left_open is not None and np.shape(left_open) != wanted[:1]:
        raise UsageError(
            f"decide: left_open has shape {np.shape(left_open)} for {wanted[0]} candidates; "
            "give one probability per candidate, from stance.leftopen.left_open"
        )
    if not 0 < coverage <= 1:
        raise UsageError(f"decide: coverage is {coverage}; give a share above 0, up to 1")


def _groups(
    documents: Sequence[Document], claims: Sequence[Claim], candidates: Sequence[Candidate]
) -> list[Group]:
    """One group per row of the answer, in the order of the answer."""
    members: defaultdict[tuple[str, str], dict[tuple[str, HolderType], list[int]]] = defaultdict(
        dict
    )
    for i, candidate in enumerate(candidates):
        passage = candidate.passage
        holders = members[passage.doc_id, candidate.claim_id]
        holders.setdefault((passage.holder, passage.holder_type), []).append(i)
    groups = []
    for document in documents:
        for claim in claims:
            holders = members.get((document.id, claim.id), {})
            outlet: tuple[str, HolderType] = (document.source, "outlet")
            speakers = sorted(key for key in holders if key[1] == "speaker")
            own = [i for key, found in holders.items() if key[1] == "outlet" for i in found]
            for (holder, kind), found in [(outlet, own), *((k, holders[k]) for k in speakers)]:
                groups.append(Group(document, claim, holder, kind, tuple(found)))
    return groups


def _unreadable(document: Document, languages: Collection[str]) -> str | None:
    """Why a document cannot be judged, None where it can."""
    if not document.text.strip():
        return "too-short"
    code = language_of(document.lang, document.text)
    return None if code is None or code in languages else "language"


def _combine(scores: Floats, relevance: Floats, speaks: float) -> Floats:
    """``(supports, refutes, neutral, unrelated)``, summing to 1, from one holder's passages.

    S and R are the strongest support and refutation, each weighted by relevance. Where both are
    strong, the shared mass goes to the sides by how much of all that the holder says goes there:
    one passage that a model misreads must not undo three that it reads well. What neither side
    claims is neutral as far as the passages speak of the claim at all.
    """
    weighted = scores * relevance[:, None]
    s = float(weighted[:, SUPPORTS].max(initial=0.0))
    r = float(weighted[:, REFUTES].max(initial=0.0))
    both = float(weighted[:, SIDES].sum())
    share = float(weighted[:, SUPPORTS].sum()) / both if both else 0.5
    rest = (1 - s) * (1 - r)
    sides = (s * (1 - r) + s * r * share, r * (1 - s) + s * r * (1 - share))
    return np.array([*sides, rest * speaks, rest * (1 - speaks)])


def _turn(group: Group) -> tuple[bool, bool, dt.date]:
    """Speakers by date, the undated after them; then outlets, which have relayed them."""
    date = group.document.date
    return group.holder_type == "outlet", date is None, date.start if date else dt.date.max


def _speaker_row(
    group: Group,
    candidates: Sequence[Candidate],
    judged: Judged,
    side: float,
    related: float,
    last: dt.date | None,
) -> tuple[Stance, list[int]]:
    """A speaker's stance and the candidates that it is read from: what only relays somebody else
    sets none, nor does what is history.

    ``last`` is the day of the holder's previous point: where nothing told as news speaks of the
    claim, a statement made since then does.
    """
    passages = {i: candidates[i].passage for i in group.indices}
    own = [i for i, p in passages.items() if not only_reports(p, p.text)]
    news = [i for i in own if not _background(passages[i])]
    since = [i for i in own if i in news or _newer(passages[i], last)]
    row = _row_from(news, group, candidates, judged, side, related)
    if row.stance == "unrelated" and since != news:
        return _row_from(since, group, candidates, judged, side, related), since
    return row, news


def _row_from(
    live: Sequence[int],
    group: Group,
    candidates: Sequence[Candidate],
    judged: Judged,
    side: float,
    related: float,
) -> Stance:
    if not live:
        return row_of(group, candidates, judged, (), np.array([0.0, 0.0, 0.0, 1.0]), "unrelated")
    index = np.array(live)
    speaks = float(judged.speaks[index].max())
    p = _combine(judged.scores[index], judged.relevance[index], speaks)
    return row_of(group, candidates, judged, live, p, _label(p, side, related))


def _background(passage: Passage) -> bool:
    return passage.attribution is not None and passage.attribution.background


def _newer(passage: Passage, last: dt.date | None) -> bool:
    """Whether a statement told as background was made after the holder's last point.

    In the pluperfect without a date ("had said on television") it is of these days; with one it
    must be later than ``last``.
    """
    told = passage.attribution
    if told is None:
        return False
    if told.statement_date is None:
        return bool(_PLUPERFECT.match(told.cue or ""))
    return last is not None and told.statement_date.start > last


def _outlet_row(
    group: Group,
    candidates: Sequence[Candidate],
    judged: Judged,
    relayed: float,
    side: float,
    related: float,
) -> tuple[Stance, list[int]]:
    """An outlet's stance and the candidates that it is read from: only what it asserts itself, on
    the very topic, can take a side.

    Where it relays somebody on the claim (``relayed``), or comes near it in its own words, the
    document speaks of the claim: neutral.
    """
    index = np.array(group.indices, np.intp)
    speaks = float(max(relayed, judged.speaks[index].max(initial=0.0)))
    own = [
        i
        for i in group.indices
        if judged.topic[i] >= related and _takes_part(candidates[i].passage, group.claim.text)
    ]
    p = _combine(judged.scores[own], judged.relevance[own], speaks)
    label = _label(p, side, related)
    used = own if label != "neutral" else []
    return row_of(group, candidates, judged, used, p, label), used


def _takes_part(passage: Passage, claim: str) -> bool:
    """Whether an outlet's words can be its side on a claim: of what should be, no mere fact is."""
    return own_voice(passage) and (not wants(claim) or judges(passage.text))


def _label(p: Floats, side: float, related: float) -> StanceLabel:
    supports, refutes, _, unrelated = p.tolist()
    if max(supports, refutes) >= side:
        return "supports" if supports >= refutes else "refutes"
    return "neutral" if 1 - unrelated >= related else "unrelated"
