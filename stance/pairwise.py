"""Shifts between two consecutive points, from the calibrated probabilities of their evidence.

The holder's true stance is a hidden state (supports, neutral, refutes) that may change from one
point to the next; each point's probabilities are its evidence about the state. A priori, a change
between two points is as likely as none (:data:`CHANGE_PRIOR`) and each other stance equally likely;
the posterior of the pair given *all* points comes from the forward–backward recursion. For a
timeline of two points with probabilities p and q it is

    P(differs) = (1 − s) / (1 + s),   s = Σ p(stance) · q(stance).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from stance.errors import UsageError
from stance.types import (
    LABELS,
    Date,
    Evidence,
    HolderType,
    Label,
    Shift,
    Stance,
    StanceLabel,
    Timeline,
    TimelinePoint,
)
from stance.utterances import in_order, is_unnamed, last_day, usable

CHANGE_PRIOR = 0.5
"""Prior probability that the stance differs between two consecutive points."""
THRESHOLD = 0.6
"""Posterior probability from which a pair is reported: the lowest from which, with calibrated
probabilities, four of five reported pairs are right (pairwise in benchmarks/shifts.py)."""

EITHER = 0.5
"""Probability from which a piece of evidence is clearly for or against."""

_OPINION = r"(editorial|op-?ed|opinion|leading article|viewpoint|commentary|comment)s?"
_TITLE = re.compile(rf"\s*{_OPINION}\s*([:|–—-]|$)|.*[:|–—]\s*{_OPINION}\s*$", re.I)
_SECTION = re.compile(rf"(^|[/ ]){_OPINION}($|[/ ])", re.I)


@dataclass(frozen=True, slots=True)
class Contradiction:
    """One holder on both sides of a claim in one document or on one day: no shift, but telling."""

    holder: str
    holder_type: HolderType
    claim_id: str
    claim: str
    date: Date | None
    doc_supports: str
    doc_refutes: str
    probability: float
    evidence_supports: tuple[Evidence, ...]
    evidence_refutes: tuple[Evidence, ...]


def difference(
    probabilities: NDArray[np.float64] | Sequence[Sequence[float]], prior: float = CHANGE_PRIOR
) -> NDArray[np.float64]:
    """Posterior of consecutive true stances: ``(n, 3)`` → ``(n - 1, 3, 3)``, each summing to 1.

    ``probabilities`` are of supports, neutral, refutes; entry ``[t, a, b]`` is the probability
    that point t is a and point t + 1 is b.

    >>> pair = difference([[0.9, 0.1, 0.0], [0.0, 0.1, 0.9]])[0]
    >>> round(1 - float(np.trace(pair)), 2)
    0.98
    """
    likelihood = np.asarray(probabilities, dtype=float)
    likelihood = likelihood / likelihood.sum(axis=1, keepdims=True)
    size = len(likelihood)
    move = np.full((3, 3), prior / 2) + np.eye(3) * (1 - prior - prior / 2)
    forward, backward = np.empty_like(likelihood), np.ones_like(likelihood)
    forward[0] = likelihood[0]
    for t in range(1, size):
        forward[t] = likelihood[t] * (forward[t - 1] @ move)
        forward[t] /= forward[t].sum()
    for t in range(size - 2, -1, -1):
        backward[t] = move @ (likelihood[t + 1] * backward[t + 1])
        backward[t] /= backward[t].sum()
    after = likelihood[1:] * backward[1:]
    joint = forward[:-1, :, None] * move * after[:, None, :]
    return np.asarray(joint / joint.sum(axis=(1, 2), keepdims=True))


def kind_of(before: Label, after: Label, *, sided: bool = False) -> str:
    """What a change between two different stances is called.

    ``sided``: whether the holder had taken a side before; then leaving the fence is no emergence.

    >>> kind_of("neutral", "refutes"), kind_of("neutral", "refutes", sided=True)
    ('emergence', 'hardening')
    >>> kind_of("supports", "refutes"), kind_of("refutes", "neutral")
    ('reversal', 'softening')
    """
    if before == "neutral":
        return "hardening" if sided else "emergence"
    return "softening" if after == "neutral" else "reversal"


def pairwise_shifts(
    timelines: Iterable[Timeline],
    stances: Iterable[Stance],
    *,
    threshold: float = THRESHOLD,
    genres: Mapping[str, str] | None = None,
    conditions: bool = False,
) -> list[Shift]:
    """Shifts between consecutive points of timelines, with the evidence of both sides.

    Needs the timelines of holders: between two points of a group nobody need have changed. Both
    points must have evidence (an outlet's neutral report, in which it only relays others, is its
    own), and all that the first date can mean must lie before the second: a point dated to a month
    is compared with what is before and after that month, and told where no point within it says the
    same. A document counts at one point. Probabilities are conditional on the
    text bearing on the claim (p_unrelated is left out).

    Kinds: ``reversal``; ``emergence`` (the first side taken); ``softening`` (a side → neutral);
    ``hardening`` (neutral → a side, by someone who had taken one before); ``genre``: an outlet that
    reported neutrally speaks for itself, or the other way round, which need not be a change of
    mind. ``genres`` says which documents are ``"editorial"`` and which ``"report"`` (see
    :func:`genre_of`): two of one sort are then no change of genre. With ``conditions`` a stance
    that becomes conditional is a softening too, and one that loses its condition a hardening; as
    the flag is a rule's finding, the probability given is that both points take that side.
    """
    check_threshold(threshold)
    rows: defaultdict[tuple[str, str, str], list[Stance]] = defaultdict(list)
    for row in stances:
        if usable(row):
            rows[row.holder, row.claim_id, row.doc_id].append(row)
    found = []
    for line in timelines:
        if line.by != "holder":
            raise UsageError(
                f"the timeline of {line.holder!r} is of a group, in which nobody need have "
                "changed; build timelines by holder"
            )
        if is_unnamed(line.holder) or len(line.points) < 2:
            continue
        points = _rows_of(line, rows)
        if not all(points):
            continue
        for places, coarse in _chains(line.points):
            chain = replace(line, points=tuple(line.points[i] for i in places))
            shown = [points[i] for i in places]
            for shift in _pairs(chain, shown, threshold, genres or {}, conditions):
                if coarse is None or coarse in (shift.date_before, shift.date_after):
                    found.append(shift)
    return found


def _rows_of(
    line: Timeline, rows: Mapping[tuple[str, str, str], Sequence[Stance]]
) -> list[list[Stance]]:
    """The rows behind each point. Each counts once: where a document is listed at several points,
    at that of the row's own date, or else at the first.
    """
    places: defaultdict[str, list[int]] = defaultdict(list)
    for place, point in enumerate(line.points):
        for doc in point.doc_ids:
            places[doc].append(place)
    found: list[list[Stance]] = [[] for _ in line.points]
    for doc, listed in places.items():
        for row in rows.get((line.holder, line.claim_id, doc), ()):
            own = [place for place in listed if line.points[place].date == row.date]
            found[(own or listed)[0]].append(row)
    return found


def _chains(points: Sequence[TimelinePoint]) -> Iterator[tuple[list[int], Date | None]]:
    """Places of points in a sure order: those that have one among themselves, then a chain for
    each coarser date, without what lies in it, unless a point in it says the same.
    """
    kept = in_order([point.date for point in points])
    yield kept, None
    for place in sorted({*range(len(points))} - {*kept}):
        date = points[place].date
        inside = {
            i
            for i, point in enumerate(points)
            if date.start <= point.date.start and last_day(point.date) <= last_day(date)
        } - {place}
        if points[place].stance not in {points[i].stance for i in inside}:
            around = {i for i in kept if i not in inside}
            yield sorted({*around, place}, key=lambda i: points[i].date.start), date


def _pairs(
    line: Timeline,
    points: Sequence[Sequence[Stance]],
    threshold: float,
    genres: Mapping[str, str],
    conditions: bool,
) -> list[Shift]:
    table = np.array([_probabilities(rows) for rows in points])
    found = []
    for t, joint in enumerate(difference(table)):
        before, after = line.points[t], line.points[t + 1]
        change = _change(joint, before.stance, after.stance, threshold)
        if change is None and conditions:
            change = _condition(joint, points[t], points[t + 1], threshold)
        if change is None:
            continue
        stance_from, stance_to, kind, probability = change
        if kind == "emergence":
            kind = kind_of(stance_from, stance_to, sided=_sided(line, t))
        first, second = _spokesman(points[t], stance_from), _spokesman(points[t + 1], stance_to)
        if not (_shown(first, stance_from) and _shown(second, stance_to)):
            continue
        if _other_genre(first, second, stance_from, stance_to, genres):
            kind = "genre"
        found.append(
            Shift(
                holder=line.holder,
                holder_type=line.holder_type,
                claim_id=line.claim_id,
                claim=line.claim,
                stance_from=stance_from,
                stance_to=stance_to,
                date_before=before.date,
                date_after=after.date,
                doc_before=first.doc_id,
                doc_after=second.doc_id,
                delta=after.score - before.score,
                basis="pairwise",
                probability=probability,
                p_value=None,
                q_value=None,
                kind=kind,
                evidence_before=first.evidence,
                evidence_after=second.evidence,
            )
        )
    return found


_Change = tuple[Label, Label, str, float]


def _change(
    joint: NDArray[np.float64], before: StanceLabel, after: StanceLabel, threshold: float
) -> _Change | None:
    """The two points' own stances, where they differ and differing is likely enough.

    The likeliest pair of different stances can be one that neither point shows; a reader who
    looks at the timeline has to find there what the shift says.
    """
    differs = float(1 - np.trace(joint))
    if before == after or before == "unrelated" or after == "unrelated" or differs < threshold:
        return None
    return before, after, kind_of(before, after), differs


def _condition(
    joint: NDArray[np.float64],
    before: Sequence[Stance],
    after: Sequence[Stance],
    threshold: float,
) -> _Change | None:
    """A condition put on or taken off one and the same side."""
    side = LABELS[int(np.argmax(np.diag(joint)))]
    same = float(np.diag(joint).max())
    flags = [{row.conditional for row in rows} for rows in (before, after)]
    if side == "neutral" or same < threshold or flags not in ([{True}, {False}], [{False}, {True}]):
        return None
    return side, side, "hardening" if flags[0] == {True} else "softening", same


def _sided(line: Timeline, t: int) -> bool:
    return any(point.stance in ("supports", "refutes") for point in line.points[:t])


def _shown(row: Stance, stance: Label) -> bool:
    """Whether there is something to quote; a neutral outlet is one that says nothing itself."""
    return bool(row.evidence) or (row.holder_type == "outlet" and stance == "neutral")


def _probabilities(rows: Sequence[Stance]) -> list[float]:
    sums = [
        sum(row.p_supports for row in rows),
        sum(row.p_neutral for row in rows),
        sum(row.p_refutes for row in rows),
    ]
    return sums if sum(sums) > 0 else [1.0, 1.0, 1.0]


def _spokesman(rows: Sequence[Stance], stance: Label) -> Stance:
    """The row that shows the stance best: with evidence, most probable."""
    return max(rows, key=lambda row: (bool(row.evidence), _probability(row, stance)))


def _probability(row: Stance, stance: Label) -> float:
    return {"supports": row.p_supports, "neutral": row.p_neutral, "refutes": row.p_refutes}[stance]


def genre_of(title: str | None, *, url: str | None = None, section: str | None = None) -> str:
    """``editorial`` where title, address or section call a document opinion, else ``report``.

    >>> genre_of("Editorial: Open the bridge"), genre_of("Bridge opens", section="World")
    ('editorial', 'report')
    """
    opinion = _TITLE.match(title or "") or any(map(_SECTION.search, (section or "", url or "")))
    return "editorial" if opinion else "report"


def _other_genre(
    first: Stance, second: Stance, before: Label, after: Label, genres: Mapping[str, str]
) -> bool:
    """Whether an outlet went from relaying to speaking for itself, or back."""
    if first.holder_type != "outlet" or (before == "neutral") == (after == "neutral"):
        return False
    known = genres.get(first.doc_id), genres.get(second.doc_id)
    return None in known or known[0] != known[1]


def check_threshold(threshold: float) -> None:
    """Raises UsageError where it is no probability, such as 60 for 60 %."""
    if not 0 < threshold < 1:
        raise UsageError(f"threshold is {threshold}; give a probability between 0 and 1")


def contradictions(stances: Iterable[Stance], *, threshold: float = 0.0) -> list[Contradiction]:
    """Holders found on both sides of a claim within one document or day, the surest first.

    Within a document: one piece of evidence in a row supports the claim and another refutes it,
    each with a probability of .5 or more. On a day: one document's row supports and another's
    refutes (not of unnamed people, of whom two need not be one, nor where the date is known to the
    month or year). Whether the holder says both or the model misreads one, a reader has to see.

    ``probability`` is of the two being on opposite sides (taken as independent), and at least
    ``threshold``; the evidence of each side is given clearest first.

    >>> from stance import Evidence, Stance
    >>> spans = (Evidence(0, 3, "Yes", 0.9, 0.1), Evidence(5, 7, "No", 0.2, 0.8))
    >>> row = Stance("d", "Post", None, "Ann", "speaker", None, "c", "It is safe.", "supports",
    ...              0.6, 0.3, 0.1, 0.0, 0.6, False, "ok", "split-evidence", None, spans)
    >>> [(x.holder, x.doc_supports, round(x.probability, 2)) for x in contradictions([row])]
    [('Ann', 'd', 0.72)]
    """
    rows = [row for row in stances if row.status == "ok" and row.stance != "unrelated"]
    days: defaultdict[tuple[str, str, str, Date], list[Stance]] = defaultdict(list)
    for row in rows:
        if row.date and row.date.precision == "day" and not is_unnamed(row.holder):
            days[row.holder, row.holder_type, row.claim_id, row.date].append(row)
    pairs = [(row, row, _within(row)) for row in rows]
    pairs += [pair for day in days.values() if (pair := _opposed(day))]
    found = [
        Contradiction(
            holder=pro.holder,
            holder_type=pro.holder_type,
            claim_id=pro.claim_id,
            claim=pro.claim,
            date=pro.date,
            doc_supports=pro.doc_id,
            doc_refutes=con.doc_id,
            probability=probability,
            evidence_supports=_leaning(pro, "supports"),
            evidence_refutes=_leaning(con, "refutes"),
        )
        for pro, con, probability in pairs
        if probability and probability >= threshold
    ]
    return sorted(found, key=lambda one: -one.probability)


def _within(row: Stance) -> float:
    """How surely a row's evidence takes both sides; 0 where a side is in none of it."""
    sides = _leaning(row, "supports"), _leaning(row, "refutes")
    if not all(sides):
        return 0.0
    made, denied = sides[0][0].p_supports, sides[1][0].p_refutes
    return made * denied if min(made, denied) >= EITHER else 0.0


def _opposed(rows: Sequence[Stance]) -> tuple[Stance, Stance, float] | None:
    """The surest rows of a day for and against, in two documents."""
    pro = [row for row in rows if row.stance == "supports"]
    con = [row for row in rows if row.stance == "refutes"]
    if not pro or not con:
        return None
    first = max(pro, key=lambda row: row.p_supports)
    second = max(con, key=lambda row: row.p_refutes)
    return first, second, first.p_supports * second.p_refutes


def _leaning(row: Stance, side: Label) -> tuple[Evidence, ...]:
    """The evidence that is more for a side than against it, clearest first."""

    def odds(span: Evidence) -> tuple[float, float]:
        pair = span.p_supports, span.p_refutes
        return pair if side == "supports" else pair[::-1]

    spans = [span for span in row.evidence if odds(span)[0] > odds(span)[1]]
    return tuple(sorted(spans, key=lambda span: -odds(span)[0]))
