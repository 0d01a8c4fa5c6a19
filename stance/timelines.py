"""Timelines: the dated stances of a holder (or group) on a claim, each with its uncertainty.

A point's score is the mean of ``p_supports - p_refutes`` over its observations. Its interval
says where the mean *true* stance of those observations lies: each observation is a draw of −1
(refutes), 0 (neutral) or +1 (supports) with the model's calibrated probabilities, so their mean
has an exact (Poisson-multinomial) posterior, found by convolution, and ``low``/``high`` are its
equal-tailed 95 % quantiles, widened to hold the score itself. With a confusion matrix of audited
labels the probabilities are those of the true stance given the label (:func:`label_posterior`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from stance.errors import UsageError
from stance.rows import Report, fail
from stance.series import stance_rows
from stance.stancerows import LABEL_ALONE
from stance.types import LABELS, HolderType, Label, Stance, Timeline, TimelinePoint
from stance.utterances import BY, By, Observation, check_by, is_unnamed, observations, usable

__all__ = ["BY", "build_timelines", "label_posterior", "left_out", "score_interval"]

Confusion = NDArray[np.float64] | Sequence[Sequence[float]]

LEVEL = 0.95


def build_timelines(
    stances: object,
    *,
    by: By = "holder",
    utterances: Mapping[tuple[str, str], str] | None = None,
    confusion: Confusion | None = None,
    report: Report = fail,
) -> list[Timeline]:
    """One timeline per series × claim, sorted by name and claim.

    ``stances``: stance rows in any form (records, a stances.jsonl, the folder of a run), or any
    table as in :func:`stance.changes.shifts` that has labels or ``p_*``; a row without a
    ``doc_id`` is called by its number. ``report`` is told of rows that cannot be read.

    Used are rows with a date, status ok and a stance other than unrelated; :func:`left_out`
    counts the others. All documents of one holder and day are one point, and near-identical
    evidence within three days is one utterance with several documents (see
    :mod:`stance.utterances`; ``utterances`` overrides that by ``(doc_id, holder)``).

    ``by``: ``holder``; ``affiliation`` (spokespersons with their institution); ``source`` (all
    that one outlet's documents carry); ``claim`` (all coverage; the holder is ``"*"``). A date
    known to the month or year is a point of its own, listed by its first day; what it can be
    compared with, :func:`stance.utterances.in_order` says.

    ``confusion[t, l]`` counts true stance t labelled l in an audit, in the order supports, neutral,
    refutes (:func:`stance.audit.confusion_matrix`). Each row's probabilities are then those of its
    true stance given its label, all stances as likely beforehand, in place of its own.

    >>> import datetime as dt
    >>> from stance.types import Date, Stance
    >>> day = Date(dt.date(2023, 3, 29))
    >>> row = Stance("d1", "The Paper", day, "Ana Ruiz", "speaker", None, "c1", "The dam is safe.",
    ...              "supports", 0.8, 0.05, 0.1, 0.05, 0.8, False, "ok", None, None, ())
    >>> point = build_timelines([row])[0].points[0]
    >>> point.stance, round(point.score, 2), point.low, point.high
    ('supports', 0.75, -1.0, 1.0)
    """
    rows = stance_rows(stances, by=check_by(by), report=report)
    rows = rows if confusion is None else relabelled(rows, confusion)
    claims = {row.claim_id: row.claim for row in rows}
    return [
        Timeline(
            holder=name,
            holder_type=_holder_type(series, by),
            claim_id=claim_id,
            claim=claims[claim_id],
            points=tuple(_points(series, apart=is_unnamed(name))),
            by=by,
        )
        for (name, claim_id), series in observations(rows, by=by, utterances=utterances).items()
        if name
    ]


def left_out(stances: Iterable[Stance]) -> dict[str, int]:
    """Why rows are not in any timeline: counts of ``abstained``, ``unrelated``, ``undated``.

    >>> left_out([])
    {'abstained': 0, 'unrelated': 0, 'undated': 0}
    """
    counts = {"abstained": 0, "unrelated": 0, "undated": 0}
    for row in stances:
        if row.status != "ok" or row.stance is None:
            counts["abstained"] += 1
        elif row.stance == "unrelated":
            counts["unrelated"] += 1
        elif row.date is None:
            counts["undated"] += 1
    return counts


def score_interval(
    probabilities: NDArray[np.float64] | Sequence[Sequence[float]], level: float = LEVEL
) -> tuple[float, float]:
    """Equal-tailed interval of the mean true stance of independent observations.

    ``probabilities`` is ``(n, 3)``: supports, neutral, refutes of each observation; rows are
    normalised. The mean of n draws from {+1, 0, −1} takes 2n + 1 values, whose exact posterior
    is the n-fold convolution. Returns (low, high) in [−1, 1].

    >>> score_interval([[0.99, 0.005, 0.005]])
    (1.0, 1.0)
    >>> score_interval([[0.6, 0.3, 0.1]] * 4)
    (-0.25, 1.0)
    """
    table = np.asarray(probabilities, dtype=float)
    density = np.ones(1)
    for supports, neutral, refutes in table / table.sum(axis=1, keepdims=True):
        density = np.convolve(density, [refutes, neutral, supports])
    total = np.cumsum(density)
    tail = (1 - level) / 2
    size = len(table)
    low = int(np.searchsorted(total, tail))
    high = int(np.searchsorted(total, 1 - tail))
    return low / size - 1, min(high, 2 * size) / size - 1


def label_rates(confusion: Confusion) -> NDArray[np.float64]:
    """P(label | true stance), half a count added to each cell as nothing is impossible.

    ``confusion[t, l]`` counts true stance t labelled l, in the order of :data:`LABELS`. Raises
    :class:`UsageError` for what is no such table of counts.
    """
    try:
        counts = np.asarray(confusion, dtype=float)
    except (TypeError, ValueError):
        counts = np.empty(0)
    if counts.shape != (3, 3) or not (np.isfinite(counts) & (counts >= 0)).all():
        raise UsageError(
            f"the confusion matrix has shape {counts.shape} or values that are no counts; give "
            "3 × 3 counts, true stance by label, in the order supports, neutral, refutes"
        )
    return np.asarray((counts + 0.5) / (counts + 0.5).sum(axis=1, keepdims=True))


def relabelled(rows: Iterable[Stance], confusion: Confusion) -> list[Stance]:
    """Rows with the probabilities of the true stance given their labels, in place of their own.

    What bears on the claim at all (1 − ``p_unrelated``) stays as it is. Of a label alone it is
    now known how sure it is.
    """
    known = {label: label_posterior(label, confusion).tolist() for label in LABELS}
    found = []
    for row in rows:
        if usable(row) and row.stance in known:
            related = row.p_supports + row.p_neutral + row.p_refutes
            supports, neutral, refutes = (related * chance for chance in known[row.stance])
            reason = None if row.reason == LABEL_ALONE else row.reason
            row = replace(
                row, p_supports=supports, p_neutral=neutral, p_refutes=refutes, reason=reason
            )
        found.append(row)
    return found


def label_posterior(
    label: Label, confusion: Confusion, prior: Sequence[float] | None = None
) -> NDArray[np.float64]:
    """Probabilities of the true stance given a bare label and a confusion matrix (Bayes' rule).

    ``confusion[t, l]`` counts (or rates) of true stance t labelled l, in the order of
    :data:`stance.types.LABELS`; half a count is added to each cell (Jeffreys), so that a cell
    never seen is not impossible. ``prior`` defaults to equal. Returns ``(3,)``.

    >>> matrix = np.array([[80, 15, 5], [10, 80, 10], [5, 15, 80]])
    >>> label_posterior("supports", matrix).round(2).tolist()
    [0.83, 0.11, 0.06]
    """
    likelihood = label_rates(confusion)[:, LABELS.index(label)]
    posterior = likelihood * (np.ones(3) if prior is None else np.asarray(prior, dtype=float))
    return np.asarray(posterior / posterior.sum())


def _points(series: Sequence[Observation], *, apart: bool) -> list[TimelinePoint]:
    """The observations by date; ``apart``, each alone: the unnamed of a day need not be one."""
    days: dict[object, list[Observation]] = {}
    for place, seen in enumerate(series):
        days.setdefault(place if apart else seen.date, []).append(seen)
    return [_point(day) for day in days.values()]


def _point(day: Sequence[Observation]) -> TimelinePoint:
    table = np.array([[seen.supports, seen.neutral, seen.refutes] for seen in day])
    score = float(np.mean(table[:, 0] - table[:, 2]))
    low, high = score_interval(table)
    return TimelinePoint(
        date=day[0].date,
        doc_ids=tuple(dict.fromkeys(row.doc_id for seen in day for row in seen.rows)),
        stance=_stance(day, table.mean(axis=0)),
        score=score,
        low=min(low, score),
        high=max(high, score),
    )


def _stance(day: Sequence[Observation], mean: NDArray[np.float64]) -> Label:
    """The rows' own stance where they agree (its thresholds are calibrated), else the likeliest."""
    stances = {row.stance for seen in day for row in seen.rows}
    for label in LABELS:
        if stances == {label}:
            return label
    return LABELS[int(mean.argmax())]


def _holder_type(series: Sequence[Observation], by: By) -> HolderType:
    if by == "source" or all(seen.holder_type == "outlet" for seen in series):
        return "outlet"
    return "speaker"
