"""How wrong are the shares? A hand-labelled sample, and estimates corrected by it.

The model labels everything, people label a stratified random sample with known chances of being
drawn. A corrected total is the model's total plus the sample's account of the model's errors,

    T = λ Σ g(i) + Σ_strata N_h · mean_h(y − λ g),

y the hand label's and g the model's expected contribution: unbiased whatever the model does
(design-based supervised learning, Egami et al. 2023; prediction-powered inference, Angelopoulos
et al. 2023), with λ in [0, 1] chosen for least variance (PPI++), so that a useless model costs
nothing. Shares and trends are smooth functions of such totals; their variance is the stratified
sample's (delta method), for the rows at hand. Intervals are Student's with Satterthwaite's degrees
of freedom, and a stratum whose few labels all agree with the model is not taken for errorless.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from stance.changepoints import check_seed
from stance.errors import InputError, UsageError
from stance.rows import fail, missing, numbered_rows, source_name
from stance.series import IGNORED_LABELS, LABEL_SCORES
from stance.types import Stance
from stance.utterances import last_day

_GUARD = re.compile(r"'(?=[=+\-@\t\r])")
"""The apostrophe that :func:`stance.writers.write` puts before what would run as a formula."""

Floats = NDArray[np.float64]
Period = Literal["month", "quarter", "year"]

OUTCOMES = ("supports", "neutral", "refutes", "unrelated")
_BESIDE = frozenset({"unrelated", "irrelevant"})
_NO_LABEL = IGNORED_LABELS - _BESIDE
SURE = 0.8
"""Probability of the given stance from which a row counts as sure; a border between strata."""
FEWEST_LABELS = 10
"""Hand labels a claim or period needs for lines of its own."""
WIDTH = 0.1
"""Wanted width of an interval, by default ten points of share."""


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One estimate, naive beside corrected, each with its 95 % interval.

    ``measure`` is ``share`` (of the related rows, in [0, 1]) or ``trend`` (change of the mean
    score per year); ``claim_id`` is ``*`` for all claims, ``period`` empty for the whole time.
    ``labelled`` counts hand labels; ``more_labels`` is how many more a width of ``width`` needs
    (None where the rows at hand cannot give it).
    """

    measure: Literal["share", "trend"]
    claim_id: str
    period: str
    stance: str
    naive: float
    naive_low: float
    naive_high: float
    corrected: float
    low: float
    high: float
    labelled: int
    more_labels: int | None


def draw_sample(stances: Iterable[Stance], n: int, seed: int = 0) -> list[dict[str, str]]:
    """Draw ``n`` rows to label by hand, as rows of a CSV file with an empty ``label``.

    Strata are the model's stance and whether it is sure of it; each gets labels in proportion to
    its size and to how unsure the model is there (Neyman 1934), at least two if ``n`` allows. The
    model's own answer is not shown, so that it cannot sway the labeller; ``stratum`` is only a
    number. Fill ``label`` with supports, refutes, neutral or unrelated; rows left empty are not
    used.
    """
    rows = _population(stances)
    check_seed(seed)
    if n < 2:
        raise UsageError(f"a sample of {n} says nothing; draw at least two rows, better 100")
    strata = _strata(rows)
    sizes = _allocate(rows, strata, min(n, len(rows)))
    rng = np.random.default_rng(seed)
    chosen = [
        (int(place), name)
        for name, members in strata.items()
        for place in rng.permutation(members)[: sizes[name]]
    ]
    return [
        {
            "doc_id": rows[place].doc_id,
            "source": rows[place].source,
            "date": str(rows[place].date or ""),
            "holder": rows[place].holder,
            "holder_type": rows[place].holder_type,
            "claim_id": rows[place].claim_id,
            "claim": rows[place].claim,
            "evidence": " […] ".join(span.text for span in rows[place].evidence),
            "stratum": str(name),
            "label": "",
        }
        for place, name in sorted(chosen)
    ]


def audit_estimate(
    stances: Iterable[Stance],
    labelled: object,
    *,
    period: Period | None = None,
    width: float = WIDTH,
) -> list[AuditRow]:
    """Shares and trends corrected by hand labels, beside the naive ones.

    ``labelled``: the filled sample of :func:`draw_sample` (a CSV path, a frame, dicts), joined by
    ``doc_id``, ``holder``, ``holder_type`` if it is there, and ``claim_id``. For all claims and
    for each claim with at least ten labels: shares of supports, neutral and refutes among the rows
    that bear on the claim, and the trend of the mean score; with ``period`` also shares per month,
    quarter or year, of the rows whose dates lie surely within it. Shares of a claim or period of
    which no labelled row bears on the claim are not known, and have no lines; nor has a trend
    without related rows on different days. Raises :class:`InputError` for an unknown label, two
    different labels of one row, or a row that is not in ``stances``, and :class:`UsageError` where
    nothing at all can be estimated.
    """
    if not width > 0:
        raise UsageError(f"width is {width}; give the wanted width of an interval, such as 0.1")
    rows = _population(stances)
    labels = _labels(rows, labelled)
    strata = _collapse(_strata(rows), labels)
    groups: dict[tuple[str, str], list[int]] = defaultdict(list)
    for place, row in enumerate(rows):
        for claim in dict.fromkeys(("*", row.claim_id)):
            groups[claim, ""].append(place)
            if period is not None and (named := _period(row, period)):
                groups[claim, named].append(place)
    found = []
    for (claim, span), places in sorted(groups.items()):
        count = sum(place in labels for place in places)
        if count < min(FEWEST_LABELS, len(labels)):
            continue
        sample = _Sample(rows, labels, strata, np.array(places))
        estimates = [*_share_rows(sample), *([] if span else _trend_rows(sample))]
        for measure, stance, naive, corrected in estimates:
            if math.isnan(corrected[0]):  # of nothing, neither a share nor a trend is known
                continue
            found.append(
                AuditRow(
                    measure,
                    claim,
                    span,
                    stance,
                    *naive,
                    *corrected,
                    labelled=count,
                    more_labels=_more(corrected, count, len(places), width),
                )
            )
    if not found:
        raise UsageError(
            "none or too few of the labelled rows bear on their claim; label more of the sample"
        )
    return found


def confusion_matrix(stances: Iterable[Stance], labelled: object) -> list[list[float]]:
    """What the hand labels say the stances are worth: true stance by the model's, 3 × 3 counts.

    ``labelled`` as in :func:`audit_estimate`; order supports, neutral, refutes, true stances as
    rows, as :func:`stance.trends.trend`, :func:`stance.changes.find_shifts` and
    :func:`stance.timelines.build_timelines` take it. Each label stands for the rows of its
    stratum that it was drawn from, and the whole for as many counts as there are labels, so that
    few labels remain few. Rows that do not bear on the claim, by hand or by model, are in no cell.
    """
    rows = _population(stances)
    labels = _labels(rows, labelled)
    counts, known = np.zeros((3, 3)), 0
    for members in _strata(rows).values():
        drawn = [place for place in members if place in labels]
        for place in drawn:
            cell = labels[place], OUTCOMES.index(rows[place].stance or "unrelated")
            if max(cell) < 3:
                counts[cell] += len(members) / len(drawn)
                known += 1
    if not known:
        raise UsageError("no labelled row bears on its claim; a confusion matrix needs some")
    return [[round(count, 3) for count in row] for row in (counts * known / counts.sum()).tolist()]


@dataclass(frozen=True, slots=True)
class _Sample:
    rows: Sequence[Stance]
    labels: dict[int, int]  # place of a row -> index of its hand label in OUTCOMES
    strata: dict[int, list[int]]
    domain: NDArray[np.int64]


_Estimate = tuple[float, float, float]
_Named = tuple[Literal["share", "trend"], str, _Estimate, _Estimate]


def _population(stances: Iterable[Stance]) -> list[Stance]:
    rows = [row for row in stances if row.status == "ok" and row.stance is not None]
    if not rows:
        raise UsageError("there are no decided stances to audit; run stance track first")
    return rows


def _strata(rows: Sequence[Stance]) -> dict[int, list[int]]:
    """Places of rows by stratum, numbered: the model's stance, sure or not."""
    strata: dict[int, list[int]] = defaultdict(list)
    for place, row in enumerate(rows):
        sure = max(_chances(row)) >= SURE
        strata[2 * OUTCOMES.index(row.stance or "unrelated") + sure].append(place)
    return dict(sorted(strata.items()))


def _chances(row: Stance) -> tuple[float, float, float, float]:
    return row.p_supports, row.p_neutral, row.p_refutes, row.p_unrelated


def _allocate(rows: Sequence[Stance], strata: dict[int, list[int]], n: int) -> dict[int, int]:
    """Labels per stratum: two each where ``n`` reaches that far, the others by size × spread."""
    least = 2 if n >= 2 * len(strata) else 0
    sizes = {name: min(least, len(members)) for name, members in strata.items()}
    doubt = {}
    for name, members in strata.items():
        wrong = np.mean([1 - sum(p**2 for p in _chances(rows[i])) for i in members])
        doubt[name] = len(members) * math.sqrt(max(float(wrong), 0.02))
    while sum(sizes.values()) < n:
        room = [name for name in strata if sizes[name] < len(strata[name])]
        sizes[max(room, key=lambda name: doubt[name] / (sizes[name] + 1))] += 1
    return sizes


def _labels(rows: Sequence[Stance], labelled: object) -> dict[int, int]:
    places = {
        (row.doc_id, row.holder, row.claim_id, kind): place
        for place, row in enumerate(rows)
        for kind in (row.holder_type, "")  # a sample need not say it
    }
    labels: dict[int, int] = {}
    file = source_name(labelled)
    for number, given in numbered_rows(labelled, fail):
        for column in ("doc_id", "holder", "claim_id", "label"):
            if column not in given:
                raise UsageError(f"the labels have no column {column!r}; fill the drawn sample")
        if missing(given["label"]):
            continue
        text = str(given["label"]).strip().lower().removesuffix(".0")
        if text in _NO_LABEL:
            continue
        named = tuple(str(given[column]) for column in ("doc_id", "holder", "claim_id"))
        kind = given.get("holder_type")
        kind = "" if missing(kind) else str(kind)
        keys = [(*key, kind) for key in (named, map(_unguarded, named))]
        place = next((places[key] for key in keys if key in places), None)
        if place is None:
            message = f"{named} is not among the stances; label the sample drawn from these"
            raise InputError(message, file=file, row=number)
        outcome = _outcome(text, file, number)
        if labels.setdefault(place, outcome) != outcome:
            both = f"{OUTCOMES[labels[place]]} and {OUTCOMES[outcome]}"
            message = f"{named} is labelled both {both}; leave one of the rows, or one label"
            raise InputError(message, file=file, row=number, field="label")
    if len(labels) < 2:
        raise UsageError("fewer than two rows are labelled; fill the column 'label'")
    return labels


def _unguarded(text: str) -> str:
    return text[1:] if _GUARD.match(text) else text


def _outcome(text: str, file: str | None, number: int) -> int:
    if text in _BESIDE:
        return OUTCOMES.index("unrelated")
    if text not in LABEL_SCORES:
        raise InputError(
            f"the label {text!r} is unknown; use {', '.join(OUTCOMES)}",
            file=file,
            row=number,
            field="label",
        )
    return 1 - int(LABEL_SCORES[text])


def _collapse(strata: dict[int, list[int]], labels: dict[int, int]) -> dict[int, list[int]]:
    """Strata with fewer than two labels are joined, with the smallest other one if need be."""
    counts = {name: sum(i in labels for i in members) for name, members in strata.items()}
    poor = [name for name in strata if counts[name] < 2]
    kept = {name: members for name, members in strata.items() if name not in poor}
    rest = [i for name in poor for i in strata[name]]
    if rest and (sum(i in labels for i in rest) >= 2 or not kept):
        kept[-1] = rest
    elif rest:
        smallest = min(kept, key=lambda name: len(kept[name]))
        kept[smallest] = kept[smallest] + rest
    return kept


def _share_rows(sample: _Sample) -> list[_Named]:
    found: list[_Named] = []
    hard = np.array([OUTCOMES.index(sample.rows[i].stance or "") for i in sample.domain])
    for index, stance in enumerate(OUTCOMES[:3]):
        # Columns of the totals: rows of this stance, related rows.
        outcome = np.array([[float(o == index), float(o != 3)] for o in range(4)])
        columns = np.zeros((len(sample.rows), 4, 2))
        columns[sample.domain] = outcome
        corrected = _estimate(sample, columns, _ratio, bounds=(0.0, 1.0))
        naive = _wilson(int((hard == index).sum()), int((hard != 3).sum()))
        found.append(("share", stance, naive, corrected))
    return found


def _trend_rows(sample: _Sample) -> list[_Named]:
    dates = [sample.rows[i].date for i in sample.domain]
    dated = sample.domain[np.array([date is not None for date in dates])]
    years = np.array([date.start.toordinal() / 365.25 for date in dates if date is not None])
    if len(set(years.tolist())) < 3:
        return []
    years = years - years.mean()
    columns = np.zeros((len(sample.rows), 4, 5))
    for outcome, score in enumerate((1.0, 0.0, -1.0)):
        ones = np.ones_like(years)
        columns[dated, outcome] = np.stack(
            [ones, years, years**2, score * ones, score * years], axis=1
        )
    hard = [1 - OUTCOMES.index(sample.rows[i].stance or "") for i in dated]
    related = np.array([score >= -1 for score in hard])
    naive = _least_squares(years[related], np.array(hard, dtype=float)[related])
    return [("trend", "score", naive, _estimate(sample, columns, _slope))]


def _ratio(totals: Floats) -> float:
    return float(totals[0] / totals[1]) if totals[1] > 0 else math.nan


def _slope(totals: Floats) -> float:
    count, time, square, score, product = totals
    room = count * square - time**2
    return float((count * product - time * score) / room) if room > 0 else math.nan


def _estimate(
    sample: _Sample,
    columns: Floats,
    function: Callable[[Floats], float],
    bounds: tuple[float, float] = (-math.inf, math.inf),
) -> _Estimate:
    """A smooth function of corrected totals with its interval; ``columns`` is (rows, 4, k).

    NaN where the totals leave the function undefined, or so close to it that it has no slope.
    """
    from scipy.stats import t

    chances = np.array([_chances(row) for row in sample.rows])
    chances /= chances.sum(axis=1, keepdims=True)
    expected = np.einsum("io,iok->ik", chances, columns)
    places = {h: [i for i in members if i in sample.labels] for h, members in sample.strata.items()}
    truth = {
        h: np.array([columns[i, sample.labels[i]] for i in members])
        for h, members in places.items()
    }
    tuning, gradient = 1.0, np.zeros(columns.shape[2])
    for final in (False, True):  # the second pass knows the gradient, and so the best tuning
        totals = tuning * expected.sum(axis=0)
        for h, members in sample.strata.items():
            totals += len(members) * (truth[h] - tuning * expected[places[h]]).mean(axis=0)
        gradient = _gradient(function, totals)
        if not final:
            tuning = _tuning(sample, truth, expected, places, gradient)
    value = function(totals)
    if not (math.isfinite(value) and np.isfinite(gradient).all()):
        return math.nan, math.nan, math.nan
    variance, freedom = 0.0, 0.0
    for h, members in sample.strata.items():
        size, known = len(members), len(places[h])
        rest = (truth[h] - tuning * expected[places[h]]) @ gradient
        implied = (columns[members] - expected[members][:, None]) @ gradient
        model = float((chances[members] * implied**2).sum(axis=1).mean())
        reach = float(np.abs((columns[members] @ gradient).max(axis=1)).max(initial=0.0))
        prior = max(model, reach**2 * 0.5 / (known + 1))
        spread = (float(((rest - rest.mean()) ** 2).sum()) + prior) / known
        part = size**2 * spread / known * (1 - known / size)
        variance += part
        freedom += part**2 / known
    reach = float(t.ppf(0.975, max(variance**2 / max(freedom, 1e-300), 2.0))) * math.sqrt(variance)
    clipped = min(max(value, bounds[0]), bounds[1])
    return clipped, max(value - reach, bounds[0]), min(value + reach, bounds[1])


def _gradient(function: Callable[[Floats], float], totals: Floats) -> Floats:
    """Central differences; the functions are ratios, smooth where there is anything to estimate."""
    steps = 1e-5 * np.maximum(np.abs(totals), 1.0)
    return np.array(
        [
            (function(totals + step) - function(totals - step)) / (2 * step.sum())
            for step in np.diag(steps)
        ]
    )


def _tuning(
    sample: _Sample,
    truth: dict[int, Floats],
    expected: Floats,
    places: dict[int, list[int]],
    gradient: Floats,
) -> float:
    """λ: the slope of the labels' contributions on the model's, over strata, within [0, 1]."""
    together = alone = 0.0
    for h, members in sample.strata.items():
        weight = len(members) ** 2 / len(places[h]) ** 2
        mine, model = truth[h] @ gradient, expected[places[h]] @ gradient
        together += weight * float((mine - mine.mean()) @ (model - model.mean()))
        alone += weight * float(((model - model.mean()) ** 2).sum())
    return min(max(together / alone, 0.0), 1.0) if alone > 0 else 1.0


def _wilson(count: int, total: int) -> _Estimate:
    """A share with its Wilson interval: what sampling error alone would say."""
    if total == 0:
        return 0.0, 0.0, 1.0
    z, share = 1.96, count / total
    centre = (share + z**2 / (2 * total)) / (1 + z**2 / total)
    reach = z / (1 + z**2 / total) * math.sqrt(share * (1 - share) / total + z**2 / (4 * total**2))
    return share, max(centre - reach, 0.0), min(centre + reach, 1.0)


def _least_squares(years: Floats, scores: Floats) -> _Estimate:
    from scipy.stats import linregress, t

    if len(set(years.tolist())) < 3:
        return 0.0, -math.inf, math.inf
    fit = linregress(years, scores)
    reach = float(t.ppf(0.975, len(years) - 2)) * float(fit.stderr)
    return float(fit.slope), float(fit.slope) - reach, float(fit.slope) + reach


def _more(corrected: _Estimate, count: int, available: int, width: float) -> int | None:
    """Further labels until the interval is ``width`` wide: variance falls as one over their number.

    With the finite number of rows: 1/n' − 1/N = (1/n − 1/N) · (width wanted / width now)².
    """
    now = corrected[2] - corrected[1]
    if now <= width:
        return 0
    if count >= available:
        return None
    inverse = 1 / available + (1 / count - 1 / available) * (width / now) ** 2
    return min(math.ceil(1 / inverse), available) - count


def _period(row: Stance, period: Period) -> str | None:
    """The period a row's date lies in; none of a year's months or quarters for a year."""
    if row.date is None:
        return None
    first, last = (_period_of(day, period) for day in (row.date.start, last_day(row.date)))
    return first if first == last else None


def _period_of(day: dt.date, period: Period) -> str:
    if period == "year":
        return f"{day.year}"
    if period == "month":
        return f"{day.year}-{day.month:02}"
    return f"{day.year}-Q{(day.month + 2) // 3}"
